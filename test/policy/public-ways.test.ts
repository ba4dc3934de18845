import { describe, expect, it } from "vitest";
import type { Resource } from "../../policies/core/resource";
import type { Report } from "../../policies/core/rule";
import { UNKNOWN, type Value } from "../../policies/core/value";
import { openGroups, publicWays } from "../../policies/facts/public-ways";
import { resource } from "../support/policy";

const of = (type: string) => (props: Record<string, Value>, name?: string) =>
  resource(`aws:${type}`, props, name);
const [instance, eip, association] = [
  of("ec2/instance:Instance"),
  of("ec2/eip:Eip"),
  of("ec2/eipAssociation:EipAssociation"),
];
const [nat, listener, balancer] = [
  of("ec2/natGateway:NatGateway"),
  of("lb/listener:Listener"),
  of("lb/loadBalancer:LoadBalancer"),
];
const classic = of("elb/loadBalancer:LoadBalancer");

/** The ways as `name path: what`, and what is not known. */
function read(reading: (report: Report) => ReturnType<typeof publicWays>) {
  const unknown: string[] = [];
  const ways = reading({ violation: () => {}, unknown: (one, path) => unknown.push(`${one.name}: ${path}`) });
  return {
    ways: ways.map(({ resource: one, path, what }) => `${one.name}${path === "" ? "" : ` ${path}`}: ${what}`),
    unknown,
  };
}
const ways = (...resources: Resource[]) => read((report) => publicWays(resources, report));
const found = (...all: string[]) => ({ ways: all, unknown: [] });

