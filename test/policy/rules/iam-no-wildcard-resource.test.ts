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
describeRule("iam-no-wildcard-resource", {
  passes: [
    ["reading anything", policy({ Action: ["ec2:Describe*", "route53:ListHostedZones"], Resource: "*" })],
    ["a refusal", policy({ ...METRICS, Effect: "Deny" })],
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
    ["the policy", later, "it: policy"],
    ["a resource", asObject({ action: "ec2:RunInstances", resource: UNKNOWN }), "it: policy.Statement[0]"],
  ],
});
