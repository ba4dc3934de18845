import { PORT } from "../../shared/pod-layout";
import { type ErrorStatus, errorBody } from "../errors";
import { HANDOVER, UPLOAD_BODY_BYTES, VERDICT, VERDICT_SECONDS } from "../handover";
import {
  type Content,
  FORBIDDEN_USERDATA,
  hasEncodedParameter,
  isExact,
  type Payload,
  pathExpression,
  ROUTES,
  type Route,
  spellings,
} from "../routes";
import { renderBundle } from "./bundle";
import { isCidr } from "./cidr";
import { TARGET_FAULTS } from "./target";

/** What the gateway's nginx is told. */
export interface NginxSettings {
  /** Names clients may use, as in a Host header without its port: DNS names, IPv4, IPv6 in brackets; lower case. */
  readonly hostNames: readonly string[];
  /** TCP port of the endpoint as clients see it. */
  readonly publicPort: number;
  /** Largest body of a JSON request, in bytes. Defaults to 1 MiB. */
  readonly jsonBodyBytes?: number;
  /** Largest file of user data, in bytes. Defaults to 100 MiB, ComfyUI's own limit. */
  readonly fileBodyBytes?: number;
  /** CA that signs client certificates, in PEM. Left out: no certificate is asked for. */
  readonly clientCa?: string;
  /** IPv4 and IPv6 addresses and ranges (CIDR) that may connect. Left out or empty: every address may. */
  readonly allowedCidrs?: readonly string[];
  /** Whether `install-certificate` brings the server's certificate, instead of the bundle. Defaults to false. */
  readonly installedCertificate?: boolean;
}

/** Everything nginx serves with: `NginxSettings` and the server's certificate, unless that is an installed one. */
export interface NginxBundleSettings extends NginxSettings {
  /** Server certificate in PEM, leaf first. */
  readonly serverCertificate?: string;
  /** Private key of the server certificate in PEM. */
  readonly serverKey?: string;
}

export const JSON_BODY_BYTES = 1024 * 1024;
export const FILE_BODY_BYTES = 100 * 1024 * 1024;

/** The text for `apply-config`'s standard input. Contains the private key where it has one. */
export function renderNginxBundle(settings: NginxBundleSettings): string {
  const { serverCertificate = "", serverKey = "", installedCertificate = false } = settings;
  return renderBundle({
    ...renderNginxFiles(settings),
    ...(installedCertificate ? {} : { "tls/server.crt": serverCertificate, "tls/server.key": serverKey }),
    ...(settings.clientCa !== undefined && { [CLIENT_CA_FILE]: settings.clientCa }),
  });
}

/**
 * nginx.conf and the files it includes, for the settings and the route table. Paths in them are relative to the folder
 * of nginx.conf.
 */
export function renderNginxFiles(settings: NginxSettings): Record<string, string> {
  const hostNames = checkedHostNames(settings.hostNames);
  const limits = {
    json: settings.jsonBodyBytes ?? JSON_BODY_BYTES,
    file: settings.fileBodyBytes ?? FILE_BODY_BYTES,
  };
  const profiles = new Map(SERVED.map((served) => [profileName(served), served]));
  return {
    "nginx.conf": `# Rendered from components/gateway/routes.ts; do not edit.
worker_processes 2;
worker_rlimit_nofile 16384;
pid /tmp/nginx.pid;
error_log stderr notice;

events {
  worker_connections 4096;
}

http {
${indent(
  [
    PLATFORM,
    AUDIT,
    settings.installedCertificate ? INSTALLED_CERTIFICATE : BUNDLED_CERTIFICATE,
    TLS,
    ...(settings.clientCa === undefined ? [] : [CLIENT_CERTIFICATES]),
    TIMEOUTS,
    SECURITY_HEADERS,
    outsiders(settings.allowedCidrs ?? []),
    requestFacts(),
    upstreams(),
    earlyErrorPages(),
    mainServer(hostNames, settings.publicPort),
    UNKNOWN_HOST_SERVER,
  ].join("\n\n"),
)}
}
`,
    [ERRORS_FILE]: `${errorLocations()}\n`,
    ...Object.fromEntries([...profiles].map(([name, served]) => [name, `${profile(served, limits)}\n`])),
  };
}

