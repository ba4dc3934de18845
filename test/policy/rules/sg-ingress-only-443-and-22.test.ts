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

const WANTED = "wanted tcp 443-443 or tcp 22-22.";
const ports = (fromPort: Value, toPort: Value, protocol: Value = "tcp") =>
  group([line({ protocol, fromPort, toPort, cidrBlocks: ["203.0.113.7/32"] })]);

describeRule("sg-ingress-only-443-and-22", {
  passes: [
    ["443 and 22", group([line({}), line({ fromPort: 22, toPort: 22 })])],
    ["443 as text, TCP by its number", ports("443", "443", "6")],
    ["a way out", egress({ ipProtocol: "-1" })],
    ["no rules", resource(GROUP, {})],
  ],
  refuses: [
    ["8188", ports(8188, 8188), `it: ingress[0].fromPort is "tcp 8188-8188"; ${WANTED}`],
    ["443 within a range", ports(443, 444), `it: ingress[0].fromPort is "tcp 443-444"; ${WANTED}`],
    ["22 to 443", ports(22, 443), `it: ingress[0].fromPort is "tcp 22-443"; ${WANTED}`],
    ["UDP", ports(443, 443, "udp"), `it: ingress[0].fromPort is "udp 443-443"; ${WANTED}`],
    ["ICMP", ports(-1, -1, 1), `it: ingress[0].fromPort is "icmp 0-65535"; ${WANTED}`],
    ["all protocols as a number", ports(443, 443, -1), `it: ingress[0].fromPort is "all 0-65535"; ${WANTED}`],
    ["all protocols by name", ports(443, 443, "ALL"), `it: ingress[0].fromPort is "all 0-65535"; ${WANTED}`],
    [
      "80 in the older resource",
      older({ protocol: "tcp", fromPort: 80, toPort: 80 }),
      `it: fromPort is "tcp 80-80"; ${WANTED}`,
    ],
    ["no ports in the newer", newer({ ipProtocol: "tcp" }), `it: fromPort is "tcp 0-65535"; ${WANTED}`],
    [
      "a rule in the default group",
      resource("aws:ec2/defaultSecurityGroup:DefaultSecurityGroup", { ingress: [line({ toPort: 500 })] }),
      `it: ingress[0].fromPort is "tcp 443-500"; ${WANTED}`,
    ],
  ],
  unknown: [
    ["a port", ports(443, UNKNOWN), "it: ingress[0].fromPort"],
    ["a protocol", newer({ ipProtocol: UNKNOWN, fromPort: 443, toPort: 443 }), "it: fromPort"],
    ["the direction", older({ type: UNKNOWN }), "it: type"],
  ],
});
