import type { Resource } from "../core/resource";
import { valueAt } from "../core/resource";
import { isTrue, UNKNOWN, type Value } from "../core/value";

/** One line of a security group, whichever of AWS's five ways it is written in. */
export interface SecurityGroupRule {
  readonly resource: Resource;
  readonly direction: "ingress" | "egress";
  /** The group that it belongs to: its id, or the URN of the group that holds it inline; UNKNOWN while it is not known. */
  readonly group: Value;
  /** `tcp`, `udp`, `icmp`, `icmpv6`, a number, or `all`; UNKNOWN while it is not known. */
  readonly protocol: string | typeof UNKNOWN;
  readonly protocolPath: string;
  readonly ports: PortRange | typeof UNKNOWN;
  /** Where it lets in from, or out to, each with the path of its property. */
  readonly peers: readonly Peer[];
  /** Path of the rule within its resource, empty for a resource of its own. */
  readonly path: string;
}

export interface PortRange {
  readonly first: number;
  readonly last: number;
}

export interface Peer {
  readonly kind: "cidr" | "prefix-list" | "group" | "self";
  readonly path: string;
  readonly value: Value;
}

export const GROUP_TYPES = [
  "aws:ec2/securityGroup:SecurityGroup",
  "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup",
] as const;
const RULE = "aws:ec2/securityGroupRule:SecurityGroupRule";
const INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule";
const EGRESS = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule";

/** Every type whose resources hold rules of security groups. */
export const RULE_TYPES: readonly string[] = [...GROUP_TYPES, RULE, INGRESS, EGRESS];

const ALL_PORTS: PortRange = { first: 0, last: 65535 };

/**
 * The rules that a resource holds.
 * @param onUnknown told the path of a list of rules that is not known yet
 */
export function securityGroupRules(
  resource: Resource,
  onUnknown: (path: string) => void = () => {},
): SecurityGroupRule[] {
  if ((GROUP_TYPES as readonly string[]).includes(resource.type)) {
    return (["ingress", "egress"] as const).flatMap((direction) =>
      inlineRules(resource, direction, onUnknown),
    );
  }
  if (resource.type === RULE) {
    const direction = valueAt(resource, "type");
    if (direction === UNKNOWN) {
      onUnknown("type");
      return [];
    }
    return [
      listRule(
        resource,
        direction === "egress" ? "egress" : "ingress",
        "",
        valueAt(resource, "securityGroupId"),
      ),
    ];
  }
  if (resource.type === INGRESS || resource.type === EGRESS) {
    return [singleRule(resource, resource.type === INGRESS ? "ingress" : "egress")];
  }
  return [];
}

function inlineRules(
  resource: Resource,
  direction: "ingress" | "egress",
  onUnknown: (path: string) => void,
): SecurityGroupRule[] {
  const list = valueAt(resource, direction);
  if (list === UNKNOWN) {
    onUnknown(direction);
    return [];
  }
  return asList(list).flatMap((entry, at) => {
    const path = Array.isArray(list) ? `${direction}[${at}]` : direction;
    if (entry === UNKNOWN) {
      onUnknown(path);
      return [];
    }
    return [listRule(resource, direction, path, resource.urn)];
  });
}

/** A rule whose peers come in lists: inline, or the older resource. */
function listRule(
  resource: Resource,
  direction: "ingress" | "egress",
  path: string,
  group: Value,
): SecurityGroupRule {
  const at = (key: string) => (path === "" ? key : `${path}.${key}`);
  const lists: [Peer["kind"], string][] = [
    ["cidr", "cidrBlocks"],
    ["cidr", "ipv6CidrBlocks"],
    ["prefix-list", "prefixListIds"],
    ["group", "securityGroups"],
    ["group", "sourceSecurityGroupId"],
  ];
  const peers = lists.flatMap(([kind, key]) => peersAt(resource, kind, at(key)));
  const self = valueAt(resource, at("self"));
  return {
    resource,
    direction,
    group,
    path,
    ...protocolAndPorts(resource, at("protocol"), at("fromPort"), at("toPort")),
    peers:
      isTrue(self) || self === UNKNOWN ? [...peers, { kind: "self", path: at("self"), value: self }] : peers,
  };
}

/** A rule with one peer: the newer resources. */
function singleRule(resource: Resource, direction: "ingress" | "egress"): SecurityGroupRule {
  const keys: [Peer["kind"], string][] = [
    ["cidr", "cidrIpv4"],
    ["cidr", "cidrIpv6"],
    ["prefix-list", "prefixListId"],
    ["group", "referencedSecurityGroupId"],
  ];
  return {
    resource,
    direction,
    group: valueAt(resource, "securityGroupId"),
    path: "",
    ...protocolAndPorts(resource, "ipProtocol", "fromPort", "toPort"),
    peers: keys.flatMap(([kind, key]) => peersAt(resource, kind, key)),
  };
}

function peersAt(resource: Resource, kind: Peer["kind"], path: string): Peer[] {
  const value = valueAt(resource, path);
  if (Array.isArray(value)) {
    return value.map((entry, at) => ({ kind, path: `${path}[${at}]`, value: entry }));
  }
  return value === undefined || value === null || value === "" ? [] : [{ kind, path, value }];
}

const PROTOCOL_NAMES: Readonly<Record<string, string>> = {
  "6": "tcp",
  "17": "udp",
  "1": "icmp",
  "58": "icmpv6",
};

/** EC2 takes names in any case and numbers, as text too; with all protocols the ports say nothing. */
function protocolAndPorts(resource: Resource, protocolPath: string, firstPath: string, lastPath: string) {
  const raw = valueAt(resource, protocolPath);
  const first = valueAt(resource, firstPath);
  const last = valueAt(resource, lastPath);
  const protocol = raw === UNKNOWN ? UNKNOWN : protocolName(raw);
  if (protocol === "all") {
    return { protocol, protocolPath, ports: ALL_PORTS };
  }
  if (protocol === UNKNOWN || first === UNKNOWN || last === UNKNOWN) {
    return { protocol, protocolPath, ports: UNKNOWN } as const;
  }
  return { protocol, protocolPath, ports: portRange(first, last) };
}

function protocolName(raw: Value): string {
  const text = String(raw ?? "-1")
    .trim()
    .toLowerCase();
  return text === "-1" ? "all" : (PROTOCOL_NAMES[text] ?? text);
}

/** A port left out, or -1, is all of them; text is taken as the number it is; ends the wrong way round are turned. */
function portRange(first: Value, last: Value): PortRange {
  const number = (value: Value) => (value === undefined || value === null ? -1 : Number(value));
  const [from, to] = [number(first), number(last)];
  const isAll = from < 0 || to < 0 || Number.isNaN(from) || Number.isNaN(to);
  return isAll ? ALL_PORTS : { first: Math.min(from, to), last: Math.max(from, to) };
}

function asList(value: Value): readonly Value[] {
  return value === undefined || value === null ? [] : Array.isArray(value) ? value : [value];
}
