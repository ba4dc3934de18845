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
  `it: policy.Statement[0] is "${what} on everything"; wanted named actions on named resources.`;
describeRule("iam-no-star-star", {
  passes: [
    ["one action on one thing", policy({ Action: "s3:GetObject", Resource: "arn:aws:s3:::b/*" })],
    ["everything on one thing", policy({ Action: "*", Resource: "arn:aws:s3:::b/*" })],
    [
      "every action, in pieces, on one thing",
      policy({ Action: ["a*", "e*", "i*", "k*", "r*", "s*"], Resource: "arn:aws:s3:::b/*" }),
    ],
    ["one action on everything", policy({ Action: "ec2:DescribeTags", Resource: "*" })],
    ["one action, whatever it is on", asObject({ action: "s3:GetObject", resource: UNKNOWN })],
    ["a refusal that is not known yet", asObject({ effect: "Deny", action: UNKNOWN, resource: "*" })],
    ["a refusal of everything", policy({ Effect: "Deny", Action: "*", Resource: "*" })],
  ],
  refuses: [
    ["star star", policy({ Action: "*", Resource: "*" }), found("*")],
    [
      "lists, as an object in lower case",
      asObject({ action: ["s3:Get*", "*:*"], resource: ["*"] }),
      found("*:*"),
    ],
    ["another spelling", policy({ Action: "?*", Resource: "arn:aws:*" }), found("?*")],
    [
      "an inline policy of a role",
      resource("aws:iam/role:Role", { inlinePolicies: [{ policy: '{"Statement":[{"Action":"*"}]}' }] }),
      'it: inlinePolicies[0].policy.Statement[0] is "* on everything"; wanted named actions on named resources.',
    ],
  ],
  unknown: [
    ["the policy", later, "it: policy"],
    ["what everything is on", asObject({ action: "*", resource: UNKNOWN }), "it: policy.Statement[0]"],
    ["an action", asObject({ action: UNKNOWN, resource: "*" }), "it: policy.Statement[0]"],
  ],
});
