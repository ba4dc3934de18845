import { isIPv6 } from "node:net";
import { hasEncodedParameter, pathExpression, ROUTES, spellings } from "../../routes";
import { isCidr } from "../cidr";
import { TARGET_FAULTS } from "../target";
import { FORWARDED_HEADERS, WEBSOCKET_HEADERS } from "./headers";
import { variable } from "./text";

/**
 * Who may not even ask. Only the connection's own address counts, never what a header claims; and of a proxy's address
 * nobody knows who stands behind it.
 */
export function outsiders(allowedCidrs: readonly string[], proxyAddresses: readonly string[]): string {
  const wrong = allowedCidrs.filter((cidr) => !isCidr(cidr));
  if (wrong.length > 0) {
    throw new Error(
      `allowedCidrs ${JSON.stringify(wrong)}: give IPv4 or IPv6 addresses, or ranges such as 203.0.113.0/24 or 2001:db8::/32 with no bit set beyond the prefix`,
    );
  }
  if (allowedCidrs.length === 0) return 'geo $outsider {\n  default "";\n}';
  const hiding = new Set(
    proxyAddresses.flatMap((address) => [address, `${address}/${isIPv6(address) ? 128 : 32}`]),
  );
  const insiders = [...new Set(allowedCidrs)].filter((cidr) => !hiding.has(cidr));
  // The most specific entry counts.
  return `geo $outsider {
  default 1;
${insiders.map((cidr) => `  ${cidr} "";\n`).join("")}${proxyAddresses.map((address) => `  ${address} 1;\n`).join("")}}`;
}

/** Headers of the client that go on from here, to the authorizer or to ComfyUI. */
const HANDED_ON = [
  ...["X-API-Key", "Authorization", "Cookie", "Origin", "Content-Type"],
  ...FORWARDED_HEADERS,
  ...WEBSOCKET_HEADERS,
];

/** Everything about a request that is worked out once: faults of its target, the kinds of its headers. */
export function requestFacts(): string {
  const encoded = ROUTES.filter((route) => hasEncodedParameter(route.path));
  return `# nginx takes control characters that neither Node nor aiohttp would: they could not be handed on.
map "${HANDED_ON.map((name) => `$http_${variable(name)}`).join("")}" $header_fault {
  default "";
  "~[\\x00-\\x08\\x0a-\\x1f\\x7f]" 1;
}
# A target that nginx and aiohttp could read differently is refused before anything else looks at it.
# HTTP/2 has no headers about the connection; nginx would let them pass.
map "$server_protocol $http_connection$http_transfer_encoding$http_keep_alive$http_upgrade$http_proxy_connection" $connection_fault {
  default $header_fault;
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
# Only GET of HTTP/1.1 can be upgraded; ComfyUI would be sent one whatever the client has sent.
map "$request_method $server_protocol $http_upgrade" $websocket_upgrade {
  default "";
  "~*^GET HTTP/1\\.1 websocket$" websocket;
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
