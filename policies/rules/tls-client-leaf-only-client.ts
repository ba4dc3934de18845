import { valueAt } from "../core/resource";
import type { ResourceRule } from "../core/rule";
import { UNKNOWN } from "../core/value";
import { CERTIFICATES } from "../facts/certificates";
import { word } from "../facts/docker";

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
    const path = "allowedUses";
    const list = valueAt(resource, path);
    if (list === UNKNOWN || (Array.isArray(list) && list.includes(UNKNOWN))) {
      report.unknown(resource, path);
      return;
    }
    const uses = (Array.isArray(list) ? list : []).map(word);
    if (uses.includes("client_auth") && !uses.every((use) => OF_A_CLIENT.includes(use))) {
      report.violation({ resource, path, found: list, wanted: "client_auth with digital_signature alone" });
    }
  },
};
export default rule;
