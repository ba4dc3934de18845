import { resource } from "../../support/policy";
import { describeRule } from "../../support/rule-table";

const found = (type: string) => `it is "${type}"; wanted a kind of resource that the rules look at.`;
const refused = (type: string): [string, ReturnType<typeof resource>, string] => [
  type,
  resource(type, {}),
  found(type),
];

describeRule("stack-only-judged-kinds", {
  passes: [
    [
      "what the rules know",
      [
        "aws:ec2/instance:Instance",
        "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
        "aws:lambda/function:Function",
        "aws:ec2transitgateway/instanceState:InstanceState",
        "docker:index/container:Container",
        "comfy:index:Gateway",
        "pulumi:pulumi:Stack",
        "eksample:index:Mine",
      ].map((type) => resource(type, {})),
    ],
  ],
  refuses: [
    refused("aws-native:ec2:SecurityGroup"),
    refused("aws:ec2transitgateway/transitGateway:TransitGateway"),
    refused("pulumi-nodejs:dynamic:Resource"),
    refused("docker-build:index:Image"),
    refused("kubernetes:core/v1:Pod"),
    refused("aws:lightsail/instance:Instance"),
    refused("aws:ecs/service:Service"),
    refused("aws:lambda/functionUrl:FunctionUrl"),
    refused("aws:ec2/serialConsoleAccess:SerialConsoleAccess"),
  ],
  unknown: [],
});
