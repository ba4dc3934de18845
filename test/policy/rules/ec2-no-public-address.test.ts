import { UNKNOWN, type Value } from "../../../policies/core/value";
import { configuration, fleet, instance, spot, template } from "../../support/machines";
import { resource } from "../../support/policy";
import { describeRule } from "../../support/rule-table";

const PRIVATE = { associatePublicIpAddress: false };
const found = (path: string, value: string, wanted = "false") => `it: ${path} ${value}; wanted ${wanted}.`;
const address = (type: string) => resource(type, {});
const balancer = (props: Record<string, Value>, module = "lb") =>
  resource(`aws:${module}/loadBalancer:LoadBalancer`, props);
const PUBLIC = 'it is "a public address"; wanted no public address.';

describeRule("ec2-no-public-address", {
  passes: [
    ["none", instance({ ...PRIVATE, ipv6AddressCount: 0, ipv6Addresses: [], enablePrimaryIpv6: false })],
    [
      "none as text",
      template({ networkInterfaces: [{ associatePublicIpAddress: "false", ipv6AddressCount: "0" }] }),
    ],
    [
      "an interface that is there already",
      instance({ networkInterfaces: [{ networkInterfaceId: "eni-1" }] }),
    ],
    ["a template with such", template({ networkInterfaces: [{ networkInterfaceId: "eni-1" }] })],
    ["an interface without IPv6", resource("aws:ec2/networkInterface:NetworkInterface", {})],
    ["a spot fleet", fleet(PRIVATE)],
    ["an internal balancer", balancer({ internal: "true" })],
    ["a balancer before appliances", balancer({ loadBalancerType: "gateway" })],
  ],
  refuses: [
    ["one", instance({ associatePublicIpAddress: true }), found("associatePublicIpAddress", "is true")],
    ["what the subnet decides", spot({}), found("associatePublicIpAddress", "is absent")],
    [
      "what the subnet decides, with no interface in the list",
      instance({ networkInterfaces: [] }),
      found("associatePublicIpAddress", "is absent"),
    ],
    [
      "one in a launch configuration",
      configuration({ associatePublicIpAddress: "true" }),
      found("associatePublicIpAddress", 'is "true"'),
    ],
    [
      "one in a template",
      template({ networkInterfaces: [{ associatePublicIpAddress: "true" }] }),
      found("networkInterfaces[0].associatePublicIpAddress", 'is "true"'),
    ],
    [
      "a template's interface that leaves it to the subnet",
      template({ networkInterfaces: [{}] }),
      found("networkInterfaces[0].associatePublicIpAddress", "is absent"),
    ],
    [
      "a template that leaves it to the subnet",
      template({}),
      found("networkInterfaces[0].associatePublicIpAddress", "is absent"),
    ],
    [
      "one in a spot fleet",
      fleet({ associatePublicIpAddress: true }),
      found("launchSpecifications[0].associatePublicIpAddress", "is true"),
    ],
    [
      "an IPv6 address",
      instance({ ...PRIVATE, ipv6AddressCount: 1 }),
      found("ipv6AddressCount", "is 1", "no public address"),
    ],
    [
      "an IPv6 address by itself",
      instance({ ...PRIVATE, ipv6Addresses: ["2001:db8::1"] }),
      found("ipv6Addresses", 'is ["2001:db8::1"]', "no public address"),
    ],
    [
      "an IPv6 prefix in a template",
      template({ networkInterfaces: [{ ...PRIVATE, ipv6PrefixCount: 1 }] }),
      found("networkInterfaces[0].ipv6PrefixCount", "is 1", "no public address"),
    ],
    [
      "a carrier's address in a template",
      template({ networkInterfaces: [{ ...PRIVATE, associateCarrierIpAddress: "true" }] }),
      found("networkInterfaces[0].associateCarrierIpAddress", 'is "true"', "no public address"),
    ],
    [
      "an interface with IPv6",
      resource("aws:ec2/networkInterface:NetworkInterface", { ipv6AddressLists: ["2001:db8::1"] }),
      found("ipv6AddressLists", 'is ["2001:db8::1"]', "no public address"),
    ],
    ["a balancer", balancer({}), found("internal", "is absent", "true")],
    [
      "a balancer by its older name",
      balancer({ internal: false }, "alb"),
      found("internal", "is false", "true"),
    ],
    ["a classic balancer", balancer({ internal: "false" }, "elb"), found("internal", 'is "false"', "true")],
    ["an Elastic IP", address("aws:ec2/eip:Eip"), PUBLIC],
    ["its association", address("aws:ec2/eipAssociation:EipAssociation"), PUBLIC],
    ["Lightsail's", address("aws:lightsail/staticIp:StaticIp"), PUBLIC],
    ["its attachment", address("aws:lightsail/staticIpAttachment:StaticIpAttachment"), PUBLIC],
  ],
  unknown: [
    ["it", instance({ associatePublicIpAddress: UNKNOWN }), "it: associatePublicIpAddress"],
    ["whether a balancer is internal", balancer({ internal: UNKNOWN }), "it: internal"],
    ["a template's interfaces", template({ networkInterfaces: UNKNOWN }), "it: networkInterfaces"],
  ],
});
