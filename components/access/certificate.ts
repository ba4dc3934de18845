import { X509Certificate } from "node:crypto";

/** What the gateway knows a client certificate by: lower-case hexadecimal SHA-256 of its DER. */
export function certificateFingerprint(pem: string): string {
  return new X509Certificate(pem).fingerprint256.replaceAll(":", "").toLowerCase();
}
