import { describe, expect, it } from "vitest";
import { UNKNOWN, type Value } from "../../../policies/core/value";
import { look, resource } from "../../support/policy";

const ID = "stack-one-public-way";
const eip = (name: string, props: Record<string, Value> = {}) => resource("aws:ec2/eip:Eip", props, name);
const machine = (name: string, props: Record<string, Value>) =>
  resource("aws:ec2/instance:Instance", props, name);
const listener = (name: string, props: Record<string, Value> = {}) =>
  resource("aws:lb/listener:Listener", props, name);
const balancer = (internal: Value) =>
  resource("aws:alb/loadBalancer:LoadBalancer", { internal, arn: "arn" }, "lb");
const group = (name: string, range: string) =>
  resource(
    "aws:ec2/securityGroup:SecurityGroup",
    { ingress: [{ protocol: "tcp", fromPort: 443, toPort: 443, cidrBlocks: [range] }] },
    name,
  );

describe(ID, () => {
  it.each([
    [
      resource("docker:index/container:Container", {
        ports: [
          { internal: 8443, external: 443, ip: "0.0.0.0" },
          { internal: 8444, external: 443, ip: "::" },
        ],
      }),
    ],
    [resource("docker:index/container:Container", {})],
  ])("passes $name with $props", (it) => {
    expect(look(ID, it)).toEqual({ violations: [], unknown: [] });
  });

  it.each([
    {
      it: resource("docker:index/container:Container", { ports: [{ external: 443 }, { external: 80 }] }),
      messages: ["it: ports[1].external is 80; wanted one way in, 443 of it."],
    },
    {
      it: resource("docker:index/container:Container", { ports: [{ external: 443 }, { internal: 22 }] }),
      messages: ['it: ports[1].external is "it ports[1]"; wanted one way in, 443 of it.'],
    },
    {
      it: resource("docker:index/container:Container", { ports: [{ external: "443" }, { external: 9145 }] }),
      messages: ["it: ports[1].external is 9145; wanted one way in, 443 of it."],
    },
  ])("refuses $it.props", ({ it, messages }) => {
    expect(look(ID, it).violations).toEqual(messages);
  });

  it.each([
    { it: resource("docker:index/container:Container", { ports: UNKNOWN }), paths: ["it: ports"] },
    {
      it: resource("docker:index/container:Container", { ports: [{ external: 443 }, { external: UNKNOWN }] }),
      paths: ["it: ports[1].external"],
    },
  ])("looks again when $paths is known", ({ it, paths }) => {
    expect(look(ID, it)).toEqual({ violations: [], unknown: paths });
  });

  it.each([
    [
      "the address of one machine",
      [eip("e", { instance: "i-1" }), machine("m", { id: "i-1", associatePublicIpAddress: true })],
    ],
    [
      "an address that is associated",
      [
        eip("e"),
        machine("m", { associatePublicIpAddress: true }),
        resource(
          "aws:ec2/eipAssociation:EipAssociation",
          { allocationId: UNKNOWN, instanceId: UNKNOWN },
          "a",
        ),
      ],
    ],
    [
      "the address of a NAT gateway beside it",
      [
        eip("e"),
        eip("n", { id: "eip-1" }),
        resource("aws:ec2/natGateway:NatGateway", { allocationId: "eip-1" }, "nat"),
      ],
    ],
    [
      "the address of a NAT gateway before ids are known",
      [eip("e"), eip("n"), resource("aws:ec2/natGateway:NatGateway", { allocationId: UNKNOWN }, "nat")],
    ],
    ["a listener within", [eip("e"), listener("l", { loadBalancerArn: "arn" }), balancer(true)]],
    [
      "what a component says of its ports",
      [resource("comfy:index:Pod", { ports: [{ external: 443 }, { external: 80 }] })],
    ],
    ["one open group beside narrow ones", [group("a", "0.0.0.0/0"), group("b", "203.0.113.0/24")]],
  ])("passes %s", (_, resources) => {
    expect(look(ID, ...resources)).toEqual({ violations: [], unknown: [] });
  });

  it.each([
    ["two addresses", [eip("a"), eip("b")], 'b is "an Elastic IP"; wanted one way in, an Elastic IP of a.'],
    [
      "a second machine",
      [
        eip("a", { instance: "i-1" }),
        machine("m", { id: "i-1" }),
        machine("n", { id: "i-2", associatePublicIpAddress: "true" }),
      ],
      'n is "a public address"; wanted one way in, an Elastic IP of a.',
    ],
    [
      "a machine with IPv6",
      [eip("a"), machine("n", { ipv6AddressCount: 1 })],
      'n is "a public address"; wanted one way in, an Elastic IP of a.',
    ],
    [
      "two listeners",
      [listener("a", { port: 443 }), listener("b", { port: 80 })],
      'b: port is "a listener"; wanted one way in, a listener of a.',
    ],
    [
      "a listener of what may be public",
      [eip("a"), listener("b", { loadBalancerArn: "arn" }), balancer(undefined)],
      'b: port is "a listener"; wanted one way in, an Elastic IP of a.',
    ],
    [
      "an older load balancer",
      [eip("a"), resource("aws:elb/loadBalancer:LoadBalancer", { listeners: [{ lbPort: 443 }] }, "b")],
      'b: listeners[0] is "a listener"; wanted one way in, an Elastic IP of a.',
    ],
    [
      "a service with an address",
      [eip("a"), resource("aws:cloudfront/distribution:Distribution", {}, "b")],
      'b is "a service with an address of its own"; wanted one way in, an Elastic IP of a.',
    ],
    [
      "two open groups",
      [group("a", "0.0.0.0/0"), group("b", "::/0")],
      'b: ingress[0].cidrBlocks[0] is "::/0"; wanted one way in, 0.0.0.0/0 of a.',
    ],
    [
      "the same port on two containers",
      [
        resource("docker:index/container:Container", { ports: [{ external: 443, ip: "192.0.2.1" }] }, "a"),
        resource("docker:index/container:Container", { ports: [{ external: 443, ip: "192.0.2.2" }] }, "b"),
      ],
      "b: ports[0].external is 443; wanted one way in, 443 of a.",
    ],
    [
      "a service of a swarm",
      [
        resource("docker:index/service:Service", {
          endpointSpec: { ports: [{ publishedPort: 443 }, { publishedPort: 80 }] },
        }),
      ],
      "it: endpointSpec.ports[1].publishedPort is 80; wanted one way in, 443 of it.",
    ],
  ])("refuses %s", (_, resources, message) => {
    expect(look(ID, ...resources)).toEqual({ violations: [message], unknown: [] });
  });

  it("looks again when an address is known", () => {
    expect(look(ID, machine("m", { associatePublicIpAddress: UNKNOWN })).unknown).toEqual([
      "m: associatePublicIpAddress",
    ]);
  });
});
