import { describe, expect, it } from "vitest";
import { UNKNOWN, type Value } from "../../policies/core/value";
import { RULE_TYPES, securityGroupRules } from "../../policies/facts/security-group-rules";
import { resource } from "../support/policy";

const [GROUP = "", DEFAULT = "", RULE = "", INGRESS = "", EGRESS = ""] = RULE_TYPES;

/** The rules of a resource, without itself, and the lists that are not known. */
function read(type: string, props: Record<string, Value>) {
  const unknown: string[] = [];
  const rules = securityGroupRules(resource(type, props), (path) => unknown.push(path));
  return { rules: rules.map(({ resource: _, ...rule }) => rule), unknown };
}
/** Protocol and ports of one inline rule. */
function ports(rule: Record<string, Value>) {
  const [one] = read(GROUP, { ingress: [rule] }).rules;
  const range = one?.ports;
  return [one?.protocol, typeof range === "object" ? `${range.first}-${range.last}` : range];
}

describe("securityGroupRules", () => {
  it.each([GROUP, DEFAULT])("reads those that stand in a %s", (type) => {
    const ingress: Value = [
      {
        ...{ protocol: "tcp", fromPort: 443, toPort: 443, self: true },
        ...{
          cidrBlocks: ["10.0.0.0/8", UNKNOWN],
          ipv6CidrBlocks: ["::/0"],
          prefixListIds: ["pl-1"],
          securityGroups: ["sg-1"],
        },
      },
    ];
    const { rules, unknown } = read(type, { ingress, egress: { protocol: "udp", fromPort: 53, toPort: 53 } });
    expect(unknown).toEqual([]);
    const group = `urn:pulumi:test::test::${type}::it`;
    expect(rules).toEqual([
      {
        ...{
          direction: "ingress",
          group,
          path: "ingress[0]",
          protocol: "tcp",
          protocolPath: "ingress[0].protocol",
        },
        ports: { first: 443, last: 443 },
        peers: [
          { kind: "cidr", path: "ingress[0].cidrBlocks[0]", value: "10.0.0.0/8" },
          { kind: "cidr", path: "ingress[0].cidrBlocks[1]", value: UNKNOWN },
          { kind: "cidr", path: "ingress[0].ipv6CidrBlocks[0]", value: "::/0" },
          { kind: "prefix-list", path: "ingress[0].prefixListIds[0]", value: "pl-1" },
          { kind: "group", path: "ingress[0].securityGroups[0]", value: "sg-1" },
          { kind: "self", path: "ingress[0].self", value: true },
        ],
      },
      {
        ...{ direction: "egress", group, path: "egress", protocol: "udp", protocolPath: "egress.protocol" },
        ports: { first: 53, last: 53 },
        peers: [],
      },
    ]);
  });

  it("reads the older resource", () => {
    const props: Record<string, Value> = {
      protocol: 6,
      fromPort: "22",
      toPort: "22",
      securityGroupId: "sg-1",
      sourceSecurityGroupId: "sg-2",
      self: UNKNOWN,
    };
    const rule = {
      ...{
        group: "sg-1",
        path: "",
        protocol: "tcp",
        protocolPath: "protocol",
        ports: { first: 22, last: 22 },
      },
      peers: [
        { kind: "group", path: "sourceSecurityGroupId", value: "sg-2" },
        { kind: "self", path: "self", value: UNKNOWN },
      ],
    };
    expect(read(RULE, { ...props, type: "ingress" }).rules).toEqual([{ direction: "ingress", ...rule }]);
    expect(read(RULE, { ...props, type: "egress" }).rules).toEqual([{ direction: "egress", ...rule }]);
  });

  it("reads the newer resources", () => {
    const props: Record<string, Value> = {
      ipProtocol: "tcp",
      fromPort: 1,
      toPort: 2,
      securityGroupId: UNKNOWN,
    };
    const more = {
      cidrIpv4: "10.0.0.0/8",
      cidrIpv6: "::/0",
      prefixListId: "pl-1",
      referencedSecurityGroupId: "sg-1",
    };
    const rule = {
      ...{
        group: UNKNOWN,
        path: "",
        protocol: "tcp",
        protocolPath: "ipProtocol",
        ports: { first: 1, last: 2 },
      },
      peers: [
        { kind: "cidr", path: "cidrIpv4", value: "10.0.0.0/8" },
        { kind: "cidr", path: "cidrIpv6", value: "::/0" },
        { kind: "prefix-list", path: "prefixListId", value: "pl-1" },
        { kind: "group", path: "referencedSecurityGroupId", value: "sg-1" },
      ],
    };
    expect(read(INGRESS, { ...props, ...more }).rules).toEqual([{ direction: "ingress", ...rule }]);
    expect(read(EGRESS, { ...props, ...more }).rules).toEqual([{ direction: "egress", ...rule }]);
    const none = { cidrIpv4: "", cidrIpv6: null };
    expect(read(INGRESS, { ...props, ...none }).rules[0]?.peers).toEqual([]);
  });

  it("finds none in other resources, nor where there is no list", () => {
    expect(read("aws:ec2/vpc:Vpc", { ingress: [{ protocol: "-1" }] })).toEqual({ rules: [], unknown: [] });
    expect(read(GROUP, { ingress: null })).toEqual({ rules: [], unknown: [] });
  });

  it("says which lists are not known", () => {
    expect(read(GROUP, { ingress: UNKNOWN, egress: [UNKNOWN] })).toEqual({
      rules: [],
      unknown: ["ingress", "egress[0]"],
    });
    expect(read(RULE, { type: UNKNOWN })).toEqual({ rules: [], unknown: ["type"] });
    expect(securityGroupRules(resource(GROUP, { ingress: UNKNOWN }))).toEqual([]);
  });
});

