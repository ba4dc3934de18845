import { type Resource, valueAt } from "../core/resource";
import type { StackRule } from "../core/rule";
import { UNKNOWN } from "../core/value";
import { partnership, withoutPartner } from "../facts/partners";
import { GROUP_TYPES, RULE_TYPES } from "../facts/security-group-rules";

const RULES = RULE_TYPES.filter((type) => !(GROUP_TYPES as readonly string[]).includes(type));

const rule: StackRule = {
  description: "The default security group of each VPC lets nothing through.",
  why: "Whatever is started without a group of its own gets the default one, which lets all of its members talk to each other and to the world.",
  fix: "add an aws.ec2.DefaultSecurityGroup for the VPC with ingress and egress empty, and give rules to groups of the stack's own.",
  severity: "medium",
  enforcement: "mandatory",
  references: [
    { catalogue: "checkov", id: "CKV2_AWS_12" },
    { catalogue: "aws-fsbp", id: "EC2.2" },
    { catalogue: "cis-aws", id: "6.5" },
  ],
  checkStack({ resources }, report) {
    const ofType = (type: string) => resources.filter((one) => one.type === type);
    const groups = ofType("aws:ec2/defaultSecurityGroup:DefaultSecurityGroup");
    for (const group of groups) {
      for (const path of ["ingress", "egress"]) {
        const found = valueAt(group, path);
        if (found === UNKNOWN) {
          report.unknown(group, path);
        } else if (found !== undefined && found !== null && !isEmptyList(found)) {
          report.violation({ resource: group, path, found, wanted: "no rule" });
        }
      }
    }
    const networks = ofType("aws:ec2/vpc:Vpc");
    for (const resource of resources.filter(({ type }) => RULES.includes(type))) {
      const names = (owner: Resource, key: string) =>
        partnership(owner, [key], resource, "securityGroupId") === "yes";
      if (
        groups.some((one) => names(one, "id")) ||
        networks.some((one) => names(one, "defaultSecurityGroupId"))
      ) {
        const found = "a rule of the default security group";
        report.violation({ resource, path: "securityGroupId", found, wanted: "a group of the stack's own" });
      }
    }
    for (const resource of withoutPartner(networks, ["id"], groups, "vpcId")) {
      report.violation(missing(resource));
    }
  },
};
export default rule;

function missing(resource: Resource) {
  return { resource, path: "", found: "without a DefaultSecurityGroup", wanted: "one that holds no rule" };
}

function isEmptyList(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}
