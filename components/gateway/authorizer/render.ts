import type { Role } from "../routes";
import type { JwtKey } from "./methods/jwt-keys";
import type { MethodName } from "./methods/names";

/** A client as the authorizer needs to know it. */
export interface AuthorizerClient {
  /** Also its user name for basic. */
  readonly name: string;
  readonly role: Role;
  /** Whose data the client works on. Defaults to its name. */
  readonly tenant?: string;
  /** How it may come in. Defaults to API keys only. */
  readonly methods?: readonly MethodName[];
  /** Lower-case hexadecimal SHA-256 of each API key that is valid for it. */
  readonly apiKeyDigests: readonly string[];
  /** Prompts per time, such as `10r/m` (see `parseRate`). */
  readonly rate: string;
  /** Prompts that may come at once on top of the rate: 0 to 1,000. */
  readonly burst: number;
  /** Records of its valid passwords (`passwordRecord`), all of one cost. Defaults to none. */
  readonly passwordRecords?: readonly string[];
  /** Lower-case hexadecimal SHA-256 of the DER of each client certificate that is valid for it. Defaults to none. */
  readonly certificateFingerprints?: readonly string[];
  /** Moment (RFC 3339, UTC) from which it is refused, whatever it presents. Defaults to never. */
  readonly expires?: string;
}

/** What signs the sessions of those who signed in with a password; 64 hexadecimal digits (256 random bits) each. */
export interface SessionKeys {
  readonly key: string;
  /** Still verifies, while the key is being rotated. */
  readonly previousKey?: string;
}

/** Whose tokens are taken. */
export interface JwtIssuers {
  /** Claim that names the tenant. Defaults to "sub". */
  readonly tenantClaim?: string;
  /** Longest time from a token's `iat` to its `exp`, in seconds. Defaults to 86400. */
  readonly maxLifetimeSeconds?: number;
  /** A key's `client` may be one of the clients; then the client's methods must have jwt, and the roles agree. */
  readonly keys: readonly JwtKey[];
}

/** Everything the authorizer is told. */
export interface AuthorizerSettings {
  readonly clients: readonly AuthorizerClient[];
  /** Origins of the endpoint itself, e.g. `https://localhost:8443` (see `publicOrigins`). */
  readonly origins: readonly string[];
  /** Node classes that are refused besides the gateway's own list; `*` at the end stands for any rest. */
  readonly deniedNodes: readonly string[];
  /** The only node classes that may run; the denied ones still may not. Defaults to all. */
  readonly allowedNodes?: readonly string[];
  /** Failed authentications of one address in a minute; more are 429. Defaults to 20. */
  readonly failedAuthenticationsPerMinute?: number;
  /** Largest body of POST /prompt, in bytes. Defaults to 1 MiB, as nginx's does. */
  readonly promptBodyBytes?: number;
  /** Whether a valid client certificate is needed on top of any other method. Defaults to false. */
  readonly requireClientCertificate?: boolean;
  /** Needed where a client may use basic. */
  readonly session?: SessionKeys;
  /** Left out: no tokens are taken. */
  readonly jwt?: JwtIssuers;
}

export const PROMPT_BODY_BYTES = 1024 * 1024;

/** The text for `authorizer.js apply`'s standard input. */
export function renderAuthorizerConfig(settings: AuthorizerSettings): string {
  const configuration = {
    version: 1,
    origins: settings.origins,
    promptBodyBytes: settings.promptBodyBytes ?? PROMPT_BODY_BYTES,
    failedAuthenticationsPerMinute: settings.failedAuthenticationsPerMinute ?? 20,
    deniedNodes: settings.deniedNodes,
    allowedNodes: settings.allowedNodes,
    requireClientCertificate: settings.requireClientCertificate ?? false,
    session: settings.session,
    jwt: settings.jwt,
    clients: settings.clients.map((client) => ({
      name: client.name,
      role: client.role,
      tenant: client.tenant ?? client.name,
      rate: client.rate,
      burst: client.burst,
      methods: client.methods ?? ["apiKey"],
      apiKeyDigests: client.apiKeyDigests,
      passwordRecords: client.passwordRecords ?? [],
      certificateFingerprints: client.certificateFingerprints ?? [],
      expires: client.expires,
    })),
  };
  return `${JSON.stringify(configuration, null, 2)}\n`;
}
