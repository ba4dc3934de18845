import { expectAt } from "../core/expectation";
import type { ResourceRule } from "../core/rule";
import { isTrue } from "../core/value";
import { MACHINE_TYPES, machines } from "../facts/machines";

const rule: ResourceRule = {
  description: "Machines report their metrics every minute.",
  why: "A miner shows as a load that never ends; five minutes between two points hide the beginning of it.",
  fix: "set monitoring to true (monitoring.enabled in a launch template, enableMonitoring in a launch configuration).",
  severity: "low",
  enforcement: "advisory",
  references: [
    { catalogue: "checkov", id: "CKV_AWS_126" },
    { catalogue: "cdk-nag", id: "EC28" },
  ],
  types: MACHINE_TYPES,
  checkResource(resource, report) {
    for (const { monitoring } of machines(resource, report)) {
      // Launch configurations alone have it on by default.
      const isDefault = monitoring === "enableMonitoring";
      expectAt(
        report,
        resource,
        monitoring,
        "true",
        (value) => isTrue(value) || (isDefault && value === undefined),
      );
    }
  },
};
export default rule;
