import { VERDICT } from "../../handover";
import { type Content, HASHED_FILE } from "../../routes";

/** Answers whose fetch or navigation a browser may run; the web UI needs inline styles, eval and blobs (ComfyUI's own list). */
const CONTENT_POLICIES: Record<Content, string> = {
  data: "default-src 'none'; frame-ancestors 'none'; sandbox",
  untrusted:
    "default-src 'none'; img-src 'self' data:; media-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox",
  page: "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; media-src 'self' data: blob:; font-src 'self' data:; connect-src 'self' data: blob:; worker-src 'self' blob:; frame-src 'self' blob:; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'",
};

export const SECURITY_HEADERS = `# On every answer. No location may use add_header: that would drop all of these.
map $content $content_security_policy {
  default "${CONTENT_POLICIES.data}";
  page "${CONTENT_POLICIES.page}";
  untrusted "${CONTENT_POLICIES.untrusted}";
}
# Every answer is for the client that may have it: none for a cache between, and a refusal for none at all.
map $uri $hashed_file_cache {
  default "private, no-cache";
  "~${HASHED_FILE}" "private, max-age=31536000, immutable";
}
map $caching $answer_cache {
  default no-store;
  revalidate "private, no-cache";
  hashed $hashed_file_cache;
}
map $status $cache_control {
  default no-store;
  "~^(?:200|206|304)$" $answer_cache;
}
# Of what others made, a browser shows pictures, sound, film and plain text; all else is saved. With 304 it keeps what it
# was told before.
map $upstream_http_content_disposition $saved_disposition {
  default attachment;
  "~*(?:^|; ?)filename=\\x22(?<saved_name>[^\\x22\\x5c]+)\\x22(?:;|$)" 'attachment; filename="$saved_name"';
}
map $upstream_http_content_type $untrusted_disposition {
  default $saved_disposition;
  "~*^(?:image/(?!svg)|audio/|video/|application/json|text/plain)" $upstream_http_content_disposition;
}
map "$status $content" $content_disposition {
  default "";
  "~^20[06] untrusted$" $untrusted_disposition;
  "~^20[06] " $upstream_http_content_disposition;
}
add_header Content-Disposition $content_disposition always;
add_header Cache-Control $cache_control always;
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

/**
 * Headers of the client that ComfyUI gets; all others end here, credentials and forwarding claims first of all, and
 * Accept-Encoding: what is compressed is decided in one place, and nothing is compressed twice.
 */
export const FORWARDED_HEADERS = [
  "Accept",
  "Accept-Language",
  "User-Agent",
  "Range",
  "If-Range",
  "If-None-Match",
  "If-Modified-Since",
  "Cache-Control",
];

export const WEBSOCKET_HEADERS = [
  "Sec-WebSocket-Key",
  "Sec-WebSocket-Version",
  "Sec-WebSocket-Extensions",
  "Sec-WebSocket-Protocol",
];

/** Answers' headers that ComfyUI, or a node in it, must not decide. */
export const HIDDEN_HEADERS = [
  "Cache-Control",
  "Content-Disposition",
  "Expires",
  "Pragma",
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
