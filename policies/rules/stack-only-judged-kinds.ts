import { expectAt } from "../core/expectation";
import { valueAt } from "../core/resource";
import type { StackRule } from "../core/rule";
import { isFalse } from "../core/value";

/** Providers whose resources no rule here looks at, but which open and run the same things. */
const PROVIDERS =
  /^(aws-native|aws-iac|awscc|docker-build|docker-native|dockerbuild|kubernetes|eks|gcp|google-native|azure-native|fly|pulumi-(nodejs|python|go|dotnet):dynamic)(:|$)/;
/**
 * A provider that is made from one of Terraform's has types such as `hcloud:index/server:Server`, which no component has:
 * those of every other than the rules know, and than those that make nothing but a value.
 */
const BRIDGED = /^(?!(aws|docker|tls|random|null|time|cloudinit):)[^:]+:[^:]+\/[^:]+:/;
/** The parts of a Terraform module, which Pulumi takes as a package: `vpc:tf:aws_security_group`. */
const TERRAFORM = /^[^:]+:tf:/;
/**
 * Every service of AWS but those whose kinds the rules look at, and those that only keep, count or tell: the others run
 * something, or let somebody in, past the machine and its security group, and each year there are more of them.
 */
const OF_AWS = new RegExp(
  `^aws:(?!(${[
    "ec2|vpc|ebs|lb|alb|elb|autoscaling|appautoscaling|autoscalingplans|lambda|scheduler|ssm",
    // Its one kind that the rules know starts and stops a machine that they have looked at.
    "ec2transitgateway(?=/instanceState:)",
    "networkfirewall|route53|shield|waf|wafregional|wafv2",
    "acm|acmpca|iam|accessanalyzer|account|kms|secretsmanager|signer",
    "s3|s3control|s3tables|glacier|efs|dynamodb|ecr|backup|dlm|rbin",
    "kinesis|sns|sqs|ses|sesv2|appconfig|resourcegroups",
    "cloudwatch|cloudtrail|xray|oam|observabilityadmin|networkmonitor|networkflowmonitor|notifications|amp",
    "auditmanager|cfg|detective|devopsguru|fms|guardduty|inspector|inspector2|macie|macie2|securityhub",
    "securitylake|resourceexplorer|servicequotas",
    "budgets|costexplorer|costoptimizationhub|computeoptimizer|cur",
  ].join("|")})/)`,
);
/** Single kinds of AWS's and Docker's that do so, too. */
const SINGLE = new RegExp(
  `^(${[
    "aws:lambda/(functionUrl|permission|resourcePolicy|microvmsImage)",
    "aws:ssm/(activation|association|document|maintenanceWindowTask|quicksetupConfigurationManager)",
    "aws:ec2/(vpcEndpoint(Service|ConnectionAccepter)|vpcPeeringConnection)\\w*",
    "aws:ec2/vpn(Gateway|Connection|Concentrator)\\w*",
    "aws:ec2/(carrierGateway|serialConsoleAccess|networkInterfacePermission|trafficMirrorSession)",
    "docker:index/(buildxBuilder|serviceConfig|secret)",
  ].join("|")}):`,
);
/** What does something by the clock or at an event, with the path of what it does it to. */
const TARGETS: Readonly<Record<string, string>> = {
  "aws:scheduler/schedule:Schedule": "target.arn",
  "aws:cloudwatch/eventTarget:EventTarget": "arn",
};
/** A message to somebody, or a machine started or stopped; of the rest, `aws-sdk` alone is any call of any service. */
const HARMLESS_TARGET =
  /^arn:[a-z-]+:((sqs|sns|logs|events|kinesis|firehose|lambda):|scheduler:::aws-sdk:ec2:(start|stop)Instances$)/;
const CONSOLE = "aws:ec2/serialConsoleAccess:SerialConsoleAccess";
const UNJUDGED = [PROVIDERS, BRIDGED, TERRAFORM, OF_AWS, SINGLE];

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
      // What turns the console off only shuts a way.
      const isShut = type === CONSOLE && isFalse(valueAt(resource, "enabled"));
      if (!isShut && UNJUDGED.some((kinds) => kinds.test(type))) {
        report.violation({
          resource,
          path: "",
          found: type,
          wanted: "a kind of resource that the rules look at",
        });
      }
      const target = TARGETS[type];
      if (target !== undefined) {
        const wanted =
          "a queue, topic, stream, log group, bus or function, or ec2:startInstances or stopInstances";
        expectAt(report, resource, target, wanted, (value) => HARMLESS_TARGET.test(String(value)));
      }
    }
  },
};
export default rule;
