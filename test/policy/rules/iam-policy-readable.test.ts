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

const found = 'it: policy is "no JSON object"; wanted a policy document.';
const text = (value: Value) => resource("aws:iam/policy:Policy", { policy: value });
describeRule("iam-policy-readable", {
  passes: [
    ["text", policy({})],
    ["a version and an id beside the statements", text({ Version: "2012-10-17", Id: "x", statement: [] })],
    ["an object", asObject({})],
    ["none", text(undefined)],
  ],
  refuses: [
    ["no JSON", text("Allow *"), found],
    ["a list", text("[]"), found],
    ["a number", text(1), found],
    [
      "a role whose trust is no JSON",
      resource("aws:iam/role:Role", { assumeRolePolicy: "ec2" }),
      'it: assumeRolePolicy is "no JSON object"; wanted a policy document.',
    ],
  ],
  unknown: [["the policy", later, "it: policy"]],
});
