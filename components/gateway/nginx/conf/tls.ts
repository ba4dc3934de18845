/**
 * The server's certificate, read anew at every handshake: a new one then needs no reload, which would close the idle
 * connections of HTTP/1.1 under requests on their way. That costs 0.15 ms a handshake with an EC key, 0.4 ms with RSA.
 *
 * The two files are opened one after the other while the symlink in `certificate` may be swapped, so that link is
 * followed once: nginx has no other variable that follows one than `$realpath_root`, and `map` keeps what it found.
 * Nothing lies below the root, which is a file, nor is anything served from it.
 *
 * `apply-config` and `install-certificate` know `$certificate_folder` by name: nginx -t cannot look behind it.
 */
function certificateFiles(certificate: string, keyFile: string): string {
  const file = certificate.slice(certificate.lastIndexOf("/") + 1);
  return `root ${certificate};
map $realpath_root $certificate_folder {
  "~^(?<folder_of_certificate>/.+)/${file.replace(".", "\\.")}$" $folder_of_certificate;
}
ssl_certificate $certificate_folder/${file};
ssl_certificate_key $certificate_folder/${keyFile};`;
}

const HOME = "/etc/comfy-gateway";

export const BUNDLED_CERTIFICATE_FILE = `${HOME}/current/tls/server.crt`;
export const INSTALLED_CERTIFICATE_FILE = `${HOME}/certificate/current/fullchain.pem`;

/** Of the bundle, swapped with it by `apply-config`. */
export const BUNDLED_CERTIFICATE = certificateFiles(BUNDLED_CERTIFICATE_FILE, "server.key");

/** Swapped there by `install-certificate`, in its own time. */
export const INSTALLED_CERTIFICATE = certificateFiles(INSTALLED_CERTIFICATE_FILE, "privkey.pem");

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

export const CLIENT_CRL_FILE = "tls/client-ca.crl";

/** One that does not verify is answered with 495; the CA signs the clients' certificates itself. */
export function clientCertificates(hasCrl: boolean): string {
  return `ssl_client_certificate ${CLIENT_CA_FILE};
${hasCrl ? `ssl_crl ${CLIENT_CRL_FILE};\n` : ""}ssl_verify_client optional;
ssl_verify_depth 1;`;
}
