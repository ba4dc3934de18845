import { expectAt } from "../core/expectation";
import { valueAt } from "../core/resource";
import type { ResourceRule } from "../core/rule";
import type { Value } from "../core/value";
import { isSet, machines } from "../facts/machines";

const DEFAULTS = [
  "aws:ec2/defaultVpc:DefaultVpc",
  "aws:ec2/defaultSubnet:DefaultSubnet",
  "aws:ec2/defaultVpcDhcpOptions:DefaultVpcDhcpOptions",
];
const MACHINES = [
  "aws:ec2/instance:Instance",
  "aws:ec2/spotInstanceRequest:SpotInstanceRequest",
  "aws:ec2/spotFleetRequest:SpotFleetRequest",
];
const SCALING = "aws:autoscaling/group:Group";
const GROUP = "aws:ec2/securityGroup:SecurityGroup";
/** What else puts a machine into a subnet. */
const PLACES = ["launchTemplate", "networkInterfaces", "primaryNetworkInterface"];

const rule: ResourceRule = {
  description: "Nothing lives in the account's default VPC.",
  why: "Its subnets hand out public addresses, and its default security group is shared with everything else there.",
  fix: "make a VPC and a subnet, and name them: subnetId on the machine, vpcZoneIdentifiers on an Auto Scaling group, vpcId on the security group.",
  severity: "medium",
  enforcement: "mandatory",
  references: [
    { catalogue: "checkov", id: "CKV_AWS_148" },
    { catalogue: "aws-fsbp", id: "EC2.2" },
  ],
  types: [...DEFAULTS, ...MACHINES, SCALING, GROUP],
  checkResource(resource, report) {
    if (DEFAULTS.includes(resource.type)) {
      report.violation({
        resource,
        path: "",
        found: "part of the default VPC",
        wanted: "a VPC of the stack's own",
      });
    } else if (resource.type === GROUP) {
      expectAt(report, resource, "vpcId", "a VPC of the stack's own", isSet);
    } else if (resource.type === SCALING) {
      expectAt(report, resource, "vpcZoneIdentifiers", "subnets of the stack's own", isFilled);
    } else {
      for (const { at } of machines(resource, report)) {
        const isPlaced = PLACES.some((key) => isFilled(valueAt(resource, at(key))));
        expectAt(
          report,
          resource,
          at("subnetId"),
          "a subnet of the stack's own",
          (value) => isPlaced || isSet(value),
        );
      }
    }
  },
};
export default rule;

function isFilled(value: Value): boolean {
  return isSet(value) && !(Array.isArray(value) && value.length === 0);
}
