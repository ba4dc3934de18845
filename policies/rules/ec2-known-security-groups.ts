import { membersAt } from "../core/expectation";
import { type Resource, valueAt } from "../core/resource";
import type { Report, StackRule } from "../core/rule";
import { UNKNOWN } from "../core/value";
import { isSet, MACHINE_TYPES, machines } from "../facts/machines";
import { partnership } from "../facts/partners";

const GROUP = "aws:ec2/securityGroup:SecurityGroup";
const CONFIGURATION = "aws:ec2/launchConfiguration:LaunchConfiguration";
const INTERFACE = "aws:ec2/networkInterface:NetworkInterface";
/** What else takes groups, with the property that names one or several. */
const OTHERS: Readonly<Record<string, string>> = {
  "aws:ec2/networkInterfaceSecurityGroupAttachment:NetworkInterfaceSecurityGroupAttachment":
    "securityGroupId",
  "aws:ec2/securityGroupAssociation:SecurityGroupAssociation": "securityGroupId",
  "aws:lb/loadBalancer:LoadBalancer": "securityGroups",
  "aws:alb/loadBalancer:LoadBalancer": "securityGroups",
  "aws:elb/loadBalancer:LoadBalancer": "securityGroups",
  "aws:ec2/vpcEndpoint:VpcEndpoint": "securityGroupIds",
};
const WANTED = "a security group of this stack";

const rule: StackRule = {
  description:
    "Machines, network interfaces and load balancers stand behind security groups of this stack, named by id.",
  why: "Without one they get the VPC's default group; what a group from elsewhere lets in is seen by no rule here.",
  fix: "name the stack's own group in vpcSecurityGroupIds (securityGroups on an interface); take over a group from elsewhere with import.",
  severity: "high",
  enforcement: "mandatory",
  references: [{ catalogue: "aws-fsbp", id: "EC2.2" }],
  checkStack({ resources }, report) {
    const groups = resources.filter(({ type }) => type === GROUP);
    for (const resource of resources) {
      const other = OTHERS[resource.type];
      if (MACHINE_TYPES.includes(resource.type)) {
        checkMachine(resource, groups, report);
      } else if (resource.type === INTERFACE) {
        checkList(resource, "securityGroups", groups, report, true);
      } else if (other !== undefined) {
        checkList(resource, other, groups, report, false);
      }
    }
  },
};
export default rule;

function checkMachine(resource: Resource, groups: readonly Resource[], report: Report): void {
  for (const { at, hasTemplate } of machines(resource, report)) {
    const interfaces = membersAt(report, resource, at("networkInterfaces"));
    for (const { path } of interfaces) {
      const isMade = !isSet(valueAt(resource, `${path}.networkInterfaceId`));
      checkList(resource, `${path}.securityGroups`, groups, report, isMade);
    }
    // An interface has groups of its own, and a template those that it names.
    const elsewhere =
      hasTemplate ||
      isSet(valueAt(resource, at("primaryNetworkInterface"))) ||
      interfaces.length > 0 ||
      valueAt(resource, at("networkInterfaces")) === UNKNOWN;
    if (resource.type === CONFIGURATION) {
      checkList(resource, "securityGroups", groups, report, true);
    } else {
      checkList(resource, at("vpcSecurityGroupIds"), groups, report, !elsewhere);
      refuseNames(resource, ["securityGroups", "securityGroupNames"].map(at), report);
    }
  }
}

function refuseNames(resource: Resource, paths: readonly string[], report: Report): void {
  for (const path of paths) {
    const found = valueAt(resource, path);
    if (Array.isArray(found) && found.length > 0) {
      const wanted = "vpcSecurityGroupIds: a name is one of the default VPC";
      report.violation({ resource, path, found, wanted });
    }
  }
}

function checkList(
  resource: Resource,
  list: string,
  groups: readonly Resource[],
  report: Report,
  needsOne: boolean,
): void {
  const found = valueAt(resource, list);
  if (needsOne && (!isSet(found) || (Array.isArray(found) && found.length === 0))) {
    report.violation({ resource, path: list, found, wanted: WANTED });
    return;
  }
  const members = Array.isArray(found)
    ? found.map((value, at) => ({ path: `${list}[${at}]`, value }))
    : [{ path: list, value: found }];
  for (const { path, value } of members.filter((one) => isSet(one.value))) {
    const owners = groups.map((group) => partnership(group, ["id"], resource, path));
    if (owners.every((is) => is === "no")) {
      // Before an update ids are not known; without any group in the stack there is nothing that it could be.
      const shown = value === UNKNOWN ? "a group that is not of this stack" : value;
      report.violation({ resource, path, found: shown, wanted: WANTED });
    }
  }
}
