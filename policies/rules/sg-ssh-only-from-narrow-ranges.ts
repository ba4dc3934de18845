import type { ResourceRule } from "../core/rule";
import { UNKNOWN } from "../core/value";
import { addressRange, isWiderThan } from "../facts/ranges";
import { RULE_TYPES, securityGroupRules } from "../facts/security-group-rules";

const SSH = 22;
const WIDEST = { 4: 24, 6: 64 } as const;

const rule: ResourceRule = {
  description: "SSH comes in only from narrow ranges: /24 of IPv4 or /64 of IPv6 at most.",
  why: "Every address that may reach SSH may try keys and unknown bugs on it; administrators have few addresses.",
  fix: "give the administrators' own addresses, such as 203.0.113.7/32, never another group; or use Systems Manager and open no SSH at all.",
  severity: "critical",
  enforcement: "mandatory",
  references: [
    { catalogue: "checkov", id: "CKV_AWS_24" },
    { catalogue: "trivy", id: "AWS-0107" },
    { catalogue: "aws-fsbp", id: "EC2.13" },
    { catalogue: "cis-aws", id: "6.3" },
    { catalogue: "aws-ct", id: "CT.EC2.PR.4" },
  ],
  types: RULE_TYPES,
  checkResource(resource, report) {
    const rules = securityGroupRules(resource, (path) => report.unknown(resource, path));
    for (const { direction, ports, peers } of rules) {
      if (direction === "egress" || (ports !== UNKNOWN && (ports.first > SSH || ports.last < SSH))) {
        continue;
      }
      // Who is in another group is written elsewhere: an open group before it is an open door.
      for (const { path, value } of peers.filter(({ kind }) => kind === "group" || kind === "self")) {
        if (value === UNKNOWN || ports === UNKNOWN) {
          report.unknown(resource, path);
        } else {
          report.violation({ resource, path, found: value, wanted: "a range of at most /24 or /64 for SSH" });
        }
      }
      for (const { path, value } of peers.filter(({ kind }) => kind === "cidr")) {
        const range = value === UNKNOWN ? UNKNOWN : addressRange(String(value));
        if (range === UNKNOWN || (ports === UNKNOWN && range !== undefined && isWiderThan(range, WIDEST))) {
          report.unknown(resource, path);
        } else if (ports !== UNKNOWN && (range === undefined || isWiderThan(range, WIDEST))) {
          report.violation({ resource, path, found: value, wanted: "a range of at most /24 or /64 for SSH" });
        }
      }
    }
  },
};
export default rule;
