import { HANDOVER } from "../../handover";
import type { Payload } from "../../routes";
import { INTERNAL } from "./errors";
import { indent } from "./text";

const VERIFY = "/.gateway/verify";

/** The same for WebSockets, which keep what they were judged with in memory for as long as they are open. */
const VERIFY_SOCKET = "/.gateway/verify-socket";

/** Where nginx asks whether a request of such a payload may pass. */
export function verifyPath(payload: Payload): string {
  return payload === "socket" ? VERIFY_SOCKET : VERIFY;
}

/** The facts of a request for the authorizer; every value but the client's credentials and origin is nginx's own. */
export function handover(purpose: "verify" | "handle"): string {
  const facts: [string, string][] = [
    [HANDOVER.purpose, purpose],
    [HANDOVER.route, "$route"],
    [HANDOVER.method, "$request_method"],
    [HANDOVER.address, "$remote_addr"],
    [HANDOVER.origin, "$http_origin"],
    [HANDOVER.apiKey, "$http_x_api_key"],
    [HANDOVER.authorization, "$http_authorization"],
    [HANDOVER.session, "$session_cookie"],
    [HANDOVER.certificate, "$client_certificate"],
    [HANDOVER.fetchSite, "$fetch_site"],
    [HANDOVER.contentKind, "$content_kind"],
    [HANDOVER.encoded, "$encoded"],
  ];
  return facts.map(([name, value]) => `proxy_set_header ${name} ${value};`).join("\n");
}

/** Every input of a verdict, separated by what no header can hold. */
const VERDICT_KEY = [
  "$route",
  "$request_method",
  "$remote_addr",
  "$http_origin",
  "$http_x_api_key",
  "$http_authorization",
  "$session_cookie",
  "$client_certificate",
  "$fetch_site",
  "$content_kind",
  "$encoded",
].join("\\n");

export function verifyLocations(): string {
  return `${verifyLocation(VERIFY, REMEMBERED)}
${verifyLocation(VERIFY_SOCKET, "proxy_buffer_size 4k;")}`;
}

/** A whole buffer, for the key in front of a verdict that was remembered; only a buffered answer can be. */
const REMEMBERED = `proxy_buffering on;
proxy_buffer_size 8k;
proxy_buffers 4 8k;
proxy_cache verdicts;
proxy_cache_key "${VERDICT_KEY}";`;

function verifyLocation(path: string, memory: string): string {
  return `location = ${path} {
  ${INTERNAL}
  proxy_pass http://authorizer/;
  proxy_method GET;
  proxy_http_version 1.1;
  proxy_pass_request_body off;
  proxy_pass_request_headers off;
  proxy_set_header Content-Length "";
  proxy_set_header Connection "";
  proxy_set_header Host authorizer;
${indent(handover("verify"))}
  proxy_connect_timeout 2s;
  proxy_read_timeout 5s;
  proxy_next_upstream off;
  # X-Accel-Expires must count here; nginx only remembers answers that carry it.
  proxy_ignore_headers X-Accel-Redirect Set-Cookie;
${indent(memory)}
}`;
}
