import type { Resource } from "../core/resource";
import { valueAt } from "../core/resource";
import type { Report } from "../core/rule";
import { isFalse, isTrue, UNKNOWN, type Value } from "../core/value";
import { isFilled } from "./machines";
import { type Partnership, partnership } from "./partners";
import { addressRange, isWorld } from "./ranges";
import { securityGroupRules } from "./security-group-rules";

/** What has addresses, with the property by which an Elastic IP names it, and the one by which an association does. */
const HOLDERS: Readonly<Record<string, readonly [ofAddress: string, ofAssociation: string]>> = {
  "aws:ec2/instance:Instance": ["instance", "instanceId"],
  "aws:ec2/spotInstanceRequest:SpotInstanceRequest": ["instance", "instanceId"],
  "aws:ec2/networkInterface:NetworkInterface": ["networkInterface", "networkInterfaceId"],
};
const EIP = "aws:ec2/eip:Eip";
const ASSOCIATION = "aws:ec2/eipAssociation:EipAssociation";
const NAT = ["aws:ec2/natGateway:NatGateway", "aws:ec2/natGatewayEipAssociation:NatGatewayEipAssociation"];
const LISTENERS = ["aws:lb/listener:Listener", "aws:alb/listener:Listener"];
const BALANCERS = ["aws:lb/loadBalancer:LoadBalancer", "aws:alb/loadBalancer:LoadBalancer"];
const CLASSIC = "aws:elb/loadBalancer:LoadBalancer";
/** Load balancers, which have addresses on the internet unless they are told to be internal. */
export const BALANCER_TYPES: readonly string[] = [...BALANCERS, CLASSIC];
/** What stands on the internet by itself. */
const FRONTS =
  /^aws:(apigateway\/restApi|apigatewayv2\/api|cloudfront\/distribution|globalaccelerator\/accelerator|lambda\/functionUrl|apprunner\/service|amplify\/app|ec2\/vpcEndpointService|lightsail\/(instance|lb|containerService)):/;

/**
 * What gives a machine or an interface an address besides: every IPv6 address of a subnet is a public one, and a carrier's
 * is seen by telephones.
 */
export const ADDRESS_KEYS = [
  "associateCarrierIpAddress",
  "ipv6AddressCount",
  "ipv6Addresses",
  "ipv6AddressLists",
  "ipv6PrefixCount",
  "ipv6Prefixes",
  "enablePrimaryIpv6",
  "primaryIpv6",
] as const;

/** Whether the value of one of the ADDRESS_KEYS gives none. */
export function givesNoAddress(value: Value): boolean {
  return !isFilled(value) || isFalse(value);
}

/** Something by which the internet gets in. */
export interface Way {
  readonly resource: Resource;
  readonly path: string;
  readonly what: string;
}

/** Public addresses, listeners of load balancers that are not internal, and services that have an address of their own. */
export function publicWays(resources: readonly Resource[], report: Report): Way[] {
  const ofType = (...types: string[]) => resources.filter(({ type }) => types.includes(type));
  const eips = ofType(EIP);
  const associations = ofType(ASSOCIATION);
  const others = ofType(...NAT, ...BALANCERS).flatMap(allocations);
  const ofMachines = eips.filter((eip) => others.every((one) => isNamed(eip, one) !== "yes"));
  const unknown = others.filter(({ resource, path }) => valueAt(resource, path) === UNKNOWN).length;
  // An Elastic IP from elsewhere shows in its association alone.
  const foreign = associations.filter((one) => eips.every((eip) => !mayJoin(one, eip)));
  // An Elastic IP takes the place of the address that its machine was given.
  const free = new Set(resources.filter((one) => hasAddress(one, report)));
  for (const address of [...ofMachines, ...foreign]) {
    const holder = [...free].find((one) => isHeldBy(address, one, associations));
    if (holder !== undefined) {
      free.delete(holder);
    }
  }
  return [
    ...ofMachines.slice(0, Math.max(ofMachines.length - unknown, 0)).map(way("an Elastic IP")),
    ...foreign.map(way("an Elastic IP")),
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

function hasAddress(resource: Resource, report: Report): boolean {
  if (HOLDERS[resource.type] === undefined) {
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
  const given = ADDRESS_KEYS.filter((key) => !givesNoAddress(known(key)));
  return isTrue(known("associatePublicIpAddress")) || given.length > 0;
}

/** Where a resource names an Elastic IP that is no machine's. */
interface Allocation {
  readonly resource: Resource;
  readonly path: string;
}

function allocations(resource: Resource): Allocation[] {
  const members = (list: string) => {
    const value = valueAt(resource, list);
    return Array.isArray(value) ? value.map((_, at) => `${list}[${at}]`) : [];
  };
  return [
    "allocationId",
    ...members("secondaryAllocationIds"),
    ...members("availabilityZoneAddresses").flatMap((path) => members(`${path}.allocationIds`)),
    ...members("subnetMappings").map((path) => `${path}.allocationId`),
  ].map((path) => ({ resource, path }));
}

function isNamed(eip: Resource, { resource, path }: Allocation): Partnership {
  return partnership(eip, ["id"], resource, path);
}

/** Whether an association may be about an Elastic IP. */
function mayJoin(association: Resource, eip: Resource): boolean {
  return (
    partnership(eip, ["id"], association, "allocationId") !== "no" ||
    partnership(eip, ["publicIp"], association, "publicIp") !== "no"
  );
}

/** Whether an address, an Elastic IP or the association of one, may be what a machine has. */
function isHeldBy(address: Resource, holder: Resource, associations: readonly Resource[]): boolean {
  const [ofAddress, ofAssociation] = HOLDERS[holder.type] ?? ["", ""];
  const names = (one: Resource, path: string) => partnership(holder, ["id"], one, path) !== "no";
  return address.type === EIP
    ? names(address, ofAddress) ||
        associations.some((one) => mayJoin(one, address) && names(one, ofAssociation))
    : names(address, ofAssociation);
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
