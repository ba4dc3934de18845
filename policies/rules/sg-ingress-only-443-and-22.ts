import type { ResourceRule } from "../core/rule";
import { UNKNOWN } from "../core/value";
import { RULE_TYPES, securityGroupRules } from "../facts/security-group-rules";

const OPEN: readonly number[] = [443, 22];

const rule: ResourceRule = {
  description: "Security groups let in TCP 443 and TCP 22, each by itself, and nothing else.",
  why: "Every further port is one more way to a service that was never meant to be reached; GHOST scans for 8188 on every address.",
  fix: "remove the rule, or narrow it to fromPort = toPort = 443 (or 22) with protocol tcp; everything else goes through the gateway.",
  severity: "critical",
  enforcement: "mandatory",
  references: [
    { catalogue: "checkov", id: "CKV_AWS_260" },
    { catalogue: "checkov", id: "CKV_AWS_277" },
    { catalogue: "aws-fsbp", id: "EC2.18" },
    { catalogue: "aws-fsbp", id: "EC2.19" },
    { catalogue: "aws-ct", id: "CT.EC2.PR.4" },
  ],
  types: RULE_TYPES,
  checkResource(resource, report) {
    const rules = securityGroupRules(resource, (path) => report.unknown(resource, path));
    for (const { direction, protocol, ports, path } of rules) {
      if (direction === "egress") {
        continue;
      }
      const at = path === "" ? "fromPort" : `${path}.fromPort`;
      // With a protocol that is not known yet the ports are not, either.
      if (ports === UNKNOWN) {
        report.unknown(resource, at);
      } else if (protocol !== "tcp" || ports.first !== ports.last || !OPEN.includes(ports.first)) {
        report.violation({
          resource,
          path: at,
          found: `${String(protocol)} ${ports.first}-${ports.last}`,
          wanted: "tcp 443-443 or tcp 22-22",
        });
      }
    }
  },
};
export default rule;
