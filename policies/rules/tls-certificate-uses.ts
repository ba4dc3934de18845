import type { ResourceRule } from "../core/rule";
import { CERTIFICATES, isCa, usesOf } from "../facts/certificates";

const SIGNING = ["cert_signing", "crl_signing"];
const PURPOSES = ["server_auth", "client_auth"];

const rule: ResourceRule = {
  description:
    "A CA signs certificates and revocation lists and nothing else; a leaf signs none, and says what it is for.",
  why: "A leaf that may sign makes every client a maker of clients; a CA's key that serves TLS lies on the gateway.",
  fix: 'give a CA ["cert_signing", "crl_signing"], a server ["digital_signature", "server_auth"], a client ["digital_signature", "client_auth"].',
  severity: "high",
  enforcement: "mandatory",
  references: [{ catalogue: "asvs", id: "12.1.3" }],
  types: [...CERTIFICATES],
  checkResource(resource, report) {
    const found = usesOf(resource, report);
    if (found === undefined) {
      return;
    }
    const { path, list, words: uses } = found;
    if (isCa(resource)) {
      if (!(SIGNING.every((use) => uses.includes(use)) && uses.every((use) => SIGNING.includes(use)))) {
        report.violation({
          resource,
          path,
          found: list,
          wanted: "cert_signing and crl_signing alone for a CA",
        });
      }
    } else if (
      uses.some((use) => [...SIGNING, "any_extended"].includes(use)) ||
      !PURPOSES.some((use) => uses.includes(use))
    ) {
      report.violation({
        resource,
        path,
        found: list,
        wanted: "server_auth or client_auth and no signing of certificates",
      });
    }
  },
};
export default rule;
