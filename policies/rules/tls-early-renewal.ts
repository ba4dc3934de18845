import { expectAt } from "../core/expectation";
import { valueAt } from "../core/resource";
import type { ResourceRule } from "../core/rule";
import { CERTIFICATES } from "../facts/certificates";
import { asNumber } from "../facts/docker";

const rule: ResourceRule = {
  description: "A certificate is renewed before it ends.",
  why: "Without it the day it ends is the day that somebody turns TLS off to get in.",
  fix: "set earlyRenewalHours above 0 and below validityPeriodHours.",
  severity: "medium",
  enforcement: "advisory",
  references: [{ catalogue: "aws-fsbp", id: "ACM.1" }],
  types: [...CERTIFICATES],
  checkResource(resource, report) {
    const validity = asNumber(valueAt(resource, "validityPeriodHours"));
    expectAt(
      report,
      resource,
      "earlyRenewalHours",
      "above 0 and below validityPeriodHours",
      (value) => asNumber(value) > 0 && !(asNumber(value) >= validity),
    );
  },
};
export default rule;
