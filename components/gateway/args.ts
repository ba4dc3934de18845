import type * as pulumi from "@pulumi/pulumi";
import type { Engine } from "../shared/engine";
import type { JwtKey } from "./authorizer/methods/jwt-keys";
import type { MethodName } from "./authorizer/methods/names";
import type { AuthorizerClient, SessionKeys } from "./authorizer/render";

/** A JWT key without what `JwtSettings` pins for all of them. */
export type ClientJwtKey = Omit<JwtKey, "issuer" | "audience">;

/** What tokens must look like. */
export interface JwtSettings {
  /** Value that `iss` must have. */
  readonly issuer: string;
  /** Value that `aud` must have or contain. */
  readonly audience: string;
  /** Claim that names the tenant. */
  readonly tenantClaim: string;
  /** Longest life of a token, in seconds. */
  readonly maxLifetimeSeconds: number;
  /** Keys of another issuer of tokens, besides the clients' own. */
  readonly keys: readonly ClientJwtKey[];
}

/** Where nginx gets the server's certificate from: it is given one, or a volume that always offers the newest. */
export type ServerCertificate = CertificatePair | OfferedCertificate;

export interface CertificatePair {
  /** Server certificate in PEM, leaf first. */
  readonly certificate: pulumi.Input<string>;
  /** Private key of the server certificate in PEM (secret). */
  readonly key: pulumi.Input<string>;
}

/** What the component `Certificate` offers. */
export interface OfferedCertificate {
  /** Name of the volume. Until something is in it, nginx serves a self-signed placeholder. */
  readonly exportVolume: pulumi.Input<string>;
}

/** What client certificates are verified by. */
export interface ClientAuthority {
  /** Certificate, in PEM, of the CA that must have signed them. */
  readonly certificate: pulumi.Input<string>;
  /** Which of them are revoked: a CRL in PEM. Defaults to none. */
  readonly crl?: pulumi.Input<string>;
}

/** What the component `Pod` offers. */
export interface PodNetwork {
  /** Value for `networkMode` of the containers that live in the pod. */
  readonly networkMode: pulumi.Input<string>;
  /** Addresses behind which clients are hidden; with `allowedCidrs`, never allowed. */
  readonly proxyAddresses: pulumi.Input<readonly string[]>;
}

/** What the component `Access` offers: who may come in (secret). */
export interface Admission {
  /** Everyone who may, with what to recognise them by. */
  readonly admitted: pulumi.Input<readonly AuthorizerClient[]>;
  /** Keys of the tokens that clients sign themselves. */
  readonly jwtKeys: pulumi.Input<readonly ClientJwtKey[]>;
  /** Keys of the sign-in sessions. */
  readonly sessionKeys: pulumi.Input<SessionKeys>;
}

/** Arguments of `Gateway`. */
export interface GatewayArgs {
  readonly engine: Engine;
  /** The pod whose network namespace gateway and authorizer live in. */
  readonly pod: PodNetwork;
  /** Id of ComfyUI's container; when it changes, the gateway is asked again whether ComfyUI answers. */
  readonly upstreamContainerId: pulumi.Input<string>;
  /** Host name of the endpoint. `localhost` and the loopback addresses are answered too. */
  readonly domain: string;
  /** TCP port of the endpoint as clients see it. */
  readonly port: number;
  /** Whether to listen on IPv6 too; the pod's network must have it. */
  readonly ipv6: boolean;
  /** IPv4 and IPv6 addresses and ranges (CIDR) that may connect; empty for all. */
  readonly allowedCidrs: readonly string[];
  readonly serverCertificate: ServerCertificate;
  /** Enabled ways to authenticate. */
  readonly methods: readonly MethodName[];
  /** Whether a client certificate is needed on top of any other method. */
  readonly requireClientCertificate: boolean;
  readonly clientCa: ClientAuthority;
  readonly jwt: JwtSettings;
  readonly access: Admission;
  /** Node classes that are refused besides the gateway's own list; `*` at the end stands for any rest. */
  readonly deniedNodes: readonly string[];
  /** The only node classes that may run; the denied ones still may not. Defaults to all. */
  readonly allowedNodes?: readonly string[];
}