describe("publicWays", () => {
  it.each<[string, Record<string, Value>]>([
    ["an address", { associatePublicIpAddress: true }],
    ["an address, as text", { associatePublicIpAddress: "true" }],
    ["an address, as a digit", { associatePublicIpAddress: "1" }],
    ["addresses of IPv6", { ipv6AddressCount: 1 }],
    ["one address of IPv6", { ipv6Addresses: [UNKNOWN] }],
    ["a first address of IPv6", { enablePrimaryIpv6: true }],
  ])("are machines with %s", (_, props) => {
    expect(ways(instance(props)).ways).toEqual(["it: a public address"]);
    expect(ways(of("ec2/spotInstanceRequest:SpotInstanceRequest")(props)).ways).toEqual([
      "it: a public address",
    ]);
  });

  it("are no other machines", () => {
    expect(
      ways(
        instance({}),
        instance({ associatePublicIpAddress: false, ipv6AddressCount: 0, ipv6Addresses: [] }),
        instance({ ipv6AddressCount: "0", enablePrimaryIpv6: "false" }),
      ),
    ).toEqual(found());
    expect(ways(of("ec2/vpc:Vpc")({ associatePublicIpAddress: true }))).toEqual(found());
    for (const path of ["associatePublicIpAddress", "ipv6AddressCount", "ipv6Addresses"]) {
      expect(ways(instance({ [path]: UNKNOWN }))).toEqual({ ways: [], unknown: [`it: ${path}`] });
    }
  });

  it("are interfaces with an address of IPv6, whose Elastic IP takes its place", () => {
    const nic = of("ec2/networkInterface:NetworkInterface");
    const open = nic({ id: "eni-1", ipv6AddressLists: ["2001:db8::1"] }, "nic");
    expect(ways(open, nic({ ipv6AddressCount: 0, ipv6PrefixCount: "0", ipv6Prefixes: [] }))).toEqual(
      found("nic: a public address"),
    );
    expect(ways(open, eip({ networkInterface: "eni-1" }, "ip"))).toEqual(found("ip: an Elastic IP"));
    expect(ways(open, eip({ instance: UNKNOWN }, "ip"))).toEqual(
      found("ip: an Elastic IP", "nic: a public address"),
    );
    const joined = association({ allocationId: "e-1", networkInterfaceId: "eni-1" });
    expect(ways(open, eip({ id: "e-1" }, "ip"), joined)).toEqual(found("ip: an Elastic IP"));
  });

  it("are Elastic IPs from elsewhere, which only an association names", () => {
    const machine = instance({ id: "i-1", associatePublicIpAddress: true }, "vm");
    const theirs = association({ allocationId: "e-2", instanceId: "i-1" }, "theirs");
    expect(ways(machine, theirs)).toEqual(found("theirs: an Elastic IP"));
    expect(ways(eip({ id: "e-1" }, "ip"), theirs)).toEqual(
      found("ip: an Elastic IP", "theirs: an Elastic IP"),
    );
    expect(ways(association({ publicIp: UNKNOWN }, "theirs"))).toEqual(found("theirs: an Elastic IP"));
  });

  it("takes an association for an Elastic IP's by the address, too", () => {
    const ip = eip({ id: "e-1", publicIp: "192.0.2.1" }, "ip");
    const machine = instance({ id: "i-1", associatePublicIpAddress: true }, "vm");
    const joined = (publicIp: Value) => association({ publicIp, instanceId: "i-1" }, "joined");
    expect(ways(ip, machine, joined("192.0.2.1"))).toEqual(found("ip: an Elastic IP"));
    expect(ways(eip({}, "ip"), machine, joined(UNKNOWN))).toEqual(found("ip: an Elastic IP"));
    expect(ways(ip, machine, joined("192.0.2.2"))).toEqual(
      found("ip: an Elastic IP", "joined: an Elastic IP"),
    );
  });

  it("count an Elastic IP in the place of its machine's address", () => {
    const machine = instance({ id: "i-1", associatePublicIpAddress: true }, "vm");
    const other = instance({ id: "i-2", associatePublicIpAddress: true }, "other");
    const both = found("ip: an Elastic IP", "other: a public address");
    expect(ways(machine, other, eip({ instance: "i-1" }, "ip"))).toEqual(both);
    expect(ways(machine, other, eip({ instance: UNKNOWN }, "ip"))).toEqual(both);
    const joined = (allocationId: Value, instanceId: Value) => association({ allocationId, instanceId });
    expect(ways(machine, other, eip({ id: "e-1" }, "ip"), joined("e-1", "i-1"))).toEqual(both);
    expect(ways(machine, other, eip({}, "ip"), joined(UNKNOWN, UNKNOWN))).toEqual(both);
    const three = found("ip: an Elastic IP", "vm: a public address", "other: a public address");
    expect(ways(machine, other, eip({ id: "e-1" }, "ip"), joined("e-2", "i-1"))).toEqual(
      found("ip: an Elastic IP", "it: an Elastic IP", "other: a public address"),
    );
    expect(ways(machine, other, eip({ id: "e-1" }, "ip"), joined("e-1", "i-3"))).toEqual(three);
    expect(ways(machine, other, eip({ instance: "i-3" }, "ip"))).toEqual(three);
    expect(ways(machine, other, eip({}, "ip"))).toEqual(three);
  });

  it("are no Elastic IPs of NAT gateways", () => {
    expect(ways(eip({ id: "e-1" }, "a"), eip({ id: "e-2" }, "b"), nat({ allocationId: "e-1" }))).toEqual(
      found("b: an Elastic IP"),
    );
    expect(ways(eip({}, "a"), eip({}, "b"), nat({ allocationId: UNKNOWN }))).toEqual(
      found("a: an Elastic IP"),
    );
    expect(ways(nat({ allocationId: UNKNOWN }))).toEqual(found());
    const machine = instance({ id: "i-1", associatePublicIpAddress: true }, "vm");
    expect(
      ways(eip({}, "a"), eip({ instance: "i-1" }, "b"), machine, nat({ allocationId: UNKNOWN })),
    ).toEqual(found("a: an Elastic IP"));
    const more = of("ec2/natGatewayEipAssociation:NatGatewayEipAssociation");
    expect(ways(eip({ id: "e-1" }), more({ allocationId: "e-1" }))).toEqual(found());
  });

  it.each<[string, Resource]>([
    ["a NAT gateway's second", nat({ secondaryAllocationIds: ["e-2", "e-1"] })],
    ["a regional NAT gateway's", nat({ availabilityZoneAddresses: [{ allocationIds: ["e-1"] }] })],
    ["a load balancer's, whose listeners count", balancer({ subnetMappings: [{ allocationId: "e-1" }] })],
    ["a load balancer's, not known yet", balancer({ subnetMappings: [{ allocationId: UNKNOWN }] })],
  ])("are no Elastic IPs that are %s", (_, owner) => {
    expect(ways(eip({ id: "e-1" }), owner)).toEqual(found());
  });

  it.each(["lb", "alb"])("are listeners of a %s that is not internal", (kind) => {
    const [one, owner] = [of(`${kind}/listener:Listener`), of(`${kind}/loadBalancer:LoadBalancer`)];
    const internal = owner({ arn: "a", internal: true });
    expect(ways(one({ loadBalancerArn: "a" }), internal)).toEqual(found());
    expect(ways(one({ loadBalancerArn: UNKNOWN }), owner({ internal: "true" }))).toEqual(found());
    expect(ways(one({ loadBalancerArn: "b" }), internal)).toEqual(found("it port: a listener"));
    expect(ways(one({ loadBalancerArn: UNKNOWN }), internal, owner({ arn: "b" }))).toEqual(
      found("it port: a listener"),
    );
    expect(ways(one({ loadBalancerArn: "a" }))).toEqual(found("it port: a listener"));
  });

  it("takes a listener for its balancer's by the id, too", () => {
    expect(
      ways(
        listener({ loadBalancerArn: "a" }),
        balancer({ id: "a", internal: true }),
        balancer({ id: "b" }, "b"),
      ),
    ).toEqual(found());
  });

  it("are each listener of a classic balancer that is not internal", () => {
    expect(ways(classic({ listeners: [{}, {}] }))).toEqual(
      found("it listeners[0]: a listener", "it listeners[1]: a listener"),
    );
    expect(ways(classic({ listeners: UNKNOWN }))).toEqual(found("it listeners[0]: a listener"));
    expect(ways(classic({ listeners: [{}], internal: true }))).toEqual(found());
  });

  it.each([
    ...["apigateway/restApi:RestApi", "apigatewayv2/api:Api", "cloudfront/distribution:Distribution"],
    ...[
      "globalaccelerator/accelerator:Accelerator",
      "lambda/functionUrl:FunctionUrl",
      "apprunner/service:Service",
    ],
    ...["amplify/app:App", "ec2/vpcEndpointService:VpcEndpointService", "lightsail/instance:Instance"],
    ...["lightsail/lb:Lb", "lightsail/containerService:ContainerService"],
  ])("are %s", (type) => {
    expect(ways(of(type)({}))).toEqual(found("it: a service with an address of its own"));
  });

  it("are no services that only sound alike", () => {
    expect(
      ways(
        of("lambda/function:Function")({}),
        of("amplify/appX:AppX")({}),
        resource("my:aws:amplify/app:App", {}),
      ),
    ).toEqual(found());
  });
});

