import type * as pulumi from "@pulumi/pulumi";
import type { MethodName } from "../gateway/authorizer/methods/names";

/** One caller of the gateway, as `Access` needs it. */
export interface AccessClient {
  /** Unique name: 1 to 32 of a-z, 0-9 and "-". Also the user name for basic. */
  readonly name: string;
  /** What the client may do. */
  readonly role: "worker" | "user" | "admin";
  /** Ways in which the client may authenticate; it gets a credential for each. */
  readonly methods: readonly MethodName[];
  /** Password for basic. Defaults to a generated one of 24 letters and digits (142 bits). */
  readonly password?: pulumi.Input<string>;
  /** Prompts per time that the gateway lets through, e.g. `10r/m`. */
  readonly rate: string;
  /** Prompts that may come at once on top of the rate. */
  readonly burst: number;
  /** Counts the client's credentials from 1; one more makes new ones beside the old. */
  readonly generation: number;
  /** Whether the credentials of the generation before are no longer valid. */
  readonly retirePrevious: boolean;
  /** Moment (RFC 3339) from which the client is refused, whatever it presents. Defaults to never. */
  readonly expires?: string;
}

/** The authority that signs client certificates. */
export interface CertificateIssuer {
  /** CA certificate in PEM. */
  readonly certificate: pulumi.Input<string>;
  /** The CA's private key in PEM (secret). */
  readonly key: pulumi.Input<string>;
}

/** Which key signs the sessions of those who signed in with a password. */
export interface SessionKeyGeneration {
  /** Counts the keys from 1; one more makes a new one beside the old. */
  readonly generation: number;
  /** Whether sessions by the key before are no longer valid. */
  readonly retirePrevious: boolean;
}

/** Arguments of `Access`. */
export interface AccessArgs {
  /** Everyone who may come in. */
  readonly clients: readonly AccessClient[];
  /** Whether every client gets a certificate, whatever its methods are. */
  readonly requireClientCertificate: boolean;
  readonly session: SessionKeyGeneration;
  readonly issuer: CertificateIssuer;
}
