import type { StackRule } from "../core/rule";

/** Providers whose resources no rule here looks at, but which open and run the same things. */
const PROVIDERS =
  /^(aws-native|aws-iac|awscc|docker-build|docker-native|dockerbuild|kubernetes|eks|gcp|google-native|azure-native|fly|pulumi-(nodejs|python|go|dotnet):dynamic)(:|$)/;
/**
 * A provider that is made from one of Terraform's has types such as `hcloud:index/server:Server`, which no component has:
 * those of every other than the rules know, and than those that make nothing but a value.
 */
const BRIDGED = /^(?!(aws|docker|tls|random|null|time|cloudinit):)[^:]+:[^:]+\/[^:]+:/;
/** Services of AWS that run something, or let somebody in, past the machine and its security group. */
const OF_AWS = new RegExp(
  `^aws:(${[
    "lightsail|apprunner|elasticbeanstalk|opsworks|gamelift|batch|emr|emrserverless|emrcontainers|sagemaker|workspaces|workspacesweb|appstream",
    "amplify|apigateway|apigatewayv2|appsync|cloudfront|globalaccelerator|transfer|directconnect|networkmanager|vpclattice|verifiedaccess",
    "ecs|eks|imagebuilder|cloud9|ec2clientvpn|cloudformation|servicecatalog|cloudcontrol|ram|rolesanywhere|iot",
    "rds|redshift|redshiftserverless|opensearch|elasticsearch|mq|msk|neptune|docdb|dms|codebuild|codepipeline|codedeploy|glue|mwaa|datapipeline",
  ].join("|")})/`,
);
/** Single kinds of AWS's and Docker's that do; an InstanceState starts and stops a machine that the rules have looked at. */
const SINGLE =
  /^(aws:(ec2transitgateway\/(?!instanceState:)\w+|lambda\/(functionUrl|permission)|ssm\/(activation|association|document|maintenanceWindowTask)|ec2\/(vpcEndpointService|vpcPeeringConnection|vpcPeeringConnectionAccepter|vpnGateway|vpnConnection|carrierGateway|serialConsoleAccess|networkInterfacePermission|trafficMirrorSession))|docker:index\/(buildxBuilder|serviceConfig|secret)):/;
const UNJUDGED = [PROVIDERS, BRIDGED, OF_AWS, SINGLE];

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
      if (UNJUDGED.some((kinds) => kinds.test(type))) {
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
