/** A file to be written on the machine. */
export interface HostFile {
  /** Absolute. */
  readonly path: string;
  readonly content: string;
  /** In octal, e.g. `0644`. */
  readonly permissions: string;
}

/** Arguments of `renderUserData`. */
export interface UserDataArgs {
  /** Name that the machine gives itself; what no host name may hold becomes a hyphen. */
  readonly hostName: string;
  /** The one user who may log in; the image's own, so that it has nobody else's. */
  readonly user: string;
  /** Public key to log in with, as in authorized_keys. */
  readonly authorizedKey: string;
  /** The machine's SSH host key, ed25519: the private part in OpenSSH's form (secret), the public part as in known_hosts. */
  readonly hostKey: { readonly private: string; readonly public: string };
  /** EBS volume that Docker's volumes lie on, e.g. `vol-0123456789abcdef0`; formatted if it is blank. */
  readonly dataVolumeId: string;
  /** Size of the swap file on the root volume, in GiB; 0 for none. */
  readonly swapGiB: number;
  /** Whether the machine has an NVIDIA GPU for containers. */
  readonly gpu: boolean;
  /** Files besides our own. Defaults to none. */
  readonly extraFiles?: readonly HostFile[];
  /** Shell commands that run as root when Docker is up; one that fails is shown by the readiness gate. Defaults to none. */
  readonly extraCommands?: readonly string[];
}
