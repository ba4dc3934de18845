import type { Role } from "../routes";

/** A client as the authorizer needs to know it. */
export interface AuthorizerClient {
  readonly name: string;
  readonly role: Role;
  /** Whose data the client works on. Defaults to its name. */
  readonly tenant?: string;
  /** Lower-case hexadecimal SHA-256 of each API key that is valid for it. */
  readonly apiKeyDigests: readonly string[];
  /** Prompts per time, such as `10r/m` (see `parseRate`). */
  readonly rate: string;
  /** Prompts that may come at once on top of the rate: 0 to 1,000. */
  readonly burst: number;
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
    clients: settings.clients.map(({ name, role, tenant, apiKeyDigests, rate, burst }) => ({
      name,
      role,
      tenant: tenant ?? name,
      apiKeyDigests,
      rate,
      burst,
    })),
  };
  return `${JSON.stringify(configuration, null, 2)}\n`;
}
