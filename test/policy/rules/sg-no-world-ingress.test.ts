import { describe, expect, it } from "vitest";
import { UNKNOWN, type Value } from "../../../policies/core/value";
import { look, resource } from "../../support/policy";

const ID = "sg-no-world-ingress";
const group = (...cidrBlocks: Value[]) =>
  resource("aws:ec2/securityGroup:SecurityGroup", {
    ingress: [{ protocol: "tcp", fromPort: 443, toPort: 443, cidrBlocks }],
  });
const ingress = (name: string, props: Record<string, Value>) =>
  resource(
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
    { securityGroupId: "sg-1", ipProtocol: "tcp", fromPort: 443, toPort: 443, ...props },
    name,
  );
const found = (path: string, value: string) => [
  `it: ${path} is ${value}; wanted the ranges of those who need it.`,
];

describe(ID, () => {
  it.each([
    ["somebody's networks", group("203.0.113.0/24", "198.51.100.7/32", "2001:db8::/32", "10.0.0.0/8")],
    ["another group", ingress("new", { referencedSecurityGroupId: "sg-2" })],
    ["no rule at all", resource("aws:ec2/securityGroup:SecurityGroup", {})],
    [
      "a way out to the world",
      resource("aws:ec2/securityGroup:SecurityGroup", {
        egress: [{ protocol: "-1", fromPort: 0, toPort: 0, cidrBlocks: ["0.0.0.0/0"] }],
      }),
    ],
  ])("passes %s", (_, it) => {
    expect(look(ID, it)).toEqual({ violations: [], unknown: [] });
  });

  it.each([
    ["0.0.0.0/0"],
    ["1.2.3.4/0"],
    ["0.0.0.0/1"],
    ["64.0.0.0/6"],
    ["::/0"],
    ["0::/0"],
    ["2000::/3"],
    ["::ffff:0:0/96"],
    [" 0.0.0.0/0"],
  ])("refuses %s", (cidr) => {
    expect(look(ID, group("203.0.113.0/24", cidr)).violations).toEqual(
      found("ingress[0].cidrBlocks[1]", JSON.stringify(cidr)),
    );
  });

  it("refuses the world in pieces, over several resources of one group", () => {
    const quarters = ["0.0.0.0/8", "1.0.0.0/8", "2.0.0.0/8"].map((cidrIpv4, at) =>
      ingress(`part-${at}`, { cidrIpv4 }),
    );
    expect(look(ID, ...quarters).violations).toEqual([
      'part-0: cidrIpv4 is "0.0.0.0/8 + 1.0.0.0/8 + 2.0.0.0/8, together a good part of the internet"; wanted the ranges of those who need it.',
    ]);
  });

  it.each<[string, Value, Value]>([
    ["80 and 443", [80, 80], [443, 443]],
    ["one that is not known yet and 443", [UNKNOWN, UNKNOWN], [443, 443]],
    ["443 and one that is not known yet", [443, 443], [UNKNOWN, UNKNOWN]],
    ["a range and what lies behind it", [80, 442], [443, 443]],
  ])("does not add up what different ports let in: %s", (_, ...ports) => {
    const halves = ports.map((port, at) => {
      const [fromPort, toPort] = port as [Value, Value];
      return ingress(`half-${at}`, { fromPort, toPort, cidrIpv4: `${10 + at}.0.0.0/8` });
    });
    expect(look(ID, ...halves).violations).toEqual([]);
    expect(look(ID, ...halves.reverse()).violations).toEqual([]);
  });

  it.each<[string, Value, Value]>([
    ["a range and a port in it", [80, 443], [443, 443]],
    ["a port that is not known yet, for both", [UNKNOWN, 443], [UNKNOWN, 443]],
  ])("adds up what one port lets in: %s", (_, ...ports) => {
    const halves = ports.map((port, at) => {
      const [fromPort, toPort] = port as [Value, Value];
      return ingress(`half-${at}`, { fromPort, toPort, cidrIpv4: `${10 + at}.0.0.0/8` });
    });
    expect(look(ID, ...halves).violations).toEqual([
      'half-0: cidrIpv4 is "10.0.0.0/8 + 11.0.0.0/8, together a good part of the internet"; wanted the ranges of those who need it.',
    ]);
  });

  it("does not add up what groups let in that are not known yet", () => {
    const apart = [10, 11].map((at) =>
      ingress(`part-${at}`, { securityGroupId: UNKNOWN, cidrIpv4: `${at}.0.0.0/8` }),
    );
    expect(look(ID, ...apart).violations).toEqual([]);
  });

  it("does not add up what different groups let in", () => {
    const apart = ["sg-1", "sg-2", "sg-3"].map((securityGroupId, at) =>
      ingress(`part-${at}`, { securityGroupId, cidrIpv4: `${at}.0.0.0/8` }),
    );
    expect(look(ID, ...apart).violations).toEqual([]);
  });

  it.each([
    ["a range", group(UNKNOWN), "it: ingress[0].cidrBlocks[0]"],
    [
      "the list of rules",
      resource("aws:ec2/securityGroup:SecurityGroup", { ingress: UNKNOWN }),
      "it: ingress",
    ],
    ["the newer resource's range", ingress("new", { cidrIpv6: UNKNOWN }), "new: cidrIpv6"],
  ])("looks again when %s is known", (_, it, path) => {
    expect(look(ID, it)).toEqual({ violations: [], unknown: [path] });
  });
});
