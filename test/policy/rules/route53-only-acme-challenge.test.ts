import { UNKNOWN, type Value } from "../../../policies/core/value";
import { resource } from "../../support/policy";
import { describeRule } from "../../support/rule-table";

const policy = (statement: Record<string, Value>) =>
  resource("aws:iam/policy:Policy", {
    policy: JSON.stringify({ Statement: { Effect: "Allow", ...statement } }),
  });
const later = resource("aws:iam/policy:Policy", { policy: UNKNOWN });

const NAMES = "route53:ChangeResourceRecordSetsNormalizedRecordNames";
const TYPES = "route53:ChangeResourceRecordSetsRecordTypes";
const dns = (Names: Value, Types: Value, more: Record<string, Value> = {}) =>
  policy({
    Action: "route53:ChangeResourceRecordSets",
    Resource: "arn:aws:route53:::hostedzone/Z1",
    Condition: {
      "ForAllValues:StringEquals": { [NAMES]: Names, [TYPES]: Types },
      Null: { [NAMES]: "false", [TYPES]: "false" },
    },
    ...more,
  });
const found = (path: string, wanted: string) =>
  `it: policy.Statement[0].${path} is "too wide"; wanted ${wanted}.`;
describeRule("route53-only-acme-challenge", {
  passes: [
    ["the proof of a name", dns("_acme-challenge.a.example", ["TXT"])],
    ["another service", policy({ Action: "s3:PutObject", Resource: "*" })],
  ],
  refuses: [
    [
      "any name",
      dns("_acme-challenge.*", "TXT"),
      found("Condition", "ForAllValues:StringEquals with names that begin with _acme-challenge"),
    ],
    [
      "another type",
      dns("_acme-challenge.a", ["TXT", "A"]),
      found("Condition", "ForAllValues:StringEquals with the record type TXT alone"),
    ],
    [
      "any zone",
      dns("_acme-challenge.a", "TXT", { Resource: "arn:aws:route53:::hostedzone/*" }),
      found("Resource", "the ARN of one zone"),
    ],
    [
      "a request without the keys",
      dns("_acme-challenge.a", "TXT", {
        Condition: { "ForAllValues:StringEquals": { [NAMES]: "_acme-challenge.a", [TYPES]: "TXT" } },
      }),
      found("Condition", 'Null "false" for the record names and types'),
    ],
    [
      "all of Route 53",
      policy({ Action: "route53:*", Resource: "*" }),
      'it: policy.Statement[0].Action is "route53:*"; wanted route53:ChangeResourceRecordSets alone.',
    ],
  ],
  unknown: [["the policy", later, "it: policy"]],
});
