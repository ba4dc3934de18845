import { membersAt } from "../core/expectation";
import { type Resource, valueAt } from "../core/resource";
import type { Report, StackRule } from "../core/rule";
import { UNKNOWN, type Value } from "../core/value";
import { isFilled, isSet, MACHINE_TYPES, machines } from "../facts/machines";
import { expectOwned } from "../facts/partners";

const GROUP = "aws:ec2/securityGroup:SecurityGroup";
const CONFIGURATION = "aws:ec2/launchConfiguration:LaunchConfiguration";
const INTERFACE = "aws:ec2/networkInterface:NetworkInterface";
const ATTACHMENT = "aws:ec2/networkInterfaceAttachment:NetworkInterfaceAttachment";
/** What else takes groups, with the property that names one or several. */
const OTHERS: Readonly<Record<string, string>> = {
  "aws:ec2/networkInterfaceSecurityGroupAttachment:NetworkInterfaceSecurityGroupAttachment":
    "securityGroupId",
  "aws:ec2/securityGroupAssociation:SecurityGroupAssociation": "securityGroupId",
  "aws:lb/loadBalancer:LoadBalancer": "securityGroups",
  "aws:alb/loadBalancer:LoadBalancer": "securityGroups",
  "aws:elb/loadBalancer:LoadBalancer": "securityGroups",
  "aws:ec2/vpcEndpoint:VpcEndpoint": "securityGroupIds",
  "aws:efs/mountTarget:MountTarget": "securityGroups",
};
/** Of those, what must name one unless it is a gateway: where it says its type, and what it is where it does not. */
const KINDS: Readonly<Record<string, readonly [path: string, usual: string]>> = {
  "aws:lb/loadBalancer:LoadBalancer": ["loadBalancerType", "application"],
  "aws:alb/loadBalancer:LoadBalancer": ["loadBalancerType", "application"],
  "aws:elb/loadBalancer:LoadBalancer": ["loadBalancerType", "classic"],
  "aws:ec2/vpcEndpoint:VpcEndpoint": ["vpcEndpointType", "Gateway"],
};
/** They take no groups: what comes through them is for others, or goes to AWS alone. */
const GATEWAYS: readonly Value[] = ["gateway", "Gateway", "GatewayLoadBalancer"];
const OWN_GROUP = "a security group of this stack";
const NO_GROUP = "a group that is not of this stack";
const OWN_INTERFACE = "a network interface of this stack";

const rule: StackRule = {
  description:
    "Machines, network interfaces and load balancers stand behind security groups of this stack, named by id.",
  why: "Without one they get the VPC's default group, and a network load balancer lets everybody in; what a group from elsewhere, or an interface from there, lets in is seen by no rule here.",
  fix: "name the stack's own group in vpcSecurityGroupIds (securityGroups on an interface); take over a group or an interface from elsewhere with import.",
  severity: "high",
  enforcement: "mandatory",
  references: [{ catalogue: "aws-fsbp", id: "EC2.2" }],
  checkStack({ resources }, report) {
    const groups = resources.filter(({ type }) => type === GROUP);
    const interfaces = resources.filter(({ type }) => type === INTERFACE);
    for (const resource of resources) {
      const other = OTHERS[resource.type];
      if (MACHINE_TYPES.includes(resource.type)) {
        checkMachine(resource, groups, report);
        checkInterfaces(resource, interfaces, report);
      } else if (resource.type === INTERFACE) {
        checkList(resource, "securityGroups", groups, report, true);
      } else if (other !== undefined) {
        checkList(resource, other, groups, report, needsOne(resource));
      } else if (resource.type === ATTACHMENT) {
        expectOwned(report, resource, "networkInterfaceId", interfaces, ["id"], OWN_INTERFACE);
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

/** Interfaces that a machine names, not those that it makes: each has groups of its own. */
function checkInterfaces(resource: Resource, interfaces: readonly Resource[], report: Report): void {
  const listed = valueAt(resource, "networkInterfaces");
  const paths = [
    ...(Array.isArray(listed) ? listed.map((_, at) => `networkInterfaces[${at}]`) : []),
    // Left out, it is not known before AWS has made one.
    ...(valueAt(resource, "primaryNetworkInterface") === UNKNOWN ? [] : ["primaryNetworkInterface"]),
  ].map((path) => `${path}.networkInterfaceId`);
  for (const path of paths) {
    const named = valueAt(resource, path);
    // AWS reports the one that it made, and its groups with the machine.
    if (isSet(named) && (named === UNKNOWN || named !== valueAt(resource, "primaryNetworkInterfaceId"))) {
      expectOwned(report, resource, path, interfaces, ["id"], OWN_INTERFACE);
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
  isNeeded: boolean,
): void {
  const found = valueAt(resource, list);
  if (isNeeded && !isFilled(found)) {
    report.violation({ resource, path: list, found, wanted: OWN_GROUP });
    return;
  }
  const members = Array.isArray(found)
    ? found.map((value, at) => ({ path: `${list}[${at}]`, value }))
    : [{ path: list, value: found }];
  for (const { path } of members.filter((one) => isSet(one.value))) {
    expectOwned(report, resource, path, groups, ["id"], OWN_GROUP, NO_GROUP);
  }
}

function needsOne(resource: Resource): boolean {
  const kind = KINDS[resource.type];
  const type = kind === undefined ? UNKNOWN : (valueAt(resource, kind[0]) ?? kind[1]);
  return type !== UNKNOWN && !GATEWAYS.includes(type);
}
