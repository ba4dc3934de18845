/** Arguments of `Pki`. */
export interface PkiArgs {
  /** Name that the CA's subject carries, so that two stacks' authorities can be told apart. */
  readonly stack: string;
  /** Host names that the server certificate is valid for. */
  readonly dnsNames: readonly string[];
  /** IP addresses that the server certificate is valid for. */
  readonly ipAddresses: readonly string[];
}
