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

const found = (what: string) => `it: policy.Statement[0] is "${what}"; wanted no way to further rights.`;
const ROLE = "arn:aws:iam::1:role/one";
describeRule("iam-no-privilege-escalation", {
  passes: [
    ["one role handed on", policy({ Action: "iam:PassRole", Resource: ROLE })],
    ["reading IAM", policy({ Action: "iam:Get*", Resource: "*" })],
  ],
  refuses: [
    ["any role handed on", policy({ Action: "iam:Pass*", Resource: "*" }), found("iam:PassRole")],
    [
      "every role handed on",
      policy({ Action: "iam:PassRole", Resource: "arn:aws:iam::1:role/*" }),
      found("iam:PassRole"),
    ],
    [
      "a policy's new version",
      asObject({ action: ["IAM:createpolicyversion"], resource: ROLE }),
      found("iam:CreatePolicyVersion"),
    ],
    ["a pattern", policy({ Action: "iam:?ttachRolePolicy", Resource: ROLE }), found("iam:AttachRolePolicy")],
    [
      "everything of IAM",
      policy({ Action: "iam:*", Resource: ROLE }),
      found("iam:CreatePolicy, iam:CreatePolicyVersion, iam:SetDefaultPolicyVersion and 26 more"),
    ],
  ],
  unknown: [
    ["the policy", later, "it: policy"],
    ["whose role", asObject({ action: "iam:PassRole", resource: UNKNOWN }), "it: policy.Statement[0]"],
  ],
});
