import { UNKNOWN, type Value } from "../../../policies/core/value";
import { instance, spot } from "../../support/machines";
import { resource } from "../../support/policy";
import { describeRule } from "../../support/rule-table";

const group = (vpcId: Value) => resource("aws:ec2/securityGroup:SecurityGroup", { vpcId });
const PART = 'it is "part of the default VPC"; wanted a VPC of the stack\'s own.';
const NO_SUBNET = "it: subnetId is absent; wanted a subnet of the stack's own.";

describeRule("vpc-no-default", {
  passes: [
    ["a subnet", instance({ subnetId: "subnet-1" })],
    ["a template's subnet", instance({ launchTemplate: {} })],
    ["an interface's subnet", spot({ networkInterfaces: [] })],
    ["an interface's subnet, newly written", instance({ primaryNetworkInterface: {} })],
    ["a group in a VPC", group("vpc-1")],
  ],
  refuses: [
    ["the default VPC", resource("aws:ec2/defaultVpc:DefaultVpc", {}), PART],
    ["a default subnet", resource("aws:ec2/defaultSubnet:DefaultSubnet", {}), PART],
    ["an instance anywhere", instance({}), NO_SUBNET],
    ["a spot instance anywhere", spot({}), NO_SUBNET],
    ["a group anywhere", group(undefined), "it: vpcId is absent; wanted a VPC of the stack's own."],
  ],
  unknown: [
    ["a subnet", instance({ subnetId: UNKNOWN }), "it: subnetId"],
    ["a VPC", group(UNKNOWN), "it: vpcId"],
  ],
});
