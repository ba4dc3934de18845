import type * as pulumi from "@pulumi/pulumi";

/** The start of a machine that was found stopped. */
export interface WakeUp {
  /** The machine runs once this is made; its SSH server may not answer yet. */
  readonly resource: pulumi.Resource;
  /** When the machine was started the time before; another moment for each time that it is found stopped. */
  readonly lastRun: string;
}

/** A machine elsewhere that runs the stack's Docker Engine, as whoever reaches it over SSH needs it. */
export interface Machine {
  /** What containers and files on the machine are `deletedWith`: when it goes or is replaced, they are gone with it. */
  readonly instance: pulumi.Resource;
  /** EC2's id of the machine, e.g. `i-0123456789abcdef0`; another one for a machine made anew. */
  readonly instanceId: pulumi.Output<string>;
  /** Public IPv4 address; the same for a machine made anew. */
  readonly address: pulumi.Output<string>;
  /** User to log in as. */
  readonly user: string;
  /** The operator's login key, an OpenSSH private key in PEM (secret); made by the stack. */
  readonly privateKey: pulumi.Output<string>;
  /** The machine's host key to hold it to, as in a known_hosts file: `ssh-ed25519 AAAA…`. */
  readonly hostPublicKey: pulumi.Output<string>;
  /** Present where it may be found stopped: its start, in the runs that find it so. */
  readonly wakeUp?: pulumi.Output<WakeUp | undefined>;
  /** Whether it has a GPU that ComfyUI is to compute on. */
  readonly gpu: boolean;
}
