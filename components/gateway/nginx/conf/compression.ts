/** Types worth compressing. Pictures and woff2 fonts are compressed already; event streams must not wait. */
const TYPES = [
  "text/plain",
  "text/css",
  "text/javascript",
  "text/markdown",
  "application/javascript",
  "application/json",
  "application/manifest+json",
  "application/wasm",
  "application/vnd.ms-fontobject",
  "font/ttf",
  "image/svg+xml",
].join(" ");

/** Where compressed answers come from; in the container's own tmpfs, so for nginx alone. */
export const COMPRESSOR_SOCKET = "/tmp/compressor.sock";

/**
 * Level 4 of both, measured on ComfyUI's front end (11.0 MB of JavaScript): brotli 2.2 MB in 90 ms, gzip 2.3 MB in 130
 * ms; level 6 saves another 10 % (gzip 2 %) for twice the time. brotli's window bounds its memory to about 1 MB a request.
 *
 * Compression gives secrets away where one answer has a secret and text of an attacker's choice (BREACH). No answer here
 * has a secret: credentials never reach ComfyUI, sessions travel in Set-Cookie, and refusals are fixed texts, too short
 * to be compressed. Files of clients (`untrusted`) are left as they are all the same.
 */
export const COMPRESSION = `gzip on;
gzip_comp_level 4;
gzip_min_length 1024;
gzip_proxied any;
gzip_vary on;
gzip_types ${TYPES};
brotli on;
brotli_comp_level 4;
brotli_window 512k;
brotli_min_length 1024;
brotli_types ${TYPES};
# What the client takes: brotli before gzip, unless it says q=0.
map $http_accept_encoding $coding {
  default "";
  "~*(?:^|,)[ \\t]*br[ \\t]*(?:;[ \\t]*q=(?!0(?:\\.0*)?[ \\t]*(?:,|$))[^,]*)?(?:,|$)" br;
  "~*(?:^|,)[ \\t]*gzip[ \\t]*(?:;[ \\t]*q=(?!0(?:\\.0*)?[ \\t]*(?:,|$))[^,]*)?(?:,|$)" gzip;
}`;

/** For locations whose answers stay as they come. */
export const UNCOMPRESSED = `gzip off;
brotli off;`;

/**
 * A hop inside nginx, for answers that are kept: what nginx compresses on its way out it cannot keep, so it fetches these
 * compressed from itself. Told nothing of the client but the coding.
 */
export const COMPRESSOR_SERVER = `server {
  listen unix:${COMPRESSOR_SOCKET};
  access_log off;
  error_page 502 @unreachable;
  proxy_http_version 1.1;
  proxy_pass_request_headers off;
  proxy_set_header Host $host;
  proxy_set_header Connection "";
  proxy_next_upstream off;
  proxy_connect_timeout 5s;
  proxy_read_timeout 300s;
  location / {
    proxy_pass http://comfyui;
  }
  location @unreachable {
    return 502;
  }
}`;
