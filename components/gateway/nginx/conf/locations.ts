import { PORT } from "../../../shared/pod-layout";
import { UPLOAD_BODY_BYTES, VERDICT } from "../../handover";
import {
  FORBIDDEN_USERDATA,
  hasEncodedParameter,
  isExact,
  type Payload,
  pathExpression,
  ROUTES,
  type Route,
  spellings,
} from "../../routes";
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
import { handover, VERIFY, verifyLocation } from "./verdict";

export interface Limits {
  json: number;
  file: number;
}

/** What a location is: which upstream, and what its requests carry. */
interface Served {
  handling: Route["handling"];
  payload: Payload;
}

/** Every location of the server; paths that match no route are served like a route without a body. */
const UNROUTED: Served = { handling: "direct", payload: "none" };
const ENCODED: Served = { handling: "direct", payload: "raw" };
export const SERVED: readonly Served[] = [UNROUTED, ENCODED, ...ROUTES];

export function profileName({ handling, payload }: Served): string {
  return `serve/${handling}-${payload}.conf`;
}

/** A socket keeps its buffers, one for each direction, for as long as it is open. */
const SOCKET = `proxy_read_timeout 3600s;
proxy_send_timeout 3600s;
proxy_buffer_size 8k;
proxy_buffers 4 8k;`;

/** How a location serves: faults of the target first, then the verdict, then the upstream. */
export function profile({ handling, payload }: Served, limits: Limits): string {
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
auth_request ${VERIFY};
client_max_body_size ${bodyBytes};`,
    // What each side's own 4xx says must reach the client; what a failing ComfyUI says must not.
    handling === "direct"
      ? `proxy_intercept_errors on;
error_page 502 503 = ${ERROR_FOLDER}/502;`
      : `set $handled_by authorizer;
error_page 502 503 = ${ERROR_FOLDER}/503;`,
    `error_page 401 403 = ${REFUSED};
error_page ${OUTSIDER} = ${NOT_ALLOWED};
error_page ${BAD_TARGET} = ${ERROR_FOLDER}/400;
error_page ${MISDIRECTED} = ${ERROR_FOLDER}/421;
error_page 413 = ${ERROR_FOLDER}/413;
error_page 500 501 505 = ${ERROR_FOLDER}/500;
error_page 504 = ${ERROR_FOLDER}/504;`,
    streamed ? "proxy_request_buffering off;" : "",
    upstreamHeaders(payload),
    handling === "authorizer" ? handover("handle") : "",
    payload === "socket" ? SOCKET : "",
    // No URI part: the raw target goes on, so that %2F stays what it is.
    `proxy_pass http://${handling === "direct" ? "comfyui" : "authorizer"};`,
  ]
    .filter((part) => part !== "")
    .join("\n");
}

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
proxy_ignore_headers X-Accel-Redirect X-Accel-Expires X-Accel-Limit-Rate X-Accel-Buffering X-Accel-Charset;
${HIDDEN_HEADERS.map((name) => `proxy_hide_header ${name};`).join("\n")}`;

function location(selector: string, route: string, content: string, served: Served): string {
  return `location ${selector} {
  set $route ${route};
  set $content ${content};
  include ${profileName(served)};
}`;
}

export function mainServer(hostNames: readonly string[], publicPort: number): string {
  const plain = ROUTES.filter((route) => !hasEncodedParameter(route.path)).flatMap((route) =>
    spellings(route).map((path) =>
      location(isExact(path) ? `= ${path}` : `~ "^${pathExpression(path)}$"`, route.id, route.content, route),
    ),
  );
  const encodedPrefixes = new Set(
    ROUTES.filter((route) => hasEncodedParameter(route.path))
      .flatMap(spellings)
      .map((path) => path.slice(0, path.indexOf("{"))),
  );
  return `server {
  listen ${PORT.gateway} ssl;
  server_name ${hostNames.join(" ")};
  set $public_host $host${publicPort === 443 ? "" : `:${publicPort}`};

${indent(
  [
    PROXY_DEFAULTS,
    verifyLocation(),
    refusedLocation(),
    notAllowedLocation(),
    `include ${ERRORS_FILE};`,
    location(`~* "${FORBIDDEN_USERDATA.pattern}"`, FORBIDDEN_USERDATA.id, "data", UNROUTED),
    ...plain,
    ...[...encodedPrefixes].map((prefix) =>
      location(prefix, "$encoded_route", "$encoded_route_content", ENCODED),
    ),
    "# Whatever is not in the route table: 401 without a credential, 404 with one.",
    location("/", '""', "data", UNROUTED),
    location(UNROUTED_LOCATION, '""', "data", UNROUTED),
  ].join("\n"),
)}
}`;
}

export const UNKNOWN_HOST_SERVER = `# Names nobody configured.
server {
  listen ${PORT.gateway} ssl default_server;
  server_name _;
  client_max_body_size 0;
  include ${ERRORS_FILE};
${indent(notAllowedLocation())}
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
