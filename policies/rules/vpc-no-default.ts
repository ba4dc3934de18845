import { expectAt, membersAt } from "../core/expectation";
import { type Resource, valueAt } from "../core/resource";
import type { Report, StackRule } from "../core/rule";
import { isFilled, isSet, machines } from "../facts/machines";
import { partnership } from "../facts/partners";

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
const TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate";
/** What else puts a machine into a subnet. */
const PLACES = ["networkInterfaces", "primaryNetworkInterface"];
/** By what a machine names its template. */
const TEMPLATE_KEYS = ["id", "name"];

const rule: StackRule = {
  description: "Nothing lives in the account's default VPC.",
  why: "Its subnets hand out public addresses, and its default security group is shared with everything else there.",
  fix: "make a VPC and a subnet, and name them: subnetId on the machine and in each override of a fleet, vpcZoneIdentifiers on an Auto Scaling group, vpcId on the security group.",
  severity: "medium",
  enforcement: "mandatory",
  references: [
    { catalogue: "checkov", id: "CKV_AWS_148" },
    { catalogue: "aws-fsbp", id: "EC2.2" },
  ],
  checkStack({ resources }, report) {
    const templates = resources.filter(({ type }) => type === TEMPLATE);
    for (const resource of resources) {
      checkResource(resource, templates, report);
    }
  },
};
export default rule;

function checkResource(resource: Resource, templates: readonly Resource[], report: Report): void {
  if (DEFAULTS.includes(resource.type)) {
    const found = "part of the default VPC";
    report.violation({ resource, path: "", found, wanted: "a VPC of the stack's own" });
  } else if (resource.type === GROUP) {
    expectAt(report, resource, "vpcId", "a VPC of the stack's own", isSet);
  } else if (resource.type === SCALING) {
    expectAt(report, resource, "vpcZoneIdentifiers", "subnets of the stack's own", isFilled);
  } else if (MACHINES.includes(resource.type)) {
    for (const path of subnets(resource, templates, report)) {
      expectAt(report, resource, path, "a subnet of the stack's own", isSet);
    }
  }
}

/** Where a machine, or a fleet of them, must say its subnet. */
function subnets(resource: Resource, templates: readonly Resource[], report: Report): string[] {
  // A fleet has no machines but those of templates.
  const alone = resource.type === FLEET ? [] : machines(resource, report);
  const unplaced = alone.filter(
    ({ at }) =>
      !PLACES.some((key) => isFilled(valueAt(resource, at(key)))) &&
      !isPlacedByTemplate(resource, at("launchTemplate"), templates),
  );
  const lists = membersAt(report, resource, "launchTemplateConfigs").map(({ path }) => `${path}.overrides`);
  const overrides = lists.flatMap((list) =>
    isFilled(valueAt(resource, list))
      ? membersAt(report, resource, list).map(({ path }) => path)
      : [`${list}[0]`],
  );
  return [...unplaced.map(({ at }) => at("subnetId")), ...overrides.map((path) => `${path}.subnetId`)];
}

/** Beside a template's interface, which has a subnet of its own, EC2 takes none for the machine. */
function isPlacedByTemplate(resource: Resource, path: string, templates: readonly Resource[]): boolean {
  return templates.some((template) => {
    const isUsed = TEMPLATE_KEYS.some(
      (key) => partnership(template, [key], resource, `${path}.${key}`) !== "no",
    );
    const interfaces = valueAt(template, "networkInterfaces");
    const places = Array.isArray(interfaces) ? interfaces.map((_, at) => `networkInterfaces[${at}]`) : [];
    return isUsed && places.some((place) => isSet(valueAt(template, `${place}.subnetId`)));
  });
}