/** What is answered by nginx alone, with the message the client sees. */
const NGINX_ERRORS: Record<ErrorStatus, { code: string; message: string }> = {
  400: {
    code: "bad_request",
    message: "The request is malformed, or its target is written in a way this gateway does not accept.",
  },
  401: {
    code: "no_credential",
    message: "Authentication is needed: send your API key in the header X-API-Key.",
  },
  403: { code: "forbidden", message: "ComfyUI refused this request." },
  404: { code: "not_found", message: "There is nothing here." },
  405: { code: "method_not_allowed", message: "This method is not allowed." },
  413: { code: "body_too_large", message: "The request body is larger than this route accepts." },
  414: { code: "target_too_long", message: "The request target is longer than 8 KiB." },
  415: { code: "unsupported_media_type", message: "This content type or encoding is not accepted." },
  421: { code: "unknown_host", message: "This gateway does not serve the host name of the request." },
  429: { code: "too_many_requests", message: "Too many requests: try again later." },
  500: { code: "internal_error", message: "ComfyUI failed to handle the request; its log says why." },
  501: { code: "not_implemented", message: "The Transfer-Encoding of the request is not supported." },
  502: { code: "comfyui_unreachable", message: "ComfyUI does not answer: it is starting, or has stopped." },
  503: {
    code: "unavailable",
    message: "The gateway cannot decide on requests at the moment: try again shortly.",
  },
  504: { code: "comfyui_timeout", message: "ComfyUI did not answer in time." },
  505: { code: "version_not_supported", message: "Use HTTP/1.1 or HTTP/2." },
};

const PLATFORM = `default_type application/octet-stream;
server_tokens off;
sendfile off;
# The root file system is read-only.
client_body_temp_path /tmp/client-body;
proxy_temp_path /tmp/proxy;
fastcgi_temp_path /tmp/fastcgi;
uwsgi_temp_path /tmp/uwsgi;
scgi_temp_path /tmp/scgi;
map_hash_bucket_size 256;
server_names_hash_bucket_size 256;
variables_hash_max_size 2048;
proxy_headers_hash_max_size 2048;
proxy_headers_hash_bucket_size 128;
# X_API_Key must not become X-API-Key.
underscores_in_headers off;
ignore_invalid_headers on;
merge_slashes on;
absolute_redirect off;
# Variables that an early refusal leaves unset are empty.
uninitialized_variable_warn off;`;

const AUDIT = `# One JSON line a request: no query string, no header of a client, no path beyond the route's id.
map $request $audit_method {
  default "-";
  "~^(?<audit_request_method>[A-Z]{1,20}) " $audit_request_method;
}
map $status $audit_status {
  default 0;
  "~^[1-9]" $status;
}
# What the authorizer says while it handles a request counts after the verdict; ComfyUI's headers never do.
map $handled_by $handling_code {
  default "";
  authorizer $upstream_http_${variable(VERDICT.code)};
}
map $handling_code $decided_code {
  default $handling_code;
  "" $verdict_code;
}
map $status $undecided_code {
  default refused;
${Object.entries(NGINX_ERRORS)
  .map(([status, { code }]) => `  ${status} ${code};`)
  .join("\n")}
}
map $decided_code $audit_verdict {
  default $decided_code;
  "" $undecided_code;
}
log_format audit escape=json '{"time":"$time_iso8601","client":"$verdict_client","method":"$audit_method",'
  '"route":"$route","status":$audit_status,"verdict":"$audit_verdict","auth":"$verdict_auth",'
  '"bytes":$bytes_sent,"duration":$request_time,"address":"$remote_addr"}';
access_log /dev/stdout audit;`;

const BUNDLED_CERTIFICATE = `ssl_certificate tls/server.crt;
ssl_certificate_key tls/server.key;`;

/** Swapped there by `install-certificate`, in its own time. */
const INSTALLED_CERTIFICATE = `ssl_certificate /etc/comfy-gateway/certificate/current/fullchain.pem;
ssl_certificate_key /etc/comfy-gateway/certificate/current/privkey.pem;`;

/** Mozilla's intermediate recommendation; resumption is off so that every session is a fresh handshake. */
const TLS = `ssl_protocols TLSv1.2 TLSv1.3;
ssl_ciphers ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305;
ssl_prefer_server_ciphers off;
ssl_ecdh_curve X25519:prime256v1:secp384r1;
ssl_session_tickets off;
ssl_session_cache off;
ssl_early_data off;
http2 on;`;

