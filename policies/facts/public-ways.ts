import type { Resource } from "../core/resource";
import { valueAt } from "../core/resource";
import type { Report } from "../core/rule";
import { UNKNOWN, type Value } from "../core/value";
import { isSet, isTrue } from "./machines";
import { type Partnership, partnership } from "./partners";
import { addressRange, isWorld } from "./ranges";
import { securityGroupRules } from "./security-group-rules";

const MACHINES = ["aws:ec2/instance:Instance", "aws:ec2/spotInstanceRequest:SpotInstanceRequest"];
const EIP = "aws:ec2/eip:Eip";
const ASSOCIATION = "aws:ec2/eipAssociation:EipAssociation";
const NAT = ["aws:ec2/natGateway:NatGateway", "aws:ec2/natGatewayEipAssociation:NatGatewayEipAssociation"];
const LISTENERS = ["aws:lb/listener:Listener", "aws:alb/listener:Listener"];
const BALANCERS = ["aws:lb/loadBalancer:LoadBalancer", "aws:alb/loadBalancer:LoadBalancer"];
const CLASSIC = "aws:elb/loadBalancer:LoadBalancer";
/** What stands on the internet by itself. */
const FRONTS =
  /^aws:(apigateway\/restApi|apigatewayv2\/api|cloudfront\/distribution|globalaccelerator\/accelerator|lambda\/functionUrl|apprunner\/service|amplify\/app|ec2\/vpcEndpointService|lightsail\/(instance|lb|containerService)):/;

/** Something by which the internet gets in. */
export interface Way {
  readonly resource: Resource;
  readonly path: string;
  readonly what: string;
}

/** Public addresses, listeners of load balancers that are not internal, and services that have an address of their own. */
export function publicWays(resources: readonly Resource[], report: Report): Way[] {
  const open = resources.filter((one) => isPublicMachine(one, report));
  const ofType = (...types: string[]) => resources.filter(({ type }) => types.includes(type));
  const associations = ofType(ASSOCIATION);
  // An Elastic IP takes the place of the address that its machine was given.
  const free = new Set(open);
  const addresses = ofType(EIP).filter((eip) => {
    const isForNat = ofType(...NAT).some((nat) => partnership(eip, ["id"], nat, "allocationId") === "yes");
    const machine = [...free].find((one) => relation(one, eip, associations) !== "no");
    if (machine !== undefined) {
      free.delete(machine);
    }
    return !isForNat;
  });
  const nats = ofType(...NAT).filter((nat) => valueAt(nat, "allocationId") === UNKNOWN).length;
  return [
    ...addresses.slice(0, Math.max(addresses.length - nats, 0)).map(way("an Elastic IP")),
    ...[...free].map(way("a public address")),
    ...ofType(...LISTENERS)
      .filter((one) => !isInternal(one, ofType(...BALANCERS)))
      .map(way("a listener", "port")),
    ...ofType(CLASSIC)
      .filter((one) => !isTrue(valueAt(one, "internal")))
      .flatMap(classicListeners),
    ...resources.filter(({ type }) => FRONTS.test(type)).map(way("a service with an address of its own")),
  ];
}

function way(what: string, path = ""): (resource: Resource) => Way {
  return (resource) => ({ resource, path, what });
}

function isPublicMachine(resource: Resource, report: Report): boolean {
  if (!MACHINES.includes(resource.type)) {
    return false;
  }
  const known = (path: string): Value => {
    const value = valueAt(resource, path);
    if (value === UNKNOWN) {
      report.unknown(resource, path);
      return undefined;
    }
    return value;
  };
  const addresses = known("ipv6Addresses");
  const count = known("ipv6AddressCount");
  const hasIpv6 = Array.isArray(addresses) && addresses.length > 0;
  return isTrue(known("associatePublicIpAddress")) || hasIpv6 || (isSet(count) && Number(count) !== 0);
}

/** Whether an Elastic IP is the machine's: named by either, or by an association. */
function relation(machine: Resource, eip: Resource, associations: readonly Resource[]): Partnership {
  const direct = isSet(valueAt(eip, "instance")) ? partnership(machine, ["id"], eip, "instance") : "no";
  const by = associations
    .filter((one) => partnership(eip, ["id"], one, "allocationId") !== "no")
    .map((one) => partnership(machine, ["id"], one, "instanceId"));
  return direct !== "no" ? direct : (by.find((one) => one !== "no") ?? "no");
}

function isInternal(listener: Resource, balancers: readonly Resource[]): boolean {
  const owners = balancers.filter(
    (one) => partnership(one, ["arn", "id"], listener, "loadBalancerArn") !== "no",
  );
  return owners.length > 0 && owners.every((one) => isTrue(valueAt(one, "internal")));
}

function classicListeners(resource: Resource): Way[] {
  const listeners = valueAt(resource, "listeners");
  const count = Array.isArray(listeners) ? listeners.length : 1;
  return Array.from({ length: count }, (_, at) => way("a listener", `listeners[${at}]`)(resource));
}

/** The security groups that let a good part of the internet in, each with the first rule that does. */
export function openGroups(resources: readonly Resource[], report: Report): Way[] {
  const groups = new Map<Value, Way>();
  for (const resource of resources) {
    for (const { direction, group, peers } of securityGroupRules(resource, (path) =>
      report.unknown(resource, path),
    )) {
      const key = group === UNKNOWN ? "(not known yet)" : group;
      const open = peers.find(({ kind, value }) => {
        const range = kind === "cidr" && value !== UNKNOWN ? addressRange(String(value)) : undefined;
        return range !== undefined && isWorld([range]);
      });
      if (direction === "ingress" && open !== undefined && !groups.has(key)) {
        groups.set(key, { resource, path: open.path, what: String(open.value) });
      }
    }
  }
  return [...groups.values()];
}
