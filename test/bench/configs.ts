import { PORT } from "../../components/shared/pod-layout";

/** Ports of the others in a lab's network namespace, beside the gateway's own (pod-layout.ts). */
export const LAB_PORT = { bare: 8544, logging: 8545, caddy: 8546, haproxy: 8547 } as const;

/** Folder of certificates and configurations in the containers. */
export const LAB_FOLDER = "/lab";

const NGINX = `daemon off;
worker_processes 1;
worker_rlimit_nofile 16384;
pid /tmp/nginx.pid;
error_log stderr warn;
events {
  worker_connections 4096;
}`;

const TEMPORARY = `client_body_temp_path /tmp/body;
  proxy_temp_path /tmp/proxy;
  fastcgi_temp_path /tmp/fastcgi;
  uwsgi_temp_path /tmp/uwsgi;
  scgi_temp_path /tmp/scgi;`;

/** What stands for ComfyUI where only the gateway is measured: as quick as an upstream can be. */
export const STATIC_UPSTREAM = `${NGINX}
http {
  ${TEMPORARY}
  access_log off;
  keepalive_requests 1000000;
  client_max_body_size 1m;
  server {
    listen 127.0.0.1:${PORT.comfyui};
    default_type application/json;
    location / {
      return 200 '{"exec_info": {"queue_remaining": 0}}';
    }
  }
}
`;

/** A TLS reverse proxy and nothing else: what everything is compared with. */
export function bareProxy(port: number, accessLog: "off" | "/dev/stdout"): string {
  return `${NGINX}
http {
  ${TEMPORARY}
  access_log ${accessLog};
  ssl_certificate ${LAB_FOLDER}/server.crt;
  ssl_certificate_key ${LAB_FOLDER}/server.key;
  ssl_protocols TLSv1.2 TLSv1.3;
  client_body_buffer_size 128k;
  upstream comfyui {
    server 127.0.0.1:${PORT.comfyui};
    keepalive 64;
  }
  server {
    listen ${port} ssl;
    location / {
      proxy_pass http://comfyui;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
    }
  }
}
`;
}

export function caddyfile(user: string, bcryptHash: string): string {
  return `{
  admin off
  auto_https off
}
https://localhost:${LAB_PORT.caddy} {
  tls ${LAB_FOLDER}/server.crt ${LAB_FOLDER}/server.key
  basicauth {
    ${user} ${bcryptHash}
  }
  reverse_proxy 127.0.0.1:${PORT.comfyui}
}
`;
}

/** Verifies ES256 tokens: signature, algorithm, issuer, audience and expiry. */
export function haproxyConfig(issuer: string, audience: string): string {
  return `global
  nbthread 1
  maxconn 4096
defaults
  mode http
  timeout connect 5s
  timeout client 30s
  timeout server 30s
  http-reuse always
frontend tls
  bind 127.0.0.1:${LAB_PORT.haproxy} ssl crt ${LAB_FOLDER}/server.pem alpn http/1.1
  http-request set-var(txn.token) http_auth_bearer
  http-request deny deny_status 401 unless { var(txn.token),jwt_header_query('$.alg') -m str ES256 }
  http-request deny deny_status 401 unless { var(txn.token),jwt_payload_query('$.iss') -m str ${issuer} }
  http-request deny deny_status 401 unless { var(txn.token),jwt_payload_query('$.aud') -m str ${audience} }
  http-request set-var(txn.now) date()
  http-request set-var(txn.exp) var(txn.token),jwt_payload_query('$.exp','int')
  http-request deny deny_status 401 if { var(txn.exp),sub(txn.now) -m int lt 0 }
  http-request deny deny_status 401 unless { var(txn.token),jwt_verify("ES256","${LAB_FOLDER}/es256.pem") 1 }
  default_backend comfyui
backend comfyui
  server comfyui 127.0.0.1:${PORT.comfyui}
`;
}

/**
 * The gateway's rendered bundle with other values for the benchmark, where a setting for them would be for nobody else.
 *
 * @throws where what is to be replaced is not there
 */
export function patched(
  bundle: string,
  replacements: readonly (readonly [from: string, to: string])[],
): string {
  return replacements.reduce((text, [from, to]) => {
    const parts = text.split(from);
    if (parts.length < 2) throw new Error(`the gateway's configuration has no "${from}" any more`);
    return parts.join(to);
  }, bundle);
}

/** One worker for every contender. */
export const ONE_WORKER = ["worker_processes 2;", "worker_processes 1;"] as const;

/** nginx asks the authorizer about every request. */
export const NO_MEMORY = ["proxy_cache verdicts;", "proxy_cache off;"] as const;
