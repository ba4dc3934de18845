import { UNKNOWN, type Value } from "../../../policies/core/value";
import { resource } from "../../support/policy";
import { describeRule } from "../../support/rule-table";

const vpc = (name: string, props: Record<string, Value> = {}) => resource("aws:ec2/vpc:Vpc", props, name);
const log = (props: Record<string, Value>) =>
  resource("aws:ec2/flowLog:FlowLog", { trafficType: "ALL", ...props }, "log");
const missing = (name: string) => `${name} is "without flow logs"; wanted a FlowLog of all traffic.`;

describeRule("vpc-flow-logs", {
  passes: [
    ["a VPC with them", [vpc("a", { id: "vpc-1" }), log({ vpcId: "vpc-1" })]],
    ["a VPC with them, before ids are known", [vpc("a"), log({ vpcId: UNKNOWN })]],
    ["no VPC", []],
  ],
  refuses: [
    ["none", vpc("a"), missing("a")],
    ["a subnet's only", [vpc("a"), log({ subnetId: "subnet-1" })], missing("a")],
    ["another VPC's", [vpc("a", { id: "vpc-1" }), log({ vpcId: "vpc-2" })], missing("a")],
    [
      "refusals only",
      [vpc("a"), log({ vpcId: UNKNOWN, trafficType: "REJECT" })],
      'log: trafficType is "REJECT"; wanted "ALL".',
    ],
    [
      "none said",
      [vpc("a"), log({ vpcId: UNKNOWN, trafficType: undefined })],
      'log: trafficType is absent; wanted "ALL".',
    ],
  ],
  unknown: [["the traffic", log({ vpcId: "vpc-1", trafficType: UNKNOWN }), "log: trafficType"]],
});
