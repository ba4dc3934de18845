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

const ssh = (...cidrBlocks: Value[]) => group([line({ fromPort: 22, toPort: 22, cidrBlocks })]);
const found = (path: string, cidr: string) =>
  `it: ${path} is "${cidr}"; wanted a range of at most /24 or /64 for SSH.`;

describeRule("sg-ssh-only-from-narrow-ranges", {
  passes: [
    ["a /24, a /64 and an address", ssh("203.0.113.0/24", "2001:db8::/64", "198.51.100.7")],
    ["everyone on another port", group([line({ cidrBlocks: ["0.0.0.0/0"] })])],
    [
      "ports just beside 22",
      group([
        line({ fromPort: 23, toPort: 99, cidrBlocks: ["0.0.0.0/0"] }),
        line({ fromPort: 1, toPort: 21, cidrBlocks: ["0.0.0.0/0"] }),
      ]),
    ],
    [
      "a narrow range on a port that is not known yet",
      group([line({ fromPort: UNKNOWN, cidrBlocks: ["203.0.113.0/24"] })]),
    ],
    [
      "what nobody can read, on such a port: sg-no-world-ingress says it",
      group([line({ fromPort: UNKNOWN, cidrBlocks: ["anywhere"] })]),
    ],
    ["a way out", egress({ ipProtocol: "tcp", fromPort: 22, toPort: 22, cidrIpv4: "10.0.0.0/8" })],
  ],
  refuses: [
    ["a /23", ssh("203.0.112.0/23"), found("ingress[0].cidrBlocks[0]", "203.0.112.0/23")],
    ["a /63", ssh("2001:db8::/63"), found("ingress[0].cidrBlocks[0]", "2001:db8::/63")],
    [
      "everyone, with bits beyond the prefix",
      ssh("1.2.3.4/0"),
      found("ingress[0].cidrBlocks[0]", "1.2.3.4/0"),
    ],
    [
      "the group's own members",
      group([line({ fromPort: 22, toPort: 22, self: true })]),
      "it: ingress[0].self is true; wanted a range of at most /24 or /64 for SSH.",
    ],
    [
      "the group's own members, as text",
      older({ protocol: "tcp", fromPort: 22, toPort: 22, self: "true" }),
      found("self", "true"),
    ],
    [
      "another group",
      newer({ ipProtocol: "tcp", fromPort: 22, toPort: 22, referencedSecurityGroupId: "sg-2" }),
      found("referencedSecurityGroupId", "sg-2"),
    ],
    ["what is no range", ssh("anywhere"), found("ingress[0].cidrBlocks[0]", "anywhere")],
    [
      "22 at the end of a range",
      group([line({ fromPort: 20, toPort: 22, cidrBlocks: ["10.0.0.0/8"] })]),
      found("ingress[0].cidrBlocks[0]", "10.0.0.0/8"),
    ],
    [
      "22 at its beginning",
      newer({ ipProtocol: "tcp", fromPort: 22, toPort: 443, cidrIpv4: "10.0.0.0/8" }),
      found("cidrIpv4", "10.0.0.0/8"),
    ],
    [
      "all protocols",
      older({ protocol: "-1", fromPort: 443, toPort: 443, ipv6CidrBlocks: ["::/0"] }),
      found("ipv6CidrBlocks[0]", "::/0"),
    ],
  ],
  unknown: [
    ["a range", ssh(UNKNOWN), "it: ingress[0].cidrBlocks[0]"],
    [
      "the port of a wide range",
      group([line({ fromPort: UNKNOWN, cidrBlocks: ["10.0.0.0/8"] })]),
      "it: ingress[0].cidrBlocks[0]",
    ],
    [
      "which group",
      group([line({ fromPort: 22, toPort: 22, securityGroups: [UNKNOWN] })]),
      "it: ingress[0].securityGroups[0]",
    ],
    [
      "the port of another group",
      group([line({ fromPort: UNKNOWN, securityGroups: ["sg-2"] })]),
      "it: ingress[0].securityGroups[0]",
    ],
    ["the rules", group(UNKNOWN), "it: ingress"],
  ],
});
