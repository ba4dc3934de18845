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

const found = (path: string) => `it: ${path} is "all protocols"; wanted one protocol.`;

describeRule("sg-no-all-protocol", {
  passes: [
    ["TCP", group([line({})])],
    ["UDP out", egress({ ipProtocol: "udp" })],
  ],
  refuses: [
    ["-1 as text", group([line({ protocol: "-1" })]), found("ingress[0].protocol")],
    ["-1 as a number", older({ protocol: -1 }), found("protocol")],
    ["all by name", newer({ ipProtocol: " All " }), found("ipProtocol")],
    ["none named", newer({}), found("ipProtocol")],
    ["all protocols out", group([], { egress: [line({ protocol: "all" })] }), found("egress[0].protocol")],
    ["all protocols out in the newer resource", egress({ ipProtocol: "-1" }), found("ipProtocol")],
  ],
  unknown: [
    ["a protocol", newer({ ipProtocol: UNKNOWN }), "it: ipProtocol"],
    ["the rules", group(UNKNOWN), "it: ingress"],
  ],
});
