export const BUNDLED_CERTIFICATE = `ssl_certificate tls/server.crt;
ssl_certificate_key tls/server.key;`;

/** Swapped there by `install-certificate`, in its own time. */
export const INSTALLED_CERTIFICATE = `ssl_certificate /etc/comfy-gateway/certificate/current/fullchain.pem;
ssl_certificate_key /etc/comfy-gateway/certificate/current/privkey.pem;`;

/** Mozilla's intermediate recommendation; resumption is off so that every session is a fresh handshake. */
export const TLS = `ssl_protocols TLSv1.2 TLSv1.3;
ssl_ciphers ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305;
ssl_prefer_server_ciphers off;
ssl_ecdh_curve X25519:prime256v1:secp384r1;
ssl_session_tickets off;
ssl_session_cache off;
ssl_early_data off;
http2 on;`;

export const CLIENT_CA_FILE = "tls/client-ca.crt";

/** One that does not verify is answered with 495; the CA signs the clients' certificates itself. */
export const CLIENT_CERTIFICATES = `ssl_client_certificate ${CLIENT_CA_FILE};
ssl_verify_client optional;
ssl_verify_depth 1;`;
