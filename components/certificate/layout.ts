/**
 * Who the certificate container is and where things lie in it; its Dockerfile has the same values, as a test shows.
 */
export const CERTIFICATE_UID = 10004;

/** Folders inside the certificate container. */
export const FOLDER = {
  /** Accounts, keys and certificates of every request so far, and the supervisor's state; a volume. */
  letsencrypt: "/etc/letsencrypt",
  /** What the gateway may see: certificate generations and metrics; a volume. */
  export: "/export",
  /** The DNS host's hooks or credentials, read-only. */
  dnsHost: "/etc/dns-host",
  /** Certbot's work files and logs, gone with the container. */
  scratch: "/tmp/certbot",
} as const;

/** Environment variable with the `SupervisorConfig` as JSON. */
export const CONFIG_VARIABLE = "CERTIFICATE_CONFIG";
