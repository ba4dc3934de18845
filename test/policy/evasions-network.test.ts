import { describe, expect, it as test } from "vitest";
import type { Resource } from "../../policies/core/resource";
import { resource as it, look } from "../support/policy";

type Evasion = readonly [rule: string, how: string, resources: Resource[], messages: string[]];

/** Each went past the rules once. */
const EVASIONS: Evasion[] = [
  [
    "sg-ssh-only-from-narrow-ranges",
    "fromPort > toPort",
    [
      it("aws:ec2/securityGroup:SecurityGroup", {
        ingress: [{ protocol: "tcp", fromPort: 443, toPort: 22, cidrBlocks: ["10.0.0.0/8"] }],
      }),
    ],
    ['it: ingress[0].cidrBlocks[0] is "10.0.0.0/8"; wanted a range of at most /24 or /64 for SSH.'],
  ],
  [
    "sg-no-world-ingress",
    "cidr 64:ff9b::/96",
    [
      it("aws:ec2/securityGroup:SecurityGroup", {
        ingress: [{ protocol: "tcp", fromPort: 443, toPort: 443, cidrBlocks: ["64:ff9b::/96"] }],
      }),
    ],
    ['it: ingress[0].cidrBlocks[0] is "64:ff9b::/96"; wanted the ranges of those who need it.'],
  ],
  [
    "sg-no-world-ingress",
    "cidr 0.0.0.0/+0",
    [
      it("aws:ec2/securityGroup:SecurityGroup", {
        ingress: [{ protocol: "tcp", fromPort: 443, toPort: 443, cidrBlocks: ["0.0.0.0/+0"] }],
      }),
    ],
    ['it: ingress[0].cidrBlocks[0] is "0.0.0.0/+0"; wanted a CIDR block, such as 203.0.113.0/24.'],
  ],
  [
    "sg-no-world-ingress",
    "cidr *",
    [
      it("aws:ec2/securityGroup:SecurityGroup", {
        ingress: [{ protocol: "tcp", fromPort: 443, toPort: 443, cidrBlocks: ["*"] }],
      }),
    ],
    ['it: ingress[0].cidrBlocks[0] is "*"; wanted a CIDR block, such as 203.0.113.0/24.'],
  ],
  [
    "sg-no-world-ingress",
    "cidr any",
    [
      it("aws:ec2/securityGroup:SecurityGroup", {
        ingress: [{ protocol: "tcp", fromPort: 443, toPort: 443, cidrBlocks: ["any"] }],
      }),
    ],
    ['it: ingress[0].cidrBlocks[0] is "any"; wanted a CIDR block, such as 203.0.113.0/24.'],
  ],
  [
    "sg-no-world-ingress",
    "cidr 0.0.0.0 /0",
    [
      it("aws:ec2/securityGroup:SecurityGroup", {
        ingress: [{ protocol: "tcp", fromPort: 443, toPort: 443, cidrBlocks: ["0.0.0.0 /0"] }],
      }),
    ],
    ['it: ingress[0].cidrBlocks[0] is "0.0.0.0 /0"; wanted a CIDR block, such as 203.0.113.0/24.'],
  ],
  [
    "sg-no-world-ingress",
    "cidr 0.0.0.0/0,10.0.0.0/8",
    [
      it("aws:ec2/securityGroup:SecurityGroup", {
        ingress: [{ protocol: "tcp", fromPort: 443, toPort: 443, cidrBlocks: ["0.0.0.0/0,10.0.0.0/8"] }],
      }),
    ],
    ['it: ingress[0].cidrBlocks[0] is "0.0.0.0/0,10.0.0.0/8"; wanted a CIDR block, such as 203.0.113.0/24.'],
  ],
  [
    "sg-no-world-ingress",
    "cidr 0.0.0.0-255.255.255.255",
    [
      it("aws:ec2/securityGroup:SecurityGroup", {
        ingress: [{ protocol: "tcp", fromPort: 443, toPort: 443, cidrBlocks: ["0.0.0.0-255.255.255.255"] }],
      }),
    ],
    [
      'it: ingress[0].cidrBlocks[0] is "0.0.0.0-255.255.255.255"; wanted a CIDR block, such as 203.0.113.0/24.',
    ],
  ],
  [
    "sg-no-world-ingress",
    "cidr 0.0.0.0/0.0.0.0",
    [
      it("aws:ec2/securityGroup:SecurityGroup", {
        ingress: [{ protocol: "tcp", fromPort: 443, toPort: 443, cidrBlocks: ["0.0.0.0/0.0.0.0"] }],
      }),
    ],
    ['it: ingress[0].cidrBlocks[0] is "0.0.0.0/0.0.0.0"; wanted a CIDR block, such as 203.0.113.0/24.'],
  ],
  [
    "sg-no-world-ingress",
    "cidr ::ffff:0:0/95",
    [
      it("aws:ec2/securityGroup:SecurityGroup", {
        ingress: [{ protocol: "tcp", fromPort: 443, toPort: 443, cidrBlocks: ["::ffff:0:0/95"] }],
      }),
    ],
    ['it: ingress[0].cidrBlocks[0] is "::ffff:0:0/95"; wanted the ranges of those who need it.'],
  ],
  [
    "sg-no-world-ingress",
    "cidr garbage",
    [
      it("aws:ec2/securityGroup:SecurityGroup", {
        ingress: [{ protocol: "tcp", fromPort: 443, toPort: 443, cidrBlocks: ["garbage"] }],
      }),
    ],
    ['it: ingress[0].cidrBlocks[0] is "garbage"; wanted a CIDR block, such as 203.0.113.0/24.'],
  ],
  [
    "sg-no-world-ingress",
    "halves over different port ranges that overlap",
    [
      it(
        "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
        { securityGroupId: "sg-1", cidrIpv4: "0.0.0.0/8", fromPort: 22, toPort: 22, ipProtocol: "tcp" },
        "a",
      ),
      it(
        "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
        { securityGroupId: "sg-1", cidrIpv4: "1.0.0.0/8", fromPort: 22, toPort: 23, ipProtocol: "tcp" },
        "b",
      ),
      it(
        "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
        { securityGroupId: "sg-1", cidrIpv4: "2.0.0.0/8", fromPort: 21, toPort: 22, ipProtocol: "tcp" },
        "c",
      ),
    ],
    [
      'a: cidrIpv4 is "0.0.0.0/8 + 1.0.0.0/8 + 2.0.0.0/8, together a good part of the internet"; wanted the ranges of those who need it.',
    ],
  ],
  [
    "sg-ssh-only-from-narrow-ranges",
    "source group of an open group",
    [
      it(
        "aws:ec2/securityGroup:SecurityGroup",
        { id: "sg-a", ingress: [{ protocol: "tcp", fromPort: 443, toPort: 443, cidrBlocks: ["0.0.0.0/0"] }] },
        "a",
      ),
      it("aws:ec2/securityGroupRule:SecurityGroupRule", {
        type: "ingress",
        securityGroupId: "sg-b",
        protocol: "tcp",
        fromPort: 22,
        toPort: 22,
        sourceSecurityGroupId: "sg-a",
      }),
    ],
    ['it: sourceSecurityGroupId is "sg-a"; wanted a range of at most /24 or /64 for SSH.'],
  ],
  [
    "sg-ssh-only-from-narrow-ranges",
    "22 from another group",
    [
      it("aws:ec2/securityGroupRule:SecurityGroupRule", {
        type: "ingress",
        securityGroupId: "sg-1",
        protocol: "tcp",
        fromPort: 22,
        toPort: 22,
        sourceSecurityGroupId: "sg-a",
      }),
    ],
    ['it: sourceSecurityGroupId is "sg-a"; wanted a range of at most /24 or /64 for SSH.'],
  ],
  [
    "stack-only-judged-kinds",
    "aws-native group",
    [
      it("aws-native:ec2:SecurityGroup", {
        securityGroupIngress: [{ ipProtocol: "tcp", fromPort: 8188, toPort: 8188, cidrIp: "0.0.0.0/0" }],
      }),
    ],
    ['it is "aws-native:ec2:SecurityGroup"; wanted a kind of resource that the rules look at.'],
  ],
  [
    "stack-only-judged-kinds",
    "aws-native ingress",
    [
      it("aws-native:ec2:SecurityGroupIngress", {
        ipProtocol: "tcp",
        fromPort: 8188,
        toPort: 8188,
        cidrIp: "0.0.0.0/0",
      }),
    ],
    ['it is "aws-native:ec2:SecurityGroupIngress"; wanted a kind of resource that the rules look at.'],
  ],
  [
    "stack-only-judged-kinds",
    "aws-native ingress",
    [
      it("aws-native:ec2:SecurityGroupIngress", {
        ipProtocol: "tcp",
        fromPort: 443,
        toPort: 443,
        cidrIpv6: "::/0",
      }),
    ],
    ['it is "aws-native:ec2:SecurityGroupIngress"; wanted a kind of resource that the rules look at.'],
  ],
  [
    "stack-only-judged-kinds",
    "lightsail ports",
    [
      it("aws:lightsail/instancePublicPorts:InstancePublicPorts", {
        portInfos: [{ fromPort: 8188, toPort: 8188, protocol: "tcp", cidrs: ["0.0.0.0/0"] }],
      }),
    ],
    [
      'it is "aws:lightsail/instancePublicPorts:InstancePublicPorts"; wanted a kind of resource that the rules look at.',
    ],
  ],
  [
    "stack-only-judged-kinds",
    "lightsail ports",
    [
      it("aws:lightsail/instancePublicPorts:InstancePublicPorts", {
        portInfos: [{ fromPort: 443, toPort: 443, protocol: "tcp" }],
      }),
    ],
    [
      'it is "aws:lightsail/instancePublicPorts:InstancePublicPorts"; wanted a kind of resource that the rules look at.',
    ],
  ],
  [
    "vpc-no-default",
    "default vpc dhcp",
    [it("aws:ec2/defaultVpcDhcpOptions:DefaultVpcDhcpOptions", {})],
    ['it is "part of the default VPC"; wanted a VPC of the stack\'s own.'],
  ],
  [
    "stack-only-judged-kinds",
    "aws-native instance",
    [it("aws-native:ec2:Instance", {})],
    ['it is "aws-native:ec2:Instance"; wanted a kind of resource that the rules look at.'],
  ],
  [
    "stack-only-judged-kinds",
    "aws-native template",
    [it("aws-native:ec2:LaunchTemplate", { launchTemplateData: {} })],
    ['it is "aws-native:ec2:LaunchTemplate"; wanted a kind of resource that the rules look at.'],
  ],
  [
    "stack-only-judged-kinds",
    "aws-native instance",
    [it("aws-native:ec2:Instance", {})],
    ['it is "aws-native:ec2:Instance"; wanted a kind of resource that the rules look at.'],
  ],
  [
    "stack-only-judged-kinds",
    "aws-native template",
    [it("aws-native:ec2:LaunchTemplate", { launchTemplateData: {} })],
    ['it is "aws-native:ec2:LaunchTemplate"; wanted a kind of resource that the rules look at.'],
  ],
  [
    "stack-only-judged-kinds",
    "aws-native instance",
    [it("aws-native:ec2:Instance", {})],
    ['it is "aws-native:ec2:Instance"; wanted a kind of resource that the rules look at.'],
  ],
  [
    "stack-only-judged-kinds",
    "aws-native template",
    [it("aws-native:ec2:LaunchTemplate", { launchTemplateData: {} })],
    ['it is "aws-native:ec2:LaunchTemplate"; wanted a kind of resource that the rules look at.'],
  ],
  [
    "stack-only-judged-kinds",
    "aws-native instance",
    [it("aws-native:ec2:Instance", {})],
    ['it is "aws-native:ec2:Instance"; wanted a kind of resource that the rules look at.'],
  ],
  [
    "stack-only-judged-kinds",
    "aws-native template",
    [it("aws-native:ec2:LaunchTemplate", { launchTemplateData: {} })],
    ['it is "aws-native:ec2:LaunchTemplate"; wanted a kind of resource that the rules look at.'],
  ],
  [
    "stack-only-judged-kinds",
    "aws-native instance",
    [it("aws-native:ec2:Instance", {})],
    ['it is "aws-native:ec2:Instance"; wanted a kind of resource that the rules look at.'],
  ],
  [
    "stack-only-judged-kinds",
    "aws-native template",
    [it("aws-native:ec2:LaunchTemplate", { launchTemplateData: {} })],
    ['it is "aws-native:ec2:LaunchTemplate"; wanted a kind of resource that the rules look at.'],
  ],
  [
    "stack-only-judged-kinds",
    "aws-native instance",
    [it("aws-native:ec2:Instance", { imageId: "ami-latest", ami: "ami-latest" })],
    ['it is "aws-native:ec2:Instance"; wanted a kind of resource that the rules look at.'],
  ],
  [
    "stack-only-judged-kinds",
    "aws-native template",
    [
      it("aws-native:ec2:LaunchTemplate", {
        launchTemplateData: { imageId: "ami-latest", ami: "ami-latest" },
      }),
    ],
    ['it is "aws-native:ec2:LaunchTemplate"; wanted a kind of resource that the rules look at.'],
  ],
  [
    "stack-only-judged-kinds",
    "aws-native instance",
    [it("aws-native:ec2:Instance", { userData: "HF_TOKEN=hf_abcdefghijklmnopqrstuvwxyz012345" })],
    ['it is "aws-native:ec2:Instance"; wanted a kind of resource that the rules look at.'],
  ],
  [
    "stack-only-judged-kinds",
    "aws-native template",
    [
      it("aws-native:ec2:LaunchTemplate", {
        launchTemplateData: { userData: "HF_TOKEN=hf_abcdefghijklmnopqrstuvwxyz012345" },
      }),
    ],
    ['it is "aws-native:ec2:LaunchTemplate"; wanted a kind of resource that the rules look at.'],
  ],
  [
    "ec2-known-template",
    "autoscaling group with $Default of unknown template",
    [it("aws:autoscaling/group:Group", { launchTemplate: { id: "lt-123", version: "$Default" } })],
    ['it: launchTemplate.id is "lt-123"; wanted a launch template of this stack.'],
  ],
  [
    "stack-only-judged-kinds",
    "aws-native volume",
    [it("aws-native:ec2:Volume", {})],
    ['it is "aws-native:ec2:Volume"; wanted a kind of resource that the rules look at.'],
  ],
  [
    "stack-only-judged-kinds",
    "aws-native role policies",
    [
      it("aws-native:iam:Role", {
        policies: [{ policyDocument: { Statement: [{ Effect: "Allow", Action: "iam:*", Resource: "*" }] } }],
      }),
    ],
    ['it is "aws-native:iam:Role"; wanted a kind of resource that the rules look at.'],
  ],
  [
    "stack-only-judged-kinds",
    "aws-native managed policy",
    [
      it("aws-native:iam:ManagedPolicy", {
        policyDocument: { Statement: [{ Effect: "Allow", Action: "*", Resource: "*" }] },
      }),
    ],
    ['it is "aws-native:iam:ManagedPolicy"; wanted a kind of resource that the rules look at.'],
  ],
  [
    "stack-only-judged-kinds",
    "aws-native managedPolicyArns",
    [it("aws-native:iam:Role", { managedPolicyArns: ["arn:aws:iam::aws:policy/AdministratorAccess"] })],
    ['it is "aws-native:iam:Role"; wanted a kind of resource that the rules look at.'],
  ],
  [
    "stack-only-judged-kinds",
    "aws-native role",
    [
      it("aws-native:iam:Role", {
        assumeRolePolicyDocument: { Statement: [{ Effect: "Allow", Principal: { AWS: "*" } }] },
      }),
    ],
    ['it is "aws-native:iam:Role"; wanted a kind of resource that the rules look at.'],
  ],
  [
    "stack-only-judged-kinds",
    "lambda permission",
    [it("aws:lambda/permission:Permission", { principal: "*", action: "lambda:InvokeFunction" })],
    ['it is "aws:lambda/permission:Permission"; wanted a kind of resource that the rules look at.'],
  ],
  [
    "stack-only-judged-kinds",
    "lambda url",
    [it("aws:lambda/functionUrl:FunctionUrl", { authorizationType: "NONE" })],
    ['it is "aws:lambda/functionUrl:FunctionUrl"; wanted a kind of resource that the rules look at.'],
  ],
  [
    "stack-only-judged-kinds",
    "user via aws-native",
    [it("aws-native:iam:User", {})],
    ['it is "aws-native:iam:User"; wanted a kind of resource that the rules look at.'],
  ],
  [
    "stack-only-judged-kinds",
    "console login profile native",
    [it("aws-native:iam:AccessKey", {})],
    ['it is "aws-native:iam:AccessKey"; wanted a kind of resource that the rules look at.'],
  ],
  [
    "stack-only-judged-kinds",
    "docker-build provider",
    [it("docker-build:index:Image", { buildArgs: { BASE_IMAGE: "debian:latest" } })],
    ['it is "docker-build:index:Image"; wanted a kind of resource that the rules look at.'],
  ],
  [
    "stack-only-judged-kinds",
    "inline dockerfile from tag",
    [it("docker-build:index:Image", { dockerfile: { inline: "FROM debian:latest" } })],
    ['it is "docker-build:index:Image"; wanted a kind of resource that the rules look at.'],
  ],
  [
    "stack-only-judged-kinds",
    "config/secret",
    [it("docker:index/secret:Secret", { data: "x" })],
    ['it is "docker:index/secret:Secret"; wanted a kind of resource that the rules look at.'],
  ],
  [
    "stack-one-public-way",
    "two listeners",
    [
      it("aws:lb/listener:Listener", { port: 443 }, "lb"),
      it("aws:lb/listener:Listener", { port: 80 }, "lb2"),
    ],
    ['lb2: port is "a listener"; wanted one way in, a listener of lb.'],
  ],
  [
    "stack-one-public-way",
    "two EIPs",
    [it("aws:ec2/eip:Eip", {}, "e1"), it("aws:ec2/eip:Eip", {}, "e2")],
    ['e2 is "an Elastic IP"; wanted one way in, an Elastic IP of e1.'],
  ],
  [
    "stack-one-public-way",
    "two public instances",
    [
      it("aws:ec2/instance:Instance", { associatePublicIpAddress: true }, "i1"),
      it("aws:ec2/instance:Instance", { associatePublicIpAddress: true }, "i2"),
    ],
    ['i2 is "a public address"; wanted one way in, a public address of i1.'],
  ],
  [
    "stack-one-public-way",
    "apigateway",
    [it("aws:ec2/eip:Eip", {}, "e1"), it("aws:apigatewayv2/api:Api", {}, "api")],
    ['api is "a service with an address of its own"; wanted one way in, an Elastic IP of e1.'],
  ],
  [
    "stack-one-public-way",
    "cloudfront",
    [it("aws:ec2/eip:Eip", {}, "e1"), it("aws:cloudfront/distribution:Distribution", {}, "cf")],
    ['cf is "a service with an address of its own"; wanted one way in, an Elastic IP of e1.'],
  ],
  [
    "stack-only-judged-kinds",
    "vpc endpoint service",
    [it("aws:ec2/vpcEndpointService:VpcEndpointService", {})],
    [
      'it is "aws:ec2/vpcEndpointService:VpcEndpointService"; wanted a kind of resource that the rules look at.',
    ],
  ],
  [
    "stack-one-public-way",
    "global accelerator",
    [it("aws:ec2/eip:Eip", {}, "e1"), it("aws:globalaccelerator/accelerator:Accelerator", {}, "ga")],
    ['ga is "a service with an address of its own"; wanted one way in, an Elastic IP of e1.'],
  ],
  [
    "stack-one-public-way",
    "swarm service",
    [
      it("docker:index/service:Service", {
        endpointSpec: { ports: [{ publishedPort: 443 }, { publishedPort: 80 }] },
      }),
    ],
    ["it: endpointSpec.ports[1].publishedPort is 80; wanted one way in, 443 of it."],
  ],
];

describe("evasions: network", () => {
  test.each(EVASIONS)("%s catches: %s", (rule, _, resources, messages) => {
    expect(look(rule, ...resources).violations).toEqual(messages);
  });
});
