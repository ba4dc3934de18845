import { allowedMethods, neededRole, roleCovers } from "../routes";
import { originFault } from "./origin";
import type { Principal } from "./principal";
import { type Refusal, refusal } from "./refusal";
import type { GatewayRequest } from "./request";

/**
 * Whether a verified client may make a request; undefined means yes. Pure: depends on nothing but its arguments, all of
 * which are in the key under which nginx remembers a positive answer.
 */
export function decide(
  request: GatewayRequest,
  principal: Principal,
  origins: readonly string[],
): Refusal | undefined {
  const { route, method, origin } = request;
  const allowed = route && allowedMethods(route);
  if (!route || !allowed || allowed.length === 0) {
    return refusal(404, "unknown_route", "The gateway has no such route.");
  }
  const needed = neededRole(route, method);
  if (needed === undefined || needed === "never") {
    const message = `This route does not take ${method}; it takes ${allowed.join(", ")}.`;
    return refusal(405, "method_not_allowed", message, { allow: allowed.join(", ") });
  }
  if (!roleCovers(principal.role, needed)) {
    return refusal(403, "role_not_sufficient", `This needs the role ${needed}; yours is ${principal.role}.`);
  }
  const foreign = originFault(method, route.payload === "socket", origin, origins);
  if (foreign) return foreign;
  const changes = method !== "GET" && method !== "HEAD";
  if ((changes || route.payload === "socket") && isForged(request, principal)) {
    return refusal(403, "origin_not_proven", "A page of another site may have made the browser send this.");
  }
  if (request.encoded) {
    return refusal(415, "content_encoding", "Send the body without Content-Encoding.");
  }
  return method === "GET" || method === "HEAD" ? undefined : payloadFault(request);
}

/** Methods by which a browser authenticates without the page that makes the request. */
const SENT_BY_BROWSERS = ["basic", "mtls", "session"];

/**
 * Whether a foreign page may have made a browser send the request. Programs send neither Origin nor Sec-Fetch-Site; but
 * only browsers have sessions, and they say where a request comes from.
 */
function isForged({ origin, fetchSite }: GatewayRequest, { method }: Principal): boolean {
  if (!SENT_BY_BROWSERS.includes(method)) return false;
  if (fetchSite === "other") return true;
  return method === "session" && origin === undefined && fetchSite === undefined;
}

function payloadFault({ route, contentKind }: GatewayRequest): Refusal | undefined {
  switch (route?.payload) {
    case "json":
    case "json-as-text": {
      // ComfyUI takes some changes without a body at all; only POST /prompt must have one, and says so itself.
      const accepted = ["json", "none", ...(route.payload === "json-as-text" ? ["text"] : [])];
      return accepted.includes(contentKind)
        ? undefined
        : refusal(415, "content_type", "Send application/json, without a charset or with utf-8.");
    }
    case "multipart":
      return contentKind === "multipart"
        ? undefined
        : refusal(415, "content_type", "Send multipart/form-data.");
    default:
      return undefined;
  }
}
