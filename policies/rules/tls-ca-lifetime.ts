import { expectAt } from "../core/expectation";
import type { ResourceRule } from "../core/rule";
import { CERTIFICATES, isCa } from "../facts/certificates";
import { asNumber } from "../facts/docker";

const rule: ResourceRule = {
  description: "A CA is valid for at most 3650 days.",
  why: "A CA that nobody ever replaces is one that nobody could replace after a theft.",
  fix: "set validityPeriodHours to 87600 or less.",
  severity: "medium",
  enforcement: "mandatory",
  references: [{ catalogue: "asvs", id: "12.1.3" }],
  types: [...CERTIFICATES],
  checkResource(resource, report) {
    if (isCa(resource)) {
      expectAt(
        report,
        resource,
        "validityPeriodHours",
        "at most 87600 (3650 days)",
        (value) => asNumber(value) > 0 && asNumber(value) <= 3650 * 24,
      );
    }
  },
};
export default rule;
