import { expectAt } from "../core/expectation";
import type { ResourceRule } from "../core/rule";
import { isTrue } from "../core/value";
import { MACHINE_TYPES, machines } from "../facts/machines";

const rule: ResourceRule = {
  description: "Machines have bandwidth of their own to their volumes.",
  why: "Models of many gigabytes are read from the disk; shared with the network, that starves the clients and the health checks.",
  fix: "set ebsOptimized to true.",
  severity: "low",
  enforcement: "advisory",
  references: [
    { catalogue: "checkov", id: "CKV_AWS_135" },
    { catalogue: "cdk-nag", id: "EC28" },
  ],
  types: MACHINE_TYPES,
  checkResource(resource, report) {
    for (const { ebsOptimized } of machines(resource, report)) {
      expectAt(report, resource, ebsOptimized, "true", isTrue);
    }
  },
};
export default rule;
