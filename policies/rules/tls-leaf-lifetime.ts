import { expectAt } from "../core/expectation";
import type { ResourceRule } from "../core/rule";
import { CERTIFICATES, isCa } from "../facts/certificates";
import { asNumber } from "../facts/docker";

const rule: ResourceRule = {
  description: "A certificate that is no CA is valid for at most 365 days.",
  why: "A stolen key is good for as long as its certificate.",
  fix: "set validityPeriodHours to 8760 or less.",
  severity: "high",
  enforcement: "mandatory",
  references: [
    { catalogue: "aws-fsbp", id: "ACM.1" },
    { catalogue: "asvs", id: "12.1.3" },
  ],
  types: [...CERTIFICATES],
  checkResource(resource, report) {
    if (!isCa(resource)) {
      expectAt(
        report,
        resource,
        "validityPeriodHours",
        "at most 8760 (365 days)",
        (value) => asNumber(value) > 0 && asNumber(value) <= 365 * 24,
      );
    }
  },
};
export default rule;
