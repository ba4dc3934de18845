import type { Finding, StackRule } from "../core/rule";
import { UNKNOWN } from "../core/value";
import { type AddressRange, addressRange, isWorld } from "../facts/ranges";
import { securityGroupRules } from "../facts/security-group-rules";

const rule: StackRule = {
  description: "No security group lets a good part of the internet in, in one range or in several together.",
  why: "An address that everyone may reach is found within minutes. Only the gateway's 443 is made for that, and the stack says so in an exception.",
  fix: "give the ranges of those who need it; for a gateway that is meant for everyone add an exception with reason, owner and end.",
  severity: "critical",
  enforcement: "mandatory",
  references: [
    { catalogue: "checkov", id: "CKV_AWS_24" },
    { catalogue: "checkov", id: "CKV_AWS_25" },
    { catalogue: "checkov", id: "CKV_AWS_260" },
    { catalogue: "trivy", id: "AWS-0107" },
    { catalogue: "aws-fsbp", id: "EC2.13" },
    { catalogue: "aws-fsbp", id: "EC2.14" },
    { catalogue: "cdk-nag", id: "EC23" },
    { catalogue: "cis-aws", id: "6.3" },
    { catalogue: "cis-aws", id: "6.4" },
    { catalogue: "aws-ct", id: "CT.EC2.PR.3" },
  ],
  checkStack({ resources }, report) {
    // Cut into pieces, the world is still the world: what one group lets in to one port counts together.
    const doors = new Map<string, { ranges: AddressRange[]; findings: Finding[] }>();
    for (const resource of resources) {
      const rules = securityGroupRules(resource, (path) => report.unknown(resource, path));
      for (const { direction, group, ports, peers } of rules.filter((one) => one.direction === "ingress")) {
        const port = ports === UNKNOWN ? "unknown" : `${ports.first}-${ports.last}`;
        const key = `${direction} ${group === UNKNOWN ? resource.urn : String(group)} ${port}`;
        const door = doors.get(key) ?? { ranges: [], findings: [] };
        doors.set(key, door);
        for (const { kind, path, value } of peers) {
          if (kind !== "cidr") {
            continue;
          }
          if (value === UNKNOWN) {
            report.unknown(resource, path);
            continue;
          }
          const range = addressRange(String(value));
          if (range !== undefined) {
            door.ranges.push(range);
            door.findings.push({ resource, path, found: value, wanted: "the ranges of those who need it" });
          }
        }
      }
    }
    for (const { ranges, findings } of doors.values()) {
      const alone = findings.filter((_, at) => isWorld(ranges.slice(at, at + 1)));
      alone.forEach(report.violation);
      const [first] = findings;
      if (alone.length === 0 && first !== undefined && isWorld(ranges)) {
        const found = `${findings.map(({ found: range }) => range).join(" + ")}, together a good part of the internet`;
        report.violation({ ...first, found });
      }
    }
  },
};
export default rule;
