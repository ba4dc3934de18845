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
  `it: policy.Statement[0] is "${what} on any resource"; wanted named resources.`;
describeRule("iam-no-wildcard-data-access", {
  passes: [
    ["one parameter", policy({ Action: "ssm:GetParameter", Resource: "arn:aws:ssm:a:1:parameter/x" })],
    ["lists", policy({ Action: "s3:ListBucket", Resource: "*" })],
  ],
  refuses: [
    [
      "every secret",
      policy({ Action: "secretsmanager:Get*", Resource: "*" }),
      found("secretsmanager:GetSecretValue"),
    ],
    ["every object", asObject({ action: "S3:getobject", resource: "arn:aws:s3:::*" }), found("s3:GetObject")],
    [
      "every parameter",
      policy({ Action: "ssm:GetParameter?", Resource: "arn:aws:ssm:*:*:parameter/*" }),
      found("ssm:GetParameters"),
    ],
  ],
  unknown: [["the policy", later, "it: policy"]],
});
