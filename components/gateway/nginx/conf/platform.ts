import { PORT } from "../../../shared/pod-layout";
import { INVENTORY_SECONDS, VERDICT_SECONDS } from "../../handover";
import { COMPRESSOR_SOCKET } from "./compression";

export const PLATFORM = `default_type application/octet-stream;
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

export const TIMEOUTS = `# Against clients that send or read slowly.
client_header_timeout 10s;
client_body_timeout 15s;
send_timeout 30s;
keepalive_timeout 65s;
keepalive_requests 1000;
reset_timedout_connection on;
large_client_header_buffers 4 8k;
client_body_buffer_size 128k;`;

/**
 * Each slot of time has its own entry in the cache. So none is ever older, and nginx's lock, which only guards entries
 * that are not there yet, lets one request through where many would fetch an expired one at the same time.
 */
const INVENTORY = `proxy_cache_path /tmp/inventory levels=1:2 keys_zone=inventory:1m max_size=16m inactive=${2 * INVENTORY_SECONDS}s use_temp_path=off;
map $time_iso8601 $inventory_slot {
  default $msec;
${[0, 5].map((first) => `  "~^(?<slot_${first}>.*)[${first}-${first + INVENTORY_SECONDS - 1}][+-]\\d\\d:\\d\\d$" "\${slot_${first}}${first}";`).join("\n")}
}`;

export function upstreams(): string {
  return `upstream authorizer {
  server 127.0.0.1:${PORT.authorizer} max_fails=0;
  keepalive 64;
}
upstream comfyui {
  server 127.0.0.1:${PORT.comfyui} max_fails=0;
  # Fewer than there are requests at once would mean new connections all the time.
  keepalive 64;
  # Shorter than any upstream's own, or a request could meet a connection that is just being closed.
  keepalive_timeout 4s;
}
upstream compressor {
  server unix:${COMPRESSOR_SOCKET} max_fails=0;
  keepalive 4;
}
# Positive verdicts only (the authorizer's X-Accel-Expires says how long); on tmpfs, since the key holds credentials.
proxy_cache_path /tmp/verdicts levels=1:2 keys_zone=verdicts:4m max_size=16m inactive=${2 * VERDICT_SECONDS}s use_temp_path=off;
# The files of verdicts stay open: as many as max_size lets there be. One that was renewed is told by nginx's own number of it.
open_file_cache max=4096 inactive=${2 * VERDICT_SECONDS}s;
${INVENTORY}`;
}
