import { UNKNOWN, type Value } from "../../../policies/core/value";
import { resource } from "../../support/policy";
import { describeRule } from "../../support/rule-table";

const vpc = (name: string, props: Record<string, Value> = {}) => resource("aws:ec2/vpc:Vpc", props, name);
const shut = (props: Record<string, Value>) =>
  resource("aws:ec2/defaultSecurityGroup:DefaultSecurityGroup", props, "default");
const missing = (name: string) =>
  `${name} is "without a DefaultSecurityGroup"; wanted one that holds no rule.`;
const rule = (type: string, securityGroupId: Value) => resource(`aws:${type}`, { securityGroupId });
const NOT_ITS =
  'it: securityGroupId is "a rule of the default security group"; wanted a group of the stack\'s own.';

describeRule("sg-default-shut", {
  passes: [
    ["an empty group", [vpc("a"), shut({ vpcId: UNKNOWN, ingress: [], egress: [] })]],
    ["a group that names no rules", [vpc("a", { id: "vpc-1" }), shut({ vpcId: "vpc-1", ingress: null })]],
    ["a stack without a VPC", []],
    [
      "a rule of another group",
      [shut({ id: "sg-1" }), rule("vpc/securityGroupIngressRule:SecurityGroupIngressRule", "sg-2")],
    ],
    [
      "a rule of a group that is not known yet",
      [shut({ id: UNKNOWN }), rule("ec2/securityGroupRule:SecurityGroupRule", UNKNOWN)],
    ],
  ],
  refuses: [
    ["a VPC without", vpc("a"), missing("a")],
    ["another VPC's", [vpc("a", { id: "vpc-1" }), shut({ vpcId: "vpc-2" })], missing("a")],
    ["one for two", [vpc("a"), vpc("b", { id: "vpc-2" }), shut({ vpcId: "vpc-2" })], missing("a")],
    ["one for two, before ids are known", [vpc("a"), vpc("b"), shut({ vpcId: UNKNOWN })], missing("b")],
    [
      "rules in it",
      [vpc("a"), shut({ vpcId: UNKNOWN, egress: [{}] })],
      "default: egress is [{}]; wanted no rule.",
    ],
    [
      "a rule of its own",
      [shut({ id: "sg-1" }), rule("vpc/securityGroupIngressRule:SecurityGroupIngressRule", "sg-1")],
      NOT_ITS,
    ],
    [
      "a rule of its own, as a VPC names it",
      [
        vpc("a", { id: "vpc-1", defaultSecurityGroupId: "sg-1" }),
        shut({ vpcId: "vpc-1" }),
        rule("ec2/securityGroupRule:SecurityGroupRule", "sg-1"),
      ],
      NOT_ITS,
    ],
    [
      "a single rule",
      shut({ ingress: { self: true } }),
      'default: ingress is {"self":true}; wanted no rule.',
    ],
  ],
  unknown: [
    ["the rules", shut({ ingress: UNKNOWN, egress: UNKNOWN }), ["default: ingress", "default: egress"]],
  ],
});