const CLIENT_CA_FILE = "tls/client-ca.crt";

/** One that does not verify is answered with 495; the CA signs the clients' certificates itself. */
const CLIENT_CERTIFICATES = `ssl_client_certificate ${CLIENT_CA_FILE};
ssl_verify_client optional;
ssl_verify_depth 1;`;

const TIMEOUTS = `# Against clients that send or read slowly.
client_header_timeout 10s;
client_body_timeout 15s;
send_timeout 30s;
keepalive_timeout 65s;
keepalive_requests 1000;
reset_timedout_connection on;
large_client_header_buffers 4 8k;
client_body_buffer_size 128k;`;

/** Answers whose fetch or navigation a browser may run; the web UI needs inline styles, eval and blobs (ComfyUI's own list). */
const CONTENT_POLICIES: Record<Content, string> = {
  data: "default-src 'none'; frame-ancestors 'none'; sandbox",
  untrusted:
    "default-src 'none'; img-src 'self' data:; media-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox",
  page: "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; media-src 'self' data: blob:; font-src 'self' data:; connect-src 'self' data: blob:; worker-src 'self' blob:; frame-src 'self' blob:; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'",
};

const SECURITY_HEADERS = `# On every answer. No location may use add_header: that would drop all of these.
map $content $content_security_policy {
  default "${CONTENT_POLICIES.data}";
  page "${CONTENT_POLICIES.page}";
  untrusted "${CONTENT_POLICIES.untrusted}";
}
add_header Strict-Transport-Security "max-age=63072000" always;
add_header X-Content-Type-Options nosniff always;
add_header X-Frame-Options DENY always;
add_header Referrer-Policy no-referrer always;
add_header Content-Security-Policy $content_security_policy always;
add_header Cross-Origin-Resource-Policy same-origin always;
add_header Allow $verdict_allow always;
add_header WWW-Authenticate $verdict_challenge always;
add_header Retry-After $verdict_retry_after always;
add_header Set-Cookie $verdict_set_cookie always;`;

/** Who may not even ask. Only the connection's own address counts, never what a header claims. */
function outsiders(allowedCidrs: readonly string[]): string {
  const wrong = allowedCidrs.filter((cidr) => !isCidr(cidr));
  if (wrong.length > 0) {
    throw new Error(
      `allowedCidrs ${JSON.stringify(wrong)}: give IPv4 or IPv6 addresses, or ranges such as 203.0.113.0/24 or 2001:db8::/32 with no bit set beyond the prefix`,
    );
  }
  const insiders = [...new Set(allowedCidrs)].map((cidr) => `  ${cidr} "";\n`).join("");
  return `geo $outsider {
  default ${allowedCidrs.length === 0 ? '""' : "1"};
${insiders}}`;
}

