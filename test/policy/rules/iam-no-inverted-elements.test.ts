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

const found = (what: string) => `it: policy.Statement[0] is "Not${what}"; wanted ${what} in its place.`;
describeRule("iam-no-inverted-elements", {
  passes: [
    ["what is needed", policy({ Action: "s3:GetObject", Resource: "arn:aws:s3:::b/*" })],
    ["a refusal", policy({ Effect: "Deny", NotAction: "s3:*" })],
  ],
  refuses: [
    ["NotAction", policy({ NotAction: "iam:*", Resource: "*" }), found("Action")],
    ["NotResource", asObject({ action: "s3:*", notresource: "x" }), found("Resource")],
    [
      "NotPrincipal",
      resource("aws:kms/key:Key", { policy: { Statement: [{ NotPrincipal: "x" }] } }),
      found("Principal"),
    ],
  ],
  unknown: [["the policy", later, "it: policy"]],
});
