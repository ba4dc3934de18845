import { expectAt, membersAt } from "../core/expectation";
import { type Resource, valueAt } from "../core/resource";
import type { Report, ResourceRule } from "../core/rule";
import type { Value } from "../core/value";
import { isSet, machines } from "../facts/machines";

const DEFAULTS = [
  "aws:ec2/defaultVpc:DefaultVpc",
  "aws:ec2/defaultSubnet:DefaultSubnet",
  "aws:ec2/defaultVpcDhcpOptions:DefaultVpcDhcpOptions",
];
const FLEET = "aws:ec2/fleet:Fleet";
const MACHINES = [
  "aws:ec2/instance:Instance",
  "aws:ec2/spotInstanceRequest:SpotInstanceRequest",
  "aws:ec2/spotFleetRequest:SpotFleetRequest",
  FLEET,
];
const SCALING = "aws:autoscaling/group:Group";
const GROUP = "aws:ec2/securityGroup:SecurityGroup";
/** What else puts a machine into a subnet; whether a template does is seen by no rule about one resource. */
const PLACES = ["networkInterfaces", "primaryNetworkInterface"];

const rule: ResourceRule = {
  description: "Nothing lives in the account's default VPC.",
  why: "Its subnets hand out public addresses, and its default security group is shared with everything else there.",
  fix: "make a VPC and a subnet, and name them: subnetId on the machine and in each override of a fleet, vpcZoneIdentifiers on an Auto Scaling group, vpcId on the security group.",
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
      for (const path of subnets(resource, report)) {
        expectAt(report, resource, path, "a subnet of the stack's own", isSet);
      }
    }
  },
};
export default rule;

/** Where a machine, or a fleet of them, must say its subnet. */
function subnets(resource: Resource, report: Report): string[] {
  // A fleet has no machines but those of templates.
  const alone = resource.type === FLEET ? [] : machines(resource, report);
  const unplaced = alone.filter(({ at }) => !PLACES.some((key) => isFilled(valueAt(resource, at(key)))));
  const lists = membersAt(report, resource, "launchTemplateConfigs").map(({ path }) => `${path}.overrides`);
  const overrides = lists.flatMap((list) =>
    isFilled(valueAt(resource, list))
      ? membersAt(report, resource, list).map(({ path }) => path)
      : [`${list}[0]`],
  );
  return [...unplaced.map(({ at }) => at("subnetId")), ...overrides.map((path) => `${path}.subnetId`)];
}

function isFilled(value: Value): boolean {
  return isSet(value) && !(Array.isArray(value) && value.length === 0);
}
