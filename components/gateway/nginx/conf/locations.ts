import { PORT } from "../../../shared/pod-layout";
import { INVENTORY_SECONDS, PASSED_LOCATION, UPLOAD_BODY_BYTES, VERDICT } from "../../handover";
import {
  type Caching,
  type Content,
  FORBIDDEN_USERDATA,
  hasEncodedParameter,
  isExact,
  type Payload,
  pathExpression,
  ROUTES,
  type Route,
  spellings,
} from "../../routes";
import { UNCOMPRESSED } from "./compression";
import {
  BAD_TARGET,
  ERROR_FOLDER,
  ERRORS_FILE,
  MISDIRECTED,
  NOT_ALLOWED,
  notAllowedLocation,
  OUTSIDER,
  REFUSED,
  refusedLocation,
  UNROUTED_LOCATION,
} from "./errors";
import { FORWARDED_HEADERS, HIDDEN_HEADERS, WEBSOCKET_HEADERS } from "./headers";
import { indent, variable } from "./text";
import { handover, verifyLocations, verifyPath } from "./verdict";

/** An inspected route's upstream, which is the authorizer alone, may send nginx to another location; no other may. */
const IGNORED_OF_INSPECTOR = "X-Accel-Expires X-Accel-Limit-Rate X-Accel-Buffering X-Accel-Charset";
const IGNORED_HEADERS = `X-Accel-Redirect ${IGNORED_OF_INSPECTOR}`;

export interface Limits {
  json: number;
  file: number;
}

/** What a location is: which upstream, and what its requests carry. */
interface Served {
  handling: Route["handling"];
  payload: Payload;
  content: Content | "$encoded_route_content";
  caching: Caching;
}

/** Every location of the server; paths that match no route are served like a route without a body. */
const UNROUTED: Served = { handling: "direct", payload: "none", content: "data", caching: "none" };
const ENCODED: Served = {
  handling: "direct",
  payload: "raw",
  content: "$encoded_route_content",
  caching: "none",
};
export const SERVED: readonly Served[] = [UNROUTED, ENCODED, ...ROUTES];

export function profileName({ handling, payload, caching }: Served): string {
  return `serve/${handling}-${payload}${caching === "gateway" ? "-kept" : ""}.conf`;
}

/** A socket keeps its buffers, one for each direction, for as long as it is open. */
const SOCKET = `proxy_read_timeout 3600s;
proxy_send_timeout 3600s;
proxy_buffer_size 4k;
proxy_buffers 4 4k;`;

/** How a location serves: faults of the target first, then the verdict, then the upstream. */
export function profile({ handling, payload, caching }: Served, limits: Limits): string {
  const streamed = payload === "multipart" || payload === "raw";
  const bodyBytes =
    payload === "multipart" ? UPLOAD_BODY_BYTES : payload === "raw" ? limits.file : limits.json;
  return [
    `if ($outsider) {
  return ${OUTSIDER};
}
if ($target_fault) {
  return ${BAD_TARGET};
}
if ($misdirected) {
  return ${MISDIRECTED};
}
auth_request ${verifyPath(payload)};
client_max_body_size ${bodyBytes};`,
    handling === "direct"
      ? COMFYUI_ERRORS
      : `set $handled_by authorizer;
error_page 502 503 = ${ERROR_FOLDER}/503;`,
    handling === "inspected" ? `proxy_ignore_headers ${IGNORED_OF_INSPECTOR};` : "",
    `error_page ${OUTSIDER} = ${NOT_ALLOWED};
error_page ${BAD_TARGET} = ${ERROR_FOLDER}/400;
error_page ${MISDIRECTED} = ${ERROR_FOLDER}/421;
${ERRORS}`,
    streamed ? "proxy_request_buffering off;" : "",
    handling === "inspected" ? INSPECTOR_HEADERS : caching === "gateway" ? KEPT : upstreamHeaders(payload),
    handling === "direct" ? "" : handover("handle"),
    payload === "socket" ? SOCKET : "",
    // No URI part: the raw target goes on, so that %2F stays what it is.
    `proxy_pass http://${caching === "gateway" ? "compressor" : handling === "direct" ? "comfyui" : "authorizer"};`,
  ]
    .filter((part) => part !== "")
    .join("\n");
}

