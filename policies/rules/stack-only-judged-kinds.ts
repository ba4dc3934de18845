import type { StackRule } from "../core/rule";

/** Providers whose resources no rule here looks at, but which open and run the same things. */
const PROVIDERS =
  /^(aws-native|aws-iac|awscc|docker-build|docker-native|dockerbuild|kubernetes|eks|cloudflare|ngrok|tailscale|hcloud|digitalocean|linode|vultr|gcp|google-native|azure|azure-native|oci|openstack|proxmoxve|pulumi-(nodejs|python|go|dotnet):dynamic)(:|$)/;
/** Resources of AWS that run something, or let somebody in, past the machine and its security group. */
const OF_AWS = new RegExp(
  `^aws:(${[
    "lightsail|apprunner|elasticbeanstalk|opsworks|gamelift|batch|emr|emrserverless|sagemaker|workspaces|appstream",
    "amplify|apigateway|apigatewayv2|appsync|cloudfront|globalaccelerator|transfer|directconnect|networkmanager|vpclattice",
    "ecs|eks|imagebuilder|cloud9|ec2clientvpn|ec2transitgateway|cloudformation|servicecatalog|cloudcontrol",
  ].join("|")})/`,
);
const EXACT = [
  "aws:lambda/functionUrl:FunctionUrl",
  "aws:lambda/permission:Permission",
  "aws:ec2/vpcEndpointService:VpcEndpointService",
  "aws:ec2/vpcPeeringConnection:VpcPeeringConnection",
  "aws:ec2/vpcPeeringConnectionAccepter:VpcPeeringConnectionAccepter",
  "aws:ec2/vpnGateway:VpnGateway",
  "aws:ec2/vpnConnection:VpnConnection",
  "aws:ec2/carrierGateway:CarrierGateway",
  "aws:ec2/serialConsoleAccess:SerialConsoleAccess",
  "aws:ec2/networkInterfacePermission:NetworkInterfacePermission",
  "aws:ec2/trafficMirrorSession:TrafficMirrorSession",
  "docker:index/buildxBuilder:BuildxBuilder",
  "docker:index/serviceConfig:ServiceConfig",
  "docker:index/secret:Secret",
];
/** What OF_AWS names besides: it starts and stops a machine that the rules have looked at. */
const HARMLESS = ["aws:ec2transitgateway/instanceState:InstanceState"];

const rule: StackRule = {
  description: "The stack holds nothing that opens a way or runs a program past what the rules look at.",
  why: "The same port opened by another provider, or the same container run by another service, is seen by no rule.",
  fix: "use the kinds that the rules know (aws.ec2, aws.vpc, aws.iam, aws.s3, docker, tls, random, command), or add an exception that says who looks at it.",
  severity: "high",
  enforcement: "mandatory",
  references: [],
  checkStack({ resources }, report) {
    for (const resource of resources) {
      const { type } = resource;
      if (PROVIDERS.test(type) || (OF_AWS.test(type) && !HARMLESS.includes(type)) || EXACT.includes(type)) {
        report.violation({
          resource,
          path: "",
          found: type,
          wanted: "a kind of resource that the rules look at",
        });
      }
    }
  },
};
export default rule;
