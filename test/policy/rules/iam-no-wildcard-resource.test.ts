import type { Resource } from "../../../policies/core/resource";
import { UNKNOWN, type Value } from "../../../policies/core/value";
import { resource } from "../../support/policy";
import { describeRule } from "../../support/rule-table";

const policy = (statement: Record<string, Value>) =>
  resource("aws:iam/policy:Policy", {
    policy: JSON.stringify({ Statement: { Effect: "Allow", ...statement } }),
  });
const asObject = (statement: Record<string, Value>) =>
  resource("aws:iam/rolePolicy:RolePolicy", { policy: { statement: [{ effect: "allow", ...statement }] } });
const later = resource("aws:iam/policy:Policy", { policy: UNKNOWN });

const found = (what: string) =>
  `it: policy.Statement[0] is "${what} on any resource"; wanted named resources or a binding condition.`;
const METRICS = { Action: "cloudwatch:PutMetricData", Resource: "*" };
const UNKNOWN_CONDITIONS: Value[] = [
  UNKNOWN,
  { StringEquals: UNKNOWN },
  { StringEquals: { "aws:ResourceTag/stack": [UNKNOWN] } },
];

describeRule("iam-no-wildcard-resource", {
  passes: [
    ["reading anything", policy({ Action: ["ec2:Describe*", "route53:ListHostedZones"], Resource: "*" })],
    ["a refusal", policy({ ...METRICS, Effect: "Deny" })],
    ...[
      "arn:aws:sqs:eu-west-1:1:comfy-*",
      "arn:aws:logs:eu-west-1:1:log-group:/comfy/*",
      "arn:aws:dynamodb:*:1:table/comfy/index/*",
      "arn:aws:ec2:eu-west-1:1:instance/i-1",
      "arn:aws:iam::1:role/comfy/*",
      "arn:aws:s3:::comfy-*",
      "arn:aws:ec2:eu-west-1:1:vpc",
    ].map((arn): [string, Resource] => [arn, policy({ Action: "tag:TagResources", Resource: arn })]),
    ["one bucket", policy({ Action: "s3:PutObject", Resource: "arn:aws:s3:::b/*" })],
    [
      "a bound action",
      policy({ ...METRICS, Condition: { StringEquals: { "cloudwatch:namespace": "Mine" } } }),
    ],
  ],
  refuses: [
    [
      "changing anything in two ways",
      policy({ Action: ["sqs:SendMessage", "sqs:ListQueues", "sns:Publish"], Resource: "*" }),
      found("sqs:SendMessage, sns:Publish"),
    ],
    ...[
      "arn:aws:sqs:*:*:*",
      "arn:aws:logs:*:*:log-group:*:log-stream:*",
      "arn:aws:logs:*:*:log-group:/*",
      "arn:aws:dynamodb:*:*:table/*/index/*",
      "arn:aws:ec2:*:*:inst*",
      "arn:aws:ec2:*:*:*/*",
      "arn:aws:s3:::*-*",
      "arn:aws:s3:::?*/x",
      "arn:aws:apigateway:*::/restapis/*",
      "arn:aws:s?:::b/x",
      "arn:aws:*",
    ].map((arn): [string, Resource, string] => [
      `what ${arn} leaves open`,
      policy({ Action: "tag:TagResources", Resource: arn }),
      found("tag:TagResources"),
    ]),
    ["changing anything", policy(METRICS), found("cloudwatch:PutMetricData")],
    [
      "a condition that may be absent",
      policy({ ...METRICS, Condition: { StringEqualsIfExists: { "cloudwatch:namespace": "Mine" } } }),
      found("cloudwatch:PutMetricData"),
    ],
    [
      "a condition that is always true",
      policy({ ...METRICS, Condition: { StringLike: { "cloudwatch:namespace": "*" } } }),
      found("cloudwatch:PutMetricData"),
    ],
    [
      "every resource of a kind",
      asObject({ action: "ec2:*", resource: "arn:aws:ec2:*:*:instance/*" }),
      found("ec2:*"),
    ],
    [
      "NotResource",
      policy({ Action: "sqs:SendMessage", NotResource: "arn:aws:sqs:a:1:q" }),
      found("sqs:SendMessage"),
    ],
    ["a reading verb cut short", policy({ Action: "s3:G*", Resource: "*" }), found("s3:G*")],
  ],
  unknown: [
    ...UNKNOWN_CONDITIONS.map((condition): [string, Resource, string] => [
      "what a statement is bound to",
      asObject({ action: "ec2:StopInstances", resource: "*", condition }),
      "it: policy.Statement[0]",
    ]),
    ["the policy", later, "it: policy"],
    ["a resource", asObject({ action: "ec2:RunInstances", resource: UNKNOWN }), "it: policy.Statement[0]"],
  ],
});