/** The authorizer needs nothing of the client's but what the handover says, and the body. */
const INSPECTOR_HEADERS = `proxy_set_header Host authorizer;
proxy_set_header Connection "";`;

/** What each side's own 4xx says must reach the client; what a failing ComfyUI says must not. */
const COMFYUI_ERRORS = `proxy_intercept_errors on;
error_page 502 503 = ${ERROR_FOLDER}/502;`;

const ERRORS = `error_page 401 403 = ${REFUSED};
error_page 413 = ${ERROR_FOLDER}/413;
error_page 500 501 505 = ${ERROR_FOLDER}/500;
error_page 504 = ${ERROR_FOLDER}/504;`;

/**
 * Where the authorizer sends what it has inspected and found good. nginx does not read the body a second time: what it
 * sends ComfyUI is what it sent the authorizer. The verdict, the limits and the route's variables are those of the
 * location before.
 */
function passedLocation(): string {
  return `location ${PASSED_LOCATION} {
${indent(
  [
    "set $handled_by comfyui;",
    COMFYUI_ERRORS,
    ERRORS,
    upstreamHeaders("json"),
    "proxy_pass http://comfyui;",
  ].join("\n"),
)}
}`;
}

/**
 * Kept for everybody, after the verdict: the request to the upstream has nothing of the client's, and only a plain 200
 * is kept. One client asks, those who come meanwhile wait for its answer. Where ComfyUI is down the last answer is not
 * stretched beyond its time.
 */
const KEPT = `proxy_set_header Host localhost;
proxy_set_header Connection "";
proxy_set_header Accept-Encoding $coding;
${UNCOMPRESSED}
proxy_buffering on;
proxy_cache inventory;
proxy_cache_key "$route $coding $inventory_slot";
proxy_cache_valid 200 ${INVENTORY_SECONDS}s;
proxy_cache_bypass $args;
proxy_no_cache $args;
proxy_cache_lock on;
proxy_cache_lock_timeout 30s;
proxy_cache_lock_age 30s;
proxy_ignore_headers ${IGNORED_HEADERS} Cache-Control Expires Vary;`;

/** The headers of the request to the upstream; nothing of the client's passes but what is listed. */
function upstreamHeaders(payload: Payload): string {
  const contentType = {
    none: '""',
    socket: '""',
    json: "$json_content_type",
    "json-as-text": "$json_content_type",
    multipart: "$http_content_type",
    raw: "$http_content_type",
  }[payload];
  const socket = payload === "socket";
  return [
    "proxy_set_header Host $public_host;",
    `proxy_set_header Connection ${socket ? "$websocket_connection" : '""'};`,
    ...(socket ? ["proxy_set_header Upgrade $websocket_upgrade;"] : []),
    `proxy_set_header Content-Type ${contentType};`,
    ...[...FORWARDED_HEADERS, ...(socket ? WEBSOCKET_HEADERS : [])].map(
      (name) => `proxy_set_header ${name} $http_${variable(name)};`,
    ),
  ].join("\n");
}

/** What all locations of the server inherit. */
const PROXY_DEFAULTS = `auth_request_set $verdict_status $upstream_http_${variable(VERDICT.status)};
auth_request_set $verdict_code $upstream_http_${variable(VERDICT.code)};
auth_request_set $verdict_client $upstream_http_${variable(VERDICT.client)};
auth_request_set $verdict_auth $upstream_http_${variable(VERDICT.auth)};
auth_request_set $verdict_body $upstream_http_${variable(VERDICT.body)};
auth_request_set $verdict_allow $upstream_http_${variable(VERDICT.allow)};
auth_request_set $verdict_challenge $upstream_http_${variable(VERDICT.challenge)};
auth_request_set $verdict_retry_after $upstream_http_${variable(VERDICT.retryAfter)};
auth_request_set $verdict_set_cookie $upstream_http_${variable(VERDICT.setCookie)};
proxy_http_version 1.1;
proxy_pass_request_headers off;
proxy_next_upstream off;
proxy_redirect off;
proxy_connect_timeout 5s;
proxy_read_timeout 300s;
# For the internal locations, which see the length of a body that is not theirs; each route has its own limit.
client_max_body_size 0;
# Answers stream as they come.
proxy_buffering off;
proxy_buffer_size 32k;
proxy_buffers 4 32k;
# ComfyUI must not send nginx to an internal location, nor decide what the gateway says of itself.
proxy_ignore_headers ${IGNORED_HEADERS};
${HIDDEN_HEADERS.map((name) => `proxy_hide_header ${name};`).join("\n")}`;