/** Everything about a request that is worked out once: faults of its target, the kinds of its headers. */
function requestFacts(): string {
  const encoded = ROUTES.filter((route) => hasEncodedParameter(route.path));
  return `# A target that nginx and aiohttp could read differently is refused before anything else looks at it.
# HTTP/2 has no headers about the connection; nginx would let them pass.
map "$server_protocol $http_connection$http_transfer_encoding$http_keep_alive$http_upgrade$http_proxy_connection" $connection_fault {
  default "";
  "~^HTTP/2.0 ." 1;
}
map $request $form_fault {
  default 1;
  "~^[A-Z_-]+ /" $connection_fault;
}
map $request_uri $target_fault {
  default $form_fault;
${TARGET_FAULTS.map((fault) => `  "~*${fault.pattern}" 1;`).join("\n")}
${encoded
  .flatMap(spellings)
  .map((path) => `  "~^${pathExpression(path)}(?:\\?|$)" $form_fault;`)
  .join("\n")}
  "~*^[^?]*%2f" 1;
}
# Routes with %2F in a parameter are told apart in the raw target; nginx's own path has it decoded.
map $request_uri $encoded_route {
  default "";
${encoded
  .flatMap((route) => spellings(route).map((path) => `  "~^${pathExpression(path)}(?:\\?|$)" ${route.id};`))
  .join("\n")}
}
map $encoded_route $encoded_route_content {
  default data;
${encoded.map((route) => `  ${route.id} ${route.content};`).join("\n")}
}
map $http_content_type $content_kind {
  default other;
  "" none;
  "~*^application/json(?:[ \\t]*;[ \\t]*charset=(?:utf-8|\\x22utf-8\\x22))?$" json;
  "~*^text/plain[ \\t]*;[ \\t]*charset=utf-8$" text;
  "~*^multipart/form-data[ \\t]*;" multipart;
}
map $content_kind $json_content_type {
  default "";
  json application/json;
  text application/json;
}
map $http_content_encoding $encoded {
  default 1;
  "" "";
}
# The whole header, so that the authorizer sees a second session in it too.
map $http_cookie $session_cookie {
  default "";
  "~__Host-comfy_session" $http_cookie;
}
# Only SUCCESS counts; what failed must not look like nothing.
map $ssl_client_verify $client_certificate {
  default unverified;
  "" "";
  NONE "";
  SUCCESS $ssl_client_escaped_cert;
}
map $http_sec_fetch_site $fetch_site {
  default other;
  "" "";
  same-origin same-origin;
  none none;
}
map $http_upgrade $websocket_upgrade {
  default "";
  "~*^websocket$" websocket;
}
map $websocket_upgrade $websocket_connection {
  default "";
  websocket upgrade;
}
# A client that names a server in the handshake and another in the request is misdirected.
map "$ssl_server_name $host" $misdirected {
  default 1;
  "~^ " "";
  "~*^(\\S+)\\.? \\1$" "";
}`;
}

function upstreams(): string {
  return `upstream authorizer {
  server 127.0.0.1:${PORT.authorizer} max_fails=0;
  keepalive 32;
}
upstream comfyui {
  server 127.0.0.1:${PORT.comfyui} max_fails=0;
  keepalive 16;
  # Shorter than any upstream's own, or a request could meet a connection that is just being closed.
  keepalive_timeout 4s;
}
# Positive verdicts only (the authorizer's X-Accel-Expires says how long); on tmpfs, since the key holds credentials.
proxy_cache_path /tmp/verdicts levels=1:2 keys_zone=verdicts:4m max_size=16m inactive=${2 * VERDICT_SECONDS}s use_temp_path=off;`;
}

function errorText(status: ErrorStatus): string {
  const { code, message } = NGINX_ERRORS[status];
  return errorBody(status, code, message);
}

const ERRORS_FILE = "serve/errors.conf";
const ERROR_FOLDER = "/.gateway/error";
const REFUSED = "/.gateway/refused";
const NOT_ALLOWED = "/.gateway/not-allowed";
const VERIFY = "/.gateway/verify";

/** What is not in the route table. */
const UNROUTED_LOCATION = "@unrouted";

/** For locations that clients cannot ask for: to them, the path is one that is not in the route table. */
const INTERNAL = `internal;
  recursive_error_pages on;
  error_page 404 = ${UNROUTED_LOCATION};`;

/** Refusal of a bad target; a number of its own, since ComfyUI's 400 must pass through unchanged. */
const BAD_TARGET = 460;
const MISDIRECTED = 461;
const OUTSIDER = 462;

function earlyErrorPages(): string {
  const statuses = (Object.keys(NGINX_ERRORS) as unknown as ErrorStatus[]).map(
    (status) => `error_page ${status} = ${ERROR_FOLDER}/${status};`,
  );
  // 494: header too large; 495: client certificate that does not verify; 497: plain HTTP on the TLS port.
  return [
    ...statuses,
    `error_page 494 495 497 = ${ERROR_FOLDER}/400;`,
    `error_page ${OUTSIDER} = ${NOT_ALLOWED};`,
  ].join("\n");
}

/** Each error's answer, as an internal location. */
function errorLocations(): string {
  return (Object.keys(NGINX_ERRORS) as unknown as ErrorStatus[])
    .map(Number)
    .map((status) => {
      const text = `return ${status} '${errorText(status as ErrorStatus)}';`;
      // auth_request turns every failure of the authorizer into 500: no verdict means that nobody decided.
      const undecided = `if ($verdict_status = "") {
    return 503 '${errorText(503)}';
  }
  `;
      return `location = ${ERROR_FOLDER}/${status} {
  ${INTERNAL}
  default_type application/json;
  ${status === 500 ? undecided : ""}${text}
}`;
    })
    .join("\n");
}

