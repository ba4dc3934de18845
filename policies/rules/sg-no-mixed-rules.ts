import type { Resource } from "../core/resource";
import type { StackRule } from "../core/rule";
import { UNKNOWN } from "../core/value";
import { partnership } from "../facts/partners";
import {
  GROUP_TYPES,
  RULE_TYPES,
  type SecurityGroupRule,
  securityGroupRules,
} from "../facts/security-group-rules";

const rule: StackRule = {
  description: "The rules of a security group are all inline or all resources of their own.",
  why: "With both, each update takes away what the other wrote: a port is open or shut by chance.",
  fix: "move the inline ingress and egress into SecurityGroupIngressRule and SecurityGroupEgressRule.",
  severity: "medium",
  enforcement: "advisory",
  references: [],
  checkStack({ resources }, report) {
    const isGroup = ({ type }: Resource) => (GROUP_TYPES as readonly string[]).includes(type);
    const groups = resources.filter(isGroup);
    const singles = resources.filter((one) => RULE_TYPES.includes(one.type) && !isGroup(one));
    const written = new Set(singles.flatMap((single) => securityGroupRules(single).flatMap(lines)));
    // What AWS reports of a group holds the rules of the other resources, too; they are not written inline.
    const mixed = groups.filter((group) =>
      securityGroupRules(group).some((one) => lines(one).some((line) => !written.has(line))),
    );
    for (const single of singles) {
      const owners = groups.map((group) => ({
        group,
        is: partnership(group, ["id"], single, "securityGroupId"),
      }));
      const sure = owners.filter(({ is }) => is === "yes");
      const possible = sure.length > 0 ? sure : owners.filter(({ is }) => is === "maybe");
      const inline = possible.filter(({ group }) => mixed.includes(group));
      if (inline.length > 0 && inline.length === possible.length) {
        const found = `beside the inline rules of ${inline.map(({ group }) => group.name).join(" or ")}`;
        report.violation({ resource: single, path: "", found, wanted: "one way to write a group's rules" });
      } else if (inline.length > 0) {
        report.unknown(single, "securityGroupId");
      }
    }
  },
};
export default rule;

/** One line for each peer of a rule, the same whichever way it is written in. */
function lines({ direction, protocol, ports, peers }: SecurityGroupRule): string[] {
  const port = ports === UNKNOWN ? "unknown" : `${ports.first}-${ports.last}`;
  return peers.map(({ value }) => `${direction} ${String(protocol)} ${port} ${String(value)}`);
}