function location(selector: string, route: string, served: Served): string {
  const { content, caching } = served;
  return `location ${selector} {
  set $route ${route};
  set $content ${content};
  set $caching ${caching};${content === "data" || content === "page" ? "" : `\n${indent(UNCOMPRESSED)}`}
  include ${profileName(served)};
}`;
}

/** IPv4 and IPv6 have a socket each, so that an IPv4 client has the same address whether there is IPv6 or not. */
function listen(ipv6: boolean, options: string): string {
  const addresses = [String(PORT.gateway), ...(ipv6 ? [`[::]:${PORT.gatewayIpv6}`] : [])];
  return addresses.map((address) => `  listen ${address} ${options};`).join("\n");
}

export function mainServer(hostNames: readonly string[], publicPort: number, ipv6: boolean): string {
  const plain = ROUTES.filter((route) => !hasEncodedParameter(route.path)).flatMap((route) =>
    spellings(route).map((path) =>
      location(isExact(path) ? `= ${path}` : `~ "^${pathExpression(path)}$"`, route.id, route),
    ),
  );
  const encodedPrefixes = new Set(
    ROUTES.filter((route) => hasEncodedParameter(route.path))
      .flatMap(spellings)
      .map((path) => path.slice(0, path.indexOf("{"))),
  );
  return `server {
${listen(ipv6, "ssl")}
  server_name ${hostNames.join(" ")};
  set $public_host $host${publicPort === 443 ? "" : `:${publicPort}`};

${indent(
  [
    PROXY_DEFAULTS,
    verifyLocations(),
    passedLocation(),
    refusedLocation(),
    notAllowedLocation(),
    `include ${ERRORS_FILE};`,
    location(`~* "${FORBIDDEN_USERDATA.pattern}"`, FORBIDDEN_USERDATA.id, UNROUTED),
    ...plain,
    ...[...encodedPrefixes].map((prefix) => location(prefix, "$encoded_route", ENCODED)),
    "# Whatever is not in the route table: 401 without a credential, 404 with one.",
    location("/", '""', UNROUTED),
    location(UNROUTED_LOCATION, '""', UNROUTED),
  ].join("\n"),
)}
}`;
}

/**
 * Names nobody configured. In the handshake they are turned away before a certificate is shown; a client that names none
 * there, since it connects to an address, must name one of ours in its request.
 */
export function unknownHostServers(ipv6: boolean): string {
  return `${unknownHostServer(listen(ipv6, "ssl default_server"), `""`, "")}

${unknownHostServer(listen(ipv6, "ssl"), "~.", "ssl_reject_handshake on;")}`;
}

function unknownHostServer(listening: string, names: string, handshake: string): string {
  return `server {
${listening}
${indent(
  [
    `server_name ${names};`,
    ...(handshake === "" ? [] : [handshake]),
    "client_max_body_size 0;",
    `include ${ERRORS_FILE};`,
    notAllowedLocation(),
  ].join("\n"),
)}
  location / {
    # HTTP/0.9 has no status line to answer with.
    if ($server_protocol = HTTP/0.9) {
      return 444;
    }
    if ($outsider) {
      return ${OUTSIDER};
    }
    return 421;
  }
  location ${UNROUTED_LOCATION} {
    return 421;
  }
}`;
}
