import type { Resource } from "../../../policies/core/resource";
import { UNKNOWN, type Value } from "../../../policies/core/value";
import { configuration, fleet, instance, template } from "../../support/machines";
import { resource } from "../../support/policy";
import { describeRule } from "../../support/rule-table";

const own = resource("aws:ec2/securityGroup:SecurityGroup", { id: "sg-1" }, "own");
const ENDPOINT = "aws:ec2/vpcEndpoint:VpcEndpoint";
const known = resource(
  "aws:ec2/networkInterface:NetworkInterface",
  { id: "eni-1", securityGroups: ["sg-1"] },
  "eni",
);
const nic = (securityGroups: Value) =>
  resource("aws:ec2/networkInterface:NetworkInterface", { securityGroups });
const attached = (securityGroupId: Value) =>
  resource("aws:ec2/networkInterfaceSecurityGroupAttachment:NetworkInterfaceSecurityGroupAttachment", {
    securityGroupId,
  });
const balancer = (props: Record<string, Value>) => resource("aws:lb/loadBalancer:LoadBalancer", props);
const joined = (networkInterfaceId: Value) =>
  resource("aws:ec2/networkInterfaceAttachment:NetworkInterfaceAttachment", { networkInterfaceId });
const theirs = (path: string, found: string) =>
  `it: ${path} is "${found}"; wanted a network interface of this stack.`;
const refused = (path: string, found: string) =>
  `it: ${path} ${found}; wanted a security group of this stack.`;

