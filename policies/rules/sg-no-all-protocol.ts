import type { ResourceRule } from "../core/rule";
import { UNKNOWN } from "../core/value";
import { RULE_TYPES, securityGroupRules } from "../facts/security-group-rules";

const rule: ResourceRule = {
  description: "No rule of a security group, in or out, is for all protocols.",
  why: "All protocols are all ports too, whatever ports the rule goes on to name.",
  fix: "name one protocol (tcp, udp, icmp or icmpv6) and its port.",
  severity: "high",
  enforcement: "mandatory",
  references: [
    { catalogue: "checkov", id: "CKV_AWS_277" },
    { catalogue: "checkov", id: "CKV_AWS_382" },
    { catalogue: "trivy", id: "AWS-0104" },
  ],
  types: RULE_TYPES,
  checkResource(resource, report) {
    for (const { protocol, protocolPath } of securityGroupRules(resource, (path) =>
      report.unknown(resource, path),
    )) {
      if (protocol === UNKNOWN) {
        report.unknown(resource, protocolPath);
      } else if (protocol === "all") {
        report.violation({ resource, path: protocolPath, found: "all protocols", wanted: "one protocol" });
      }
    }
  },
};
export default rule;
