import type { Resource } from "../../../policies/core/resource";
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
    [
      "the proof of two names, by patterns that have no wildcard",
      dns(["_acme-challenge.a.example", "_acme-challenge.b.example"], "TXT", {
        Action: ["Route53:changeresourcerecordsets", "route53:GetChange", "route53:ListHostedZones"],
        Condition: {
          "ForAllValues:StringLike": {
            [NAMES]: ["_acme-challenge.a.example", "_acme-challenge.b.example"],
            [TYPES]: ["TXT"],
          },
          Null: { [NAMES]: "False", [TYPES]: false },
        },
      }),
    ],
    ["a refusal", policy({ Effect: "Deny", Action: "route53:*", Resource: "*" })],
    ["a resolver, which changes no record", policy({ Action: "route53resolver:CreateFirewallRule" })],
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
      "a name that only holds the word",
      dns("www.x_acme-challenge.a", "TXT"),
      found("Condition", "ForAllValues:StringEquals with names that begin with _acme-challenge"),
    ],
    [
      "a name with a wildcard at its end",
      dns("_acme-challenge.a.*", "TXT"),
      found("Condition", "ForAllValues:StringEquals with names that begin with _acme-challenge"),
    ],
    [
      "one name of two",
      dns(["_acme-challenge.a", "www.a"], "TXT"),
      found("Condition", "ForAllValues:StringEquals with names that begin with _acme-challenge"),
    ],
    [
      "the challenges of no host",
      dns("_acme-challenge.", "TXT"),
      found("Condition", "ForAllValues:StringEquals with names that begin with _acme-challenge"),
    ],
    [
      "no name and no type",
      dns([], []),
      [
        found("Condition", "ForAllValues:StringEquals with names that begin with _acme-challenge"),
        found("Condition", "ForAllValues:StringEquals with the record type TXT alone"),
      ],
    ],
    [
      "no condition",
      dns("", "", { Condition: undefined }),
      [
        found("Condition", "ForAllValues:StringEquals with names that begin with _acme-challenge"),
        found("Condition", "ForAllValues:StringEquals with the record type TXT alone"),
        found("Condition", 'Null "false" for the record names and types'),
      ],
    ],
    [
      "some value among others",
      dns("", "", {
        Condition: {
          "ForAnyValue:StringEquals": { [NAMES]: "_acme-challenge.a", [TYPES]: "TXT" },
          Null: { [NAMES]: "false", [TYPES]: "false" },
        },
      }),
      [
        found("Condition", "ForAllValues:StringEquals with names that begin with _acme-challenge"),
        found("Condition", "ForAllValues:StringEquals with the record type TXT alone"),
      ],
    ],
    ...[
      { [NAMES]: "false" },
      { [NAMES]: "false", [TYPES]: "true" },
      { [NAMES]: ["false", "true"], [TYPES]: "false" },
    ].map((Null): [string, Resource, string] => [
      `a request with the keys or without, by ${JSON.stringify(Object.values(Null))}`,
      dns("", "", {
        Condition: {
          "ForAllValues:StringEquals": { [NAMES]: "_acme-challenge.a", [TYPES]: "TXT" },
          Null,
        },
      }),
      found("Condition", 'Null "false" for the record names and types'),
    ]),
    ["no zone", dns("_acme-challenge.a", "TXT", { Resource: [] }), found("Resource", "the ARN of one zone")],
    ...[
      "arn:aws:route53:::hostedzone/Z1/x",
      "arn:aws:route53:::hostedzone/",
      "an arn:aws:route53:::hostedzone/Z1",
      "arn:*:route53:::hostedzone/Z1",
    ].map((zone): [string, Resource, string] => [
      zone,
      dns("_acme-challenge.a", "TXT", { Resource: ["arn:aws:route53:::hostedzone/Z1", zone] }),
      found("Resource", "the ARN of one zone"),
    ]),
    [
      "the registration of the domain",
      policy({ Action: "route53domains:TransferDomain", Resource: "*" }),
      'it: policy.Statement[0].Action is "route53domains:TransferDomain"; wanted route53:ChangeResourceRecordSets alone.',
    ],
    [
      "one change more",
      dns("_acme-challenge.a", "TXT", {
        Action: ["route53:ChangeResourceRecordSets", " route53:DeleteHostedZone"],
      }),
      'it: policy.Statement[0].Action is "route53:ChangeResourceRecordSets,  route53:DeleteHostedZone"; wanted route53:ChangeResourceRecordSets alone.',
    ],
    [
      "everything",
      policy({ Action: "*", Resource: "*" }),
      'it: policy.Statement[0].Action is "*"; wanted route53:ChangeResourceRecordSets alone.',
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
  unknown: [
    ["the policy", later, "it: policy"],
    [
      "the name",
      resource("aws:iam/policy:Policy", {
        policy: {
          Statement: {
            Action: "route53:ChangeResourceRecordSets",
            Resource: "arn:aws:route53:::hostedzone/Z1",
            Condition: {
              "ForAllValues:StringEquals": { [NAMES]: [UNKNOWN], [TYPES]: ["TXT"] },
              Null: { [NAMES]: "false", [TYPES]: "false" },
            },
          },
        },
      }),
      "it: policy.Statement[0]",
    ],
    [
      "the zone",
      resource("aws:iam/policy:Policy", {
        policy: {
          Statement: { Effect: "Allow", Action: "route53:ChangeResourceRecordSets", Resource: UNKNOWN },
        },
      }),
      "it: policy.Statement[0]",
    ],
  ],
});
