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

const egress = (props: Record<string, Value>) =>
  resource("aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule", props);

const found = (path: string, list: string) =>
  `it: ${path} is "${list}"; wanted CIDR blocks, which can be looked at.`;

describeRule("sg-no-prefix-list", {
  passes: [
    ["ranges", group([line({ cidrBlocks: ["203.0.113.0/24"] })])],
    ["an empty list", group([line({ prefixListIds: [] })])],
    ["a way out by a prefix list, such as to S3", egress({ prefixListId: "pl-1" })],
  ],
  refuses: [
    [
      "a list inline",
      group([line({ prefixListIds: ["pl-1"] })]),
      found("ingress[0].prefixListIds[0]", "pl-1"),
    ],
    [
      "a list in the older resource",
      older({ prefixListIds: ["pl-1", "pl-2"] }),
      [found("prefixListIds[0]", "pl-1"), found("prefixListIds[1]", "pl-2")],
    ],
    ["a list in the newer", newer({ prefixListId: "pl-1" }), found("prefixListId", "pl-1")],
    [
      "a list that is not known yet",
      newer({ prefixListId: UNKNOWN }),
      'it: prefixListId is "(not known yet)"; wanted CIDR blocks, which can be looked at.',
    ],
  ],
  unknown: [["the rules", group(UNKNOWN), "it: ingress"]],
});