describe("protocol and ports", () => {
  const ALL = "0-65535";

  it.each<[Record<string, Value>, unknown, unknown]>([
    [{ protocol: "TCP ", fromPort: 22, toPort: 443 }, "tcp", "22-443"],
    [{ protocol: "17", fromPort: 53, toPort: 53 }, "udp", "53-53"],
    [{ protocol: 1, fromPort: 8, toPort: 0 }, "icmp", "0-8"],
    [{ protocol: 58, fromPort: 0, toPort: 0 }, "icmpv6", "0-0"],
    [{ protocol: "50", fromPort: 0, toPort: 0 }, "50", "0-0"],
    [{ protocol: "tcp", fromPort: 443, toPort: 22 }, "tcp", "22-443"],
    [{ protocol: "tcp", fromPort: -1, toPort: 22 }, "tcp", ALL],
    [{ protocol: "tcp", fromPort: 22, toPort: -1 }, "tcp", ALL],
    [{ protocol: "tcp", fromPort: 22 }, "tcp", ALL],
    [{ protocol: "tcp", toPort: 22, fromPort: null }, "tcp", ALL],
    [{ protocol: "tcp", fromPort: "ssh", toPort: 22 }, "tcp", ALL],
    [{ protocol: "tcp", fromPort: 22, toPort: "ssh" }, "tcp", ALL],
    [{ protocol: "-1", fromPort: 22, toPort: 22 }, "all", ALL],
    [{ protocol: -1, fromPort: UNKNOWN, toPort: 22 }, "all", ALL],
    [{ protocol: "All", fromPort: 22, toPort: 22 }, "all", ALL],
    [{ fromPort: 22, toPort: 22 }, "all", ALL],
    [{ protocol: UNKNOWN, fromPort: 22, toPort: 22 }, UNKNOWN, UNKNOWN],
    [{ protocol: "tcp", fromPort: UNKNOWN, toPort: 22 }, "tcp", UNKNOWN],
    [{ protocol: "tcp", fromPort: 22, toPort: UNKNOWN }, "tcp", UNKNOWN],
  ])("%j", (rule, protocol, range) => {
    expect(ports(rule)).toEqual([protocol, range]);
  });
});
