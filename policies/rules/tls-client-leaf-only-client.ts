import type { ResourceRule } from "../core/rule";
import { CERTIFICATES, usesOf } from "../facts/certificates";

const OF_A_CLIENT = ["client_auth", "digital_signature", "key_agreement", "key_encipherment"];

const rule: ResourceRule = {
  description: "A client's certificate is for clients alone.",
  why: "One that also serves lets a client stand up as the gateway towards the others.",
  fix: "take server_auth and other purposes out of allowedUses, or make a certificate for each.",
  severity: "medium",
  enforcement: "mandatory",
  references: [{ catalogue: "asvs", id: "12.1.3" }],
  types: [...CERTIFICATES],
  checkResource(resource, report) {
    const found = usesOf(resource, report);
    if (found === undefined) {
      return;
    }
    const { path, list, words: uses } = found;
    if (uses.includes("client_auth") && !uses.every((use) => OF_A_CLIENT.includes(use))) {
      report.violation({ resource, path, found: list, wanted: "client_auth with digital_signature alone" });
    }
  },
};
export default rule;