/** The authorizer's refusals: nginx's auth_request knows only 401 and 403, the status to show comes in a header. */
const SHOWN_STATUSES = [400, 401, 404, 405, 415, 429];

function refusedLocation(): string {
  return `location = ${REFUSED} {
  ${INTERNAL}
  default_type application/json;
${SHOWN_STATUSES.map(
  (status) => `  if ($verdict_status = ${status}) {
    return ${status} $verdict_body;
  }`,
).join("\n")}
  if ($verdict_status = 403) {
    return 403 $verdict_body;
  }
  return 403 '${errorText(403)}';
}`;
}

function notAllowedLocation(): string {
  const message = "Your network address is not allowed here.";
  return `location = ${NOT_ALLOWED} {
  ${INTERNAL}
  default_type application/json;
  set $verdict_code address_not_allowed;
  return 403 '${errorBody(403, "address_not_allowed", message)}';
}`;
}

/** The facts of a request for the authorizer; every value but the client's credentials and origin is nginx's own. */
function handover(purpose: "verify" | "handle"): string {
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

function verifyLocation(): string {
  return `location = ${VERIFY} {
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
  proxy_ignore_headers Set-Cookie;
  # Only a buffered answer can be remembered.
  proxy_buffering on;
  proxy_cache verdicts;
  proxy_cache_key "${VERDICT_KEY}";
}`;
}

/** Headers of the client that ComfyUI gets; all others end here, credentials and forwarding claims first of all. */
const FORWARDED_HEADERS = [
  "Accept",
  "Accept-Encoding",
  "Accept-Language",
  "User-Agent",
  "Range",
  "If-Range",
  "If-None-Match",
  "If-Modified-Since",
  "Cache-Control",
];

const WEBSOCKET_HEADERS = [
  "Sec-WebSocket-Key",
  "Sec-WebSocket-Version",
  "Sec-WebSocket-Extensions",
  "Sec-WebSocket-Protocol",
];

/** Answers' headers that ComfyUI, or a node in it, must not decide. */
const HIDDEN_HEADERS = [
  "Strict-Transport-Security",
  "X-Content-Type-Options",
  "X-Frame-Options",
  "Referrer-Policy",
  "Content-Security-Policy",
  "Cross-Origin-Resource-Policy",
  "X-Powered-By",
  "Set-Cookie",
  "Access-Control-Allow-Origin",
  "Access-Control-Allow-Credentials",
  "Access-Control-Allow-Methods",
  "Access-Control-Allow-Headers",
  "Access-Control-Expose-Headers",
  "Access-Control-Max-Age",
  "Access-Control-Allow-Private-Network",
  ...Object.values(VERDICT),
];

interface Limits {
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
const SERVED: readonly Served[] = [UNROUTED, ENCODED, ...ROUTES];

function profileName({ handling, payload }: Served): string {
  return `serve/${handling}-${payload}.conf`;
}

/** How a location serves: faults of the target first, then the verdict, then the upstream. */
function profile({ handling, payload }: Served, limits: Limits): string {
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
    payload === "socket" ? "proxy_read_timeout 3600s;\nproxy_send_timeout 3600s;" : "",
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

function mainServer(hostNames: readonly string[], publicPort: number): string {
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

const UNKNOWN_HOST_SERVER = `# Names nobody configured.
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

function checkedHostNames(hostNames: readonly string[]): readonly string[] {
  const wrong = hostNames.filter((name) => !/^(?:[a-z0-9_]([a-z0-9-]*\.?)*|\[[0-9a-f:.]+\])$/.test(name));
  if (hostNames.length === 0 || wrong.length > 0) {
    throw new Error(
      `hostNames ${JSON.stringify(wrong)}: give at least one, each a lower-case DNS name, an IPv4 address or an IPv6 address in brackets`,
    );
  }
  return [...new Set(hostNames)];
}

/** A header's name as nginx spells it in a variable. */
function variable(header: string): string {
  return header.toLowerCase().replaceAll("-", "_");
}

function indent(text: string): string {
  return text.replace(/^(?=.)/gm, "  ");
}
