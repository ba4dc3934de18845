/**
 * How nginx and the authorizer talk. nginx drops every header of the client and sets these itself, so a client cannot
 * set them; the authorizer listens on the pod's loopback only.
 */

/** Seconds nginx may remember a positive verdict: revocation is at most this late. */
export const VERDICT_SECONDS = 5;

/** Seconds the gateway keeps an answer that is the same for everybody, at most; also after ComfyUI was started anew. */
export const INVENTORY_SECONDS = 5;

/** Largest upload, in bytes. The authorizer holds it in memory until it is judged. */
export const UPLOAD_BODY_BYTES = 25 * 1024 * 1024;

/** nginx to authorizer. */
export const HANDOVER = {
  /** `verify`: answer with a verdict only. `handle`: decide and serve the request. */
  purpose: "X-Gateway-Purpose",
  /** Id of the route table's entry; absent where the path has none. */
  route: "X-Gateway-Route",
  method: "X-Gateway-Method",
  address: "X-Gateway-Address",
  origin: "X-Gateway-Origin",
  apiKey: "X-Gateway-Api-Key",
  authorization: "X-Gateway-Authorization",
  /** The header Cookie where it holds a session; empty otherwise. */
  session: "X-Gateway-Session",
  /** The client certificate nginx has verified: PEM, percent-encoded. */
  certificate: "X-Gateway-Certificate",
  /** Sec-Fetch-Site: `same-origin`, `none` or `other`; absent where the client does not say. */
  fetchSite: "X-Gateway-Fetch-Site",
  /** `json`, `text`, `multipart`, `none` or `other`: what the Content-Type says, read once, by nginx. */
  contentKind: "X-Gateway-Content-Kind",
  /** `1` where the request has a Content-Encoding. */
  encoded: "X-Gateway-Encoded",
} as const;

/**
 * Authorizer to nginx, in X-Accel-Redirect: a request of an inspected route passes. A named location keeps method, target
 * and body, and no client can ask for one.
 */
export const PASSED_LOCATION = "@passed";

/** Authorizer to nginx; never reaches the client. */
export const VERDICT = {
  /** The status the client is to see: 200 for a positive verdict. */
  status: "X-Gateway-Status",
  /** `allow`, or the code of the refusal. */
  code: "X-Gateway-Verdict",
  client: "X-Gateway-Client",
  /** The authentication method that verified the client. */
  auth: "X-Gateway-Auth",
  /** The JSON body of a refusal. */
  body: "X-Gateway-Error",
  allow: "X-Gateway-Allow",
  /** For WWW-Authenticate. */
  challenge: "X-Gateway-Challenge",
  /** For Retry-After. */
  retryAfter: "X-Gateway-Retry-After",
  /** For Set-Cookie: begins a session or makes a browser forget one. */
  setCookie: "X-Gateway-Set-Cookie",
} as const;

/** The origins a browser may come from: https, each host name, the public port unless it is 443. */
export function publicOrigins(hostNames: readonly string[], publicPort: number): string[] {
  return hostNames.map((name) => `https://${name}${publicPort === 443 ? "" : `:${publicPort}`}`);
}
