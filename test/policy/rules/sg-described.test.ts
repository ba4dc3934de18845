import { UNKNOWN, type Value } from "../../../policies/core/value";
import { resource } from "../../support/policy";
import { describeRule } from "../../support/rule-table";

const GROUP = "aws:ec2/securityGroup:SecurityGroup";
const group = (ingress: Value, props: Record<string, Value> = {}) => resource(GROUP, { ingress, ...props });
const line = (props: Record<string, Value>) => ({ protocol: "tcp", fromPort: 443, toPort: 443, ...props });

const older = (props: Record<string, Value>) =>
  resource("aws:ec2/securityGroupRule:SecurityGroupRule", { type: "ingress", ...props });
const newer = (props: Record<string, Value>) =>
  resource("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", props);

const DESCRIBED = { description: "HTTPS for everyone" };
const absent = (path: string) => `it: ${path} is absent; wanted what it is for.`;

describeRule("sg-described", {
  passes: [
    ["a group and its rule", group([line(DESCRIBED)], DESCRIBED)],
    ["a word", newer({ description: "Clients" })],
    ["a rule of its own", newer(DESCRIBED)],
    [
      "the default group, which AWS describes",
      resource("aws:ec2/defaultSecurityGroup:DefaultSecurityGroup", {}),
    ],
  ],
  refuses: [
    ["a group without", group([]), absent("description")],
    [
      "the provider's own words",
      group([], { description: "Managed by Pulumi" }),
      'it: description is "Managed by Pulumi"; wanted what it is for.',
    ],
    ["a blank", older({ description: " " }), 'it: description is " "; wanted what it is for.'],
    [
      "rules without, in and out",
      group([line({})], { egress: [line({})], ...DESCRIBED }),
      [absent("ingress[0].description"), absent("egress[0].description")],
    ],
    ["a rule of its own without", newer({}), absent("description")],
  ],
  unknown: [
    ["a description", newer({ description: UNKNOWN }), "it: description"],
    ["the rules", group(UNKNOWN, DESCRIBED), "it: ingress"],
  ],
});
