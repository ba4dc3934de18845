import { createHash, X509Certificate } from "node:crypto";
import type { Configuration } from "../configuration";
import type { Principal } from "../principal";
import { refusal } from "../refusal";
import type { Method, Verification } from "./method";

const NAME = "mtls";

const NOT_ACCEPTED: Verification = {
  ok: false,
  refusal: refusal(
    400,
    "certificate_not_accepted",
    "The client certificate is not accepted: it is not one of those issued for this gateway, or no longer valid.",
  ),
};

/**
 * The client certificate, which nginx has verified against the CA at the handshake. Whose it is, its fingerprint says:
 * one that is not in the list is revoked, whatever its names. A connection may outlive a certificate, so its time is
 * looked at with every request.
 *
 * @param clock milliseconds, as `Date.now`
 */
export function mtlsMethod(clients: Configuration["clients"], clock: () => number): Method {
  const holders = new Map<string, { principal: Principal; isFrame: boolean }>(
    clients.flatMap(({ name, tenant, role, methods, certificateFingerprints }) =>
      certificateFingerprints.map((fingerprint) => [
        fingerprint,
        { principal: { client: name, tenant, role, method: NAME }, isFrame: !methods.includes(NAME) },
      ]),
    ),
  );
  return {
    name: NAME,
    takes: "certificate",
    hint: "a client certificate",
    verify(escapedPem): Verification {
      const certificate = readCertificate(escapedPem);
      const holder = certificate && holders.get(certificate.fingerprint);
      const now = clock() / 1000;
      if (!holder || now < certificate.startsAt || now >= certificate.expiresAt) return NOT_ACCEPTED;
      const { principal, isFrame } = holder;
      return { ok: true, principal: { ...principal, expiresAt: certificate.expiresAt }, isFrame };
    },
  };
}

/** Fingerprint (SHA-256 of the DER, lower-case hex) and times (seconds since 1970) of nginx's escaped PEM. */
function readCertificate(
  escapedPem: string,
): { fingerprint: string; startsAt: number; expiresAt: number } | undefined {
  try {
    const certificate = new X509Certificate(decodeURIComponent(escapedPem));
    return {
      fingerprint: createHash("sha256").update(certificate.raw).digest("hex"),
      startsAt: Date.parse(certificate.validFrom) / 1000,
      expiresAt: Date.parse(certificate.validTo) / 1000,
    };
  } catch {
    return undefined;
  }
}
