import type { ResourceRule } from "../core/rule";
import { RULE_TYPES, securityGroupRules } from "../facts/security-group-rules";

const rule: ResourceRule = {
  description: "Security groups let nobody in through a prefix list.",
  why: "What a prefix list holds is written elsewhere and can become the world without a change to this stack.",
  fix: "give the ranges themselves as CIDR blocks.",
  severity: "high",
  enforcement: "mandatory",
  references: [{ catalogue: "aws-fsbp", id: "EC2.18" }],
  types: RULE_TYPES,
  checkResource(resource, report) {
    for (const { direction, peers } of securityGroupRules(resource, (path) =>
      report.unknown(resource, path),
    )) {
      for (const { path, value } of peers.filter(({ kind }) => kind === "prefix-list")) {
        if (direction === "ingress") {
          report.violation({ resource, path, found: value, wanted: "CIDR blocks, which can be looked at" });
        }
      }
    }
  },
};
export default rule;
