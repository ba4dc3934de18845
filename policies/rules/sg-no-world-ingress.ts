import type { Resource } from "../core/resource";
import type { Finding, Report, StackRule } from "../core/rule";
import { UNKNOWN } from "../core/value";
import { type AddressRange, addressRange, isWorld } from "../facts/ranges";
import { type PortRange, securityGroupRules } from "../facts/security-group-rules";

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
    for (const doors of doorsByGroup(resources, report)) {
      const alone = doors.filter(({ range }) => isWorld([range]));
      for (const { finding } of alone) {
        report.violation(finding);
      }
      // Cut into pieces, the world is still the world: what one group lets in to one port counts together.
      const pieces = doors.filter((door) => !alone.includes(door));
      const said = new Set<Finding>();
      for (const door of pieces) {
        const together = pieces.filter(({ ports }) => isIn(door.ports, ports));
        const first = together[0] ?? door;
        if (!said.has(first.finding) && isWorld(together.map(({ range }) => range))) {
          said.add(first.finding);
          const ranges = together.map(({ finding }) => finding.found).join(" + ");
          report.violation({ ...first.finding, found: `${ranges}, together a good part of the internet` });
        }
      }
    }
  },
};
export default rule;

interface Door {
  readonly ports: PortRange | typeof UNKNOWN;
  readonly range: AddressRange;
  readonly finding: Finding;
}

/** What each group lets in; a range that nobody can read is said to be one. */
function doorsByGroup(resources: readonly Resource[], report: Report): Iterable<Door[]> {
  const groups = new Map<string, Door[]>();
  for (const resource of resources) {
    const rules = securityGroupRules(resource, (path) => report.unknown(resource, path));
    for (const { group, ports, peers } of rules.filter((one) => one.direction === "ingress")) {
      const key = group === UNKNOWN ? resource.urn : String(group);
      for (const { path, value } of peers.filter(({ kind }) => kind === "cidr")) {
        if (value === UNKNOWN) {
          report.unknown(resource, path);
          continue;
        }
        const range = addressRange(String(value));
        const finding = { resource, path, found: value, wanted: "the ranges of those who need it" };
        if (range === undefined) {
          report.violation({ ...finding, wanted: "a CIDR block, such as 203.0.113.0/24" });
        } else {
          groups.set(key, [...(groups.get(key) ?? []), { ports, range, finding }]);
        }
      }
    }
  }
  return groups.values();
}

/** Whether the first port of a door is among another's; ports that are not known yet are only with each other. */
function isIn(ports: Door["ports"], other: Door["ports"]): boolean {
  return ports === UNKNOWN || other === UNKNOWN
    ? ports === other
    : other.first <= ports.first && ports.first <= other.last;
}
