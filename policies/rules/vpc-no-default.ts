import { expectAt } from "../core/expectation";
import { type Resource, valueAt } from "../core/resource";
import type { ResourceRule } from "../core/rule";
import { isSet } from "../facts/machines";

const DEFAULTS = [
  "aws:ec2/defaultVpc:DefaultVpc",
  "aws:ec2/defaultSubnet:DefaultSubnet",
  "aws:ec2/defaultVpcDhcpOptions:DefaultVpcDhcpOptions",
];
const MACHINES = ["aws:ec2/instance:Instance", "aws:ec2/spotInstanceRequest:SpotInstanceRequest"];
const GROUP = "aws:ec2/securityGroup:SecurityGroup";
/** What else puts a machine into a subnet. */
const PLACES = ["launchTemplate", "networkInterfaces", "primaryNetworkInterface"];

const rule: ResourceRule = {
  description: "Nothing lives in the account's default VPC.",
  why: "Its subnets hand out public addresses, and its default security group is shared with everything else there.",
  fix: "make a VPC and a subnet, and name them: subnetId on the machine, vpcId on the security group.",
  severity: "medium",
  enforcement: "mandatory",
  references: [
    { catalogue: "checkov", id: "CKV_AWS_148" },
    { catalogue: "aws-fsbp", id: "EC2.2" },
  ],
  types: [...DEFAULTS, ...MACHINES, GROUP],
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
    } else if (!isPlaced(resource)) {
      expectAt(report, resource, "subnetId", "a subnet of the stack's own", isSet);
    }
  },
};
export default rule;

function isPlaced(resource: Resource): boolean {
  return PLACES.some((key) => isSet(valueAt(resource, key)));
}
