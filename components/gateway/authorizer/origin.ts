import { type Refusal, refusal } from "./refusal";

/** Methods that change nothing; a page of another site may make a browser send them, but reads no answer. */
const SAFE_METHODS: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS"]);

/**
 * Refuses what a page of another site makes a browser send: requests that change something, and WebSockets, which no
 * CORS protects. Undefined means no objection.
 *
 * No Origin is no browser page, and passes: clients of the API send none. A browser that hides it sends `null`, which is
 * the same for every sandboxed page of the world, and is refused; so is an empty one. Compared as text: browsers write
 * scheme and host in lower case and leave a default port out.
 *
 * @param origins the public ones, as `publicOrigins` makes them
 */
export function originFault(
  method: string,
  isSocket: boolean,
  origin: string | undefined,
  origins: readonly string[],
): Refusal | undefined {
  if (origin === undefined || origins.includes(origin)) return undefined;
  if (SAFE_METHODS.has(method) && !isSocket) return undefined;
  return refusal(403, "origin_not_allowed", "Requests from pages of another origin are not accepted.");
}