describeRule("ec2-known-security-groups", {
  passes: [
    ["the stack's own", [own, instance({ vpcSecurityGroupIds: ["sg-1"] })]],
    [
      "before ids are known",
      [own, instance({ vpcSecurityGroupIds: [UNKNOWN] }), template({ vpcSecurityGroupIds: UNKNOWN })],
    ],
    [
      "an interface that is there already",
      [own, nic(["sg-1"]), instance({ networkInterfaces: [{ networkInterfaceId: UNKNOWN }] })],
    ],
    [
      "the interface that AWS made for it, and reports",
      [
        own,
        instance({
          vpcSecurityGroupIds: ["sg-1"],
          primaryNetworkInterfaceId: "eni-3",
          primaryNetworkInterface: { networkInterfaceId: "eni-3" },
          networkInterfaces: [{ networkInterfaceId: "eni-3" }],
        }),
      ],
    ],
    [
      "the interface that AWS will make for it",
      [own, instance({ vpcSecurityGroupIds: ["sg-1"], primaryNetworkInterface: UNKNOWN })],
    ],
    ["a balancer whose type is not known yet", balancer({ loadBalancerType: UNKNOWN })],
    ["an interface that joins later", [own, known, joined("eni-1")]],
    [
      "a template's",
      [
        own,
        template({ networkInterfaces: [{ securityGroups: ["sg-1"] }] }),
        instance({ launchTemplate: { id: UNKNOWN } }),
      ],
    ],
    ["a launch configuration", [own, configuration({ securityGroups: ["sg-1"] })]],
    ["no group by name", [own, instance({ vpcSecurityGroupIds: ["sg-1"], securityGroups: [] })]],
    [
      "a machine with an interface",
      [own, known, instance({ primaryNetworkInterface: { networkInterfaceId: "eni-1" } })],
    ],
    ["a template's own", [own, template({ vpcSecurityGroupIds: ["sg-1"] })]],
    [
      "a template with an interface that is there",
      [own, known, template({ networkInterfaces: [{ networkInterfaceId: "eni-1" }] })],
    ],
    ["a gateway endpoint, which takes none", resource(ENDPOINT, { vpcEndpointType: "Gateway" })],
    ["an endpoint that is one if nobody says", resource(ENDPOINT, {})],
    [
      "an endpoint before appliances, which takes none",
      resource(ENDPOINT, { vpcEndpointType: "GatewayLoadBalancer" }),
    ],
    ["a balancer before appliances, which takes none", balancer({ loadBalancerType: "gateway" })],
    ["a balancer with one", [own, balancer({ loadBalancerType: "network", securityGroups: ["sg-1"] })]],
  ],
  refuses: [
    ["none: the default group", [own, instance({})], refused("vpcSecurityGroupIds", "is absent")],
    ["an empty list", [own, instance({ vpcSecurityGroupIds: [] })], refused("vpcSecurityGroupIds", "is []")],
    [
      "one from elsewhere",
      [own, instance({ vpcSecurityGroupIds: ["sg-1", "sg-2"] })],
      refused("vpcSecurityGroupIds[1]", 'is "sg-2"'),
    ],
    [
      "any in a stack without",
      instance({ vpcSecurityGroupIds: [UNKNOWN] }),
      refused("vpcSecurityGroupIds[0]", 'is "a group that is not of this stack"'),
    ],
    [
      "a group by name",
      [own, instance({ vpcSecurityGroupIds: ["sg-1"], securityGroups: ["default"] })],
      'it: securityGroups is ["default"]; wanted vpcSecurityGroupIds: a name is one of the default VPC.',
    ],
    [
      "a template's interface without",
      [own, template({ networkInterfaces: [{}] })],
      refused("networkInterfaces[0].securityGroups", "is absent"),
    ],
    ["a template without", [own, template({})], refused("vpcSecurityGroupIds", "is absent")],
    [
      "a template's interface with one from elsewhere",
      [own, template({ networkInterfaces: [{ securityGroups: ["sg-2"] }] })],
      refused("networkInterfaces[0].securityGroups[0]", 'is "sg-2"'),
    ],
    [
      "no interface in a list of them",
      [own, instance({ networkInterfaces: [] })],
      refused("vpcSecurityGroupIds", "is absent"),
    ],
    [
      "a template's group by name",
      [own, template({ vpcSecurityGroupIds: ["sg-1"], securityGroupNames: ["default"] })],
      'it: securityGroupNames is ["default"]; wanted vpcSecurityGroupIds: a name is one of the default VPC.',
    ],
    [
      "one from elsewhere in a launch configuration",
      [own, configuration({ securityGroups: ["sg-2"] })],
      refused("securityGroups[0]", 'is "sg-2"'),
    ],
    [
      "one before an endpoint",
      [
        own,
        resource("aws:ec2/securityGroupAssociation:SecurityGroupAssociation", { securityGroupId: "sg-2" }),
      ],
      refused("securityGroupId", 'is "sg-2"'),
    ],
    [
      "a file system's",
      [own, resource("aws:efs/mountTarget:MountTarget", { securityGroups: ["sg-2"] })],
      refused("securityGroups[0]", 'is "sg-2"'),
    ],
    [
      "an endpoint's own",
      [own, resource("aws:ec2/vpcEndpoint:VpcEndpoint", { securityGroupIds: ["sg-2"] })],
      refused("securityGroupIds[0]", 'is "sg-2"'),
    ],
    ...["lb", "elb"].map((module): [string, Resource[], string] => [
      `a load balancer's of ${module}`,
      [own, resource(`aws:${module}/loadBalancer:LoadBalancer`, { securityGroups: ["sg-2"] })],
      refused("securityGroups[0]", 'is "sg-2"'),
    ]),
    ["a balancer without: the default group", balancer({}), refused("securityGroups", "is absent")],
    [
      "a network's without: everybody",
      balancer({ loadBalancerType: "network", securityGroups: [] }),
      refused("securityGroups", "is []"),
    ],
    [
      "a classic one without",
      resource("aws:elb/loadBalancer:LoadBalancer", {}),
      refused("securityGroups", "is absent"),
    ],
    [
      "an endpoint with an interface, without",
      resource(ENDPOINT, { vpcEndpointType: "Interface" }),
      refused("securityGroupIds", "is absent"),
    ],
    [
      "an interface from elsewhere",
      [own, known, instance({ primaryNetworkInterface: { networkInterfaceId: "eni-2" } })],
      theirs("primaryNetworkInterface.networkInterfaceId", "eni-2"),
    ],
    [
      "an interface from elsewhere, as it was written once",
      [own, instance({ networkInterfaces: [{ networkInterfaceId: UNKNOWN }] })],
      theirs("networkInterfaces[0].networkInterfaceId", "one that is not of this stack"),
    ],
    [
      "an interface from elsewhere in a template",
      [own, template({ networkInterfaces: [{ networkInterfaceId: "eni-2" }] })],
      theirs("networkInterfaces[0].networkInterfaceId", "eni-2"),
    ],
    ["one that joins later", [own, joined("eni-2")], theirs("networkInterfaceId", "eni-2")],
    ["a launch configuration without", [own, configuration({})], refused("securityGroups", "is absent")],
    [
      "a spot fleet's",
      [own, fleet({ vpcSecurityGroupIds: ["sg-2"] })],
      refused("launchSpecifications[0].vpcSecurityGroupIds[0]", 'is "sg-2"'),
    ],
    ["an interface without", [own, nic(undefined)], refused("securityGroups", "is absent")],
    ["one that is attached later", [own, attached("sg-2")], refused("securityGroupId", 'is "sg-2"')],
    [
      "a load balancer's",
      [own, resource("aws:alb/loadBalancer:LoadBalancer", { securityGroups: ["sg-2"] })],
      refused("securityGroups[0]", 'is "sg-2"'),
    ],
  ],
  unknown: [
    ["whether it has interfaces", [own, instance({ networkInterfaces: UNKNOWN })], "it: networkInterfaces"],
    [
      "a spot fleet's machines",
      [own, resource("aws:ec2/spotFleetRequest:SpotFleetRequest", { launchSpecifications: UNKNOWN })],
      "it: launchSpecifications",
    ],
  ],
});
