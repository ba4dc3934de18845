import type { ResourceRule } from "../core/rule";
import { UNKNOWN } from "../core/value";
import { addressRange, isWiderThan } from "../facts/ranges";
import { type PortRange, RULE_TYPES, securityGroupRules } from "../facts/security-group-rules";

/** Images and packages, names, time. */
const TO_EVERYONE: readonly string[] = ["tcp 443", "tcp 80", "tcp 53", "udp 53", "udp 123", "udp 443"];
/** A VPC is never larger; what is wider is more than a network of one's own. */
const WIDEST = { 4: 16, 6: 56 } as const;

const rule: ResourceRule = {
  description: "Out to the internet go only HTTP and HTTPS, DNS and NTP, each by its own port.",
  why: "What breaks in wants to get out: to a miner's pool, a command server, or with the pictures that it found.",
  fix: "make one rule for each port (443, 80, 53, 123), or name the networks that other ports are for.",
  severity: "medium",
  enforcement: "mandatory",
  references: [
    { catalogue: "checkov", id: "CKV_AWS_382" },
    { catalogue: "trivy", id: "AWS-0104" },
  ],
  types: RULE_TYPES,
  checkResource(resource, report) {
    const rules = securityGroupRules(resource, (path) => report.unknown(resource, path));
    for (const { direction, protocol, ports, peers } of rules) {
      if (direction === "ingress" || isForEveryone(protocol, ports)) {
        continue;
      }
      for (const { path, value } of peers.filter(({ kind }) => kind === "cidr" || kind === "prefix-list")) {
        const range = value === UNKNOWN ? UNKNOWN : addressRange(String(value));
        if (range !== UNKNOWN && range !== undefined && !isWiderThan(range, WIDEST)) {
          continue;
        }
        if (value === UNKNOWN || ports === UNKNOWN) {
          report.unknown(resource, path);
        } else {
          const found = `${value} on ${String(protocol)} ${ports.first}-${ports.last}`;
          report.violation({
            resource,
            path,
            found,
            wanted: `${TO_EVERYONE.join(", ")}, or a network of at most /16 or /56`,
          });
        }
      }
    }
  },
};
export default rule;

function isForEveryone(protocol: string | typeof UNKNOWN, ports: PortRange | typeof UNKNOWN): boolean {
  return (
    ports !== UNKNOWN &&
    ports.first === ports.last &&
    TO_EVERYONE.includes(`${String(protocol)} ${ports.first}`)
  );
}
