import { expectAt } from "../core/expectation";
import type { ResourceRule } from "../core/rule";
import { CERTIFICATES, isCa } from "../facts/certificates";
import { asNumber } from "../facts/docker";

const rule: ResourceRule = {
  description: "A certificate that is no CA is valid for at most 90 days.",
  why: "Renewal that happens often is known to work; a stolen key is soon worth nothing.",
  fix: "set validityPeriodHours to 2160 or less, with earlyRenewalHours.",
  severity: "low",
  enforcement: "advisory",
  references: [{ catalogue: "asvs", id: "12.1.3" }],
  types: [...CERTIFICATES],
  checkResource(resource, report) {
    if (!isCa(resource)) {
      expectAt(
        report,
        resource,
        "validityPeriodHours",
        "at most 2160 (90 days)",
        (value) => asNumber(value) <= 90 * 24,
      );
    }
  },
};
export default rule;