describe("openGroups", () => {
  const rule = of("vpc/securityGroupIngressRule:SecurityGroupIngressRule");
  const group = of("ec2/securityGroup:SecurityGroup");
  const open = (...resources: Resource[]) => read((report) => openGroups(resources, report));

  it("are those that let the world in, each once, with its first such rule", () => {
    expect(
      open(
        rule({ securityGroupId: "a", cidrIpv4: "10.0.0.0/8", ipProtocol: "tcp" }, "narrow"),
        rule({ securityGroupId: "a", cidrIpv4: "0.0.0.0/0", ipProtocol: "tcp" }, "wide"),
        rule({ securityGroupId: "a", cidrIpv6: "::/0", ipProtocol: "tcp" }, "again"),
        rule({ securityGroupId: UNKNOWN, cidrIpv6: "::/0", ipProtocol: "tcp" }, "somebody's"),
        rule({ securityGroupId: UNKNOWN, cidrIpv6: "::/0", ipProtocol: "tcp" }, "somebody's too"),
        group({ ingress: [{ cidrBlocks: ["x", "10.0.0.0/8", "0.0.0.0/0"] }] }, "inline"),
      ),
    ).toEqual(
      found(
        "wide cidrIpv4: 0.0.0.0/0",
        "somebody's cidrIpv6: ::/0",
        "inline ingress[0].cidrBlocks[2]: 0.0.0.0/0",
      ),
    );
  });

  it("are none by what goes out, by other peers, or by what is not known", () => {
    expect(
      open(
        group({
          egress: [{ cidrBlocks: ["0.0.0.0/0"] }],
          ingress: [{ cidrBlocks: [UNKNOWN], prefixListIds: ["0.0.0.0/0"] }],
        }),
        group({ ingress: UNKNOWN }, "later"),
      ),
    ).toEqual({ ways: [], unknown: ["later: ingress"] });
  });
});
