import type { Resource } from "../../../policies/core/resource";
import { UNKNOWN, type Value } from "../../../policies/core/value";
import { resource } from "../../support/policy";
import { describeRule } from "../../support/rule-table";

const own = resource("aws:iam/policy:Policy", { arn: "arn:aws:iam::1:policy/own" }, "own");
const attach = (policyArn: Value, kind = "rolePolicyAttachment:RolePolicyAttachment") =>
  resource(`aws:iam/${kind}`, { policyArn });
const list = (type: string, key: string, ...arns: Value[]) => resource(type, { [key]: arns });
const ADMIN = "arn:aws:iam::2:policy/Admin";
const named = resource("aws:iam/policy:Policy", { name: "own", arn: "arn:own", id: "arn:own" }, "own");
const REFERENCE = "aws:ssoadmin/customerManagedPolicyAttachment";
const by = (customerManagedPolicyReference: Value): Record<string, Value> => ({
  customerManagedPolicyReference,
});
const found = (what: string) => `it: policyArn is ${what}; wanted a policy of this stack.`;

describeRule("iam-attached-policy-known", {
  passes: [
    ["the stack's own", [own, attach("arn:aws:iam::1:policy/own")]],
    ["the stack's own, before its ARN is known", [own, attach(UNKNOWN)]],
    [
      "the stack's own by its id",
      [resource("aws:iam/policy:Policy", { id: "arn:own" }, "own"), attach("arn:own")],
    ],
    [
      "the stack's own in a role's list",
      [own, list("aws:iam/role:Role", "managedPolicyArns", "arn:aws:iam::1:policy/own")],
    ],
    [
      "the stack's own by its name, known or not",
      [
        named,
        resource(`${REFERENCE}:CustomerManagedPolicyAttachment`, by({ name: "own" }), "a"),
        resource(`${REFERENCE}:CustomerManagedPolicyAttachment`, by({ name: UNKNOWN }), "b"),
      ],
    ],
    ["another type with such a property", resource("aws:iam/user:User", { policyArn: ADMIN })],
    [
      "what may be the stack's own, before its ARN is known",
      [resource("aws:iam/policy:Policy", { name: "own" }, "own"), attach("arn:aws:iam::1:policy/own")],
    ],
    ["one of AWS's own, with blanks", attach(" arn:aws:iam::aws:policy/CloudWatchAgentServerPolicy ")],
    ["one of AWS's own", attach("arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore")],
  ],
  refuses: [
    [
      "one from elsewhere",
      [own, attach("arn:aws:iam::1:policy/Admin")],
      found('"arn:aws:iam::1:policy/Admin"'),
    ],
    ["any in a stack without", attach(UNKNOWN), found('"one that is not of this stack"')],
    ["none", attach(undefined), "it: policyArn is absent; wanted a policy of this stack."],
    [
      "attached the other way",
      [own, attach("arn:aws:iam::2:policy/Admin", "policyAttachment:PolicyAttachment")],
      found('"arn:aws:iam::2:policy/Admin"'),
    ],
    ["a group's", [own, attach(ADMIN, "groupPolicyAttachment:GroupPolicyAttachment")], found(`"${ADMIN}"`)],
    ["a user's", [own, attach(ADMIN, "userPolicyAttachment:UserPolicyAttachment")], found(`"${ADMIN}"`)],
    [
      "one with AWS's name in front of it",
      attach("policy/arn:aws:iam::aws:policy/Admin"),
      found('"policy/arn:aws:iam::aws:policy/Admin"'),
    ],
    [
      "a role's own list",
      [own, list("aws:iam/role:Role", "managedPolicyArns", "arn:aws:iam::1:policy/own", ADMIN)],
      `it: managedPolicyArns[1] is "${ADMIN}"; wanted a policy of this stack.`,
    ],
    ...["role", "user", "group"].map((who): [string, Resource, string] => {
      const kind = `${who}PolicyAttachmentsExclusive`;
      const type = `aws:iam/${kind}:${kind.slice(0, 1).toUpperCase()}${kind.slice(1)}`;
      return [
        `the exclusive list of a ${who}`,
        list(type, "policyArns", ADMIN),
        `it: policyArns[0] is "${ADMIN}"; wanted a policy of this stack.`,
      ];
    }),
    [
      "what a permission set gives to people",
      resource("aws:ssoadmin/managedPolicyAttachment:ManagedPolicyAttachment", { managedPolicyArn: ADMIN }),
      `it: managedPolicyArn is "${ADMIN}"; wanted a policy of this stack.`,
    ],
    [
      "what a permission set gives to people, by its name",
      [named, resource(`${REFERENCE}:CustomerManagedPolicyAttachment`, by({ name: "Admin" }))],
      'it: customerManagedPolicyReference.name is "Admin"; wanted a policy of this stack.',
    ],
    [
      "what a permission set gives to people, by names",
      [
        named,
        resource(`${REFERENCE}sExclusive:CustomerManagedPolicyAttachmentsExclusive`, {
          customerManagedPolicyReferences: [{ name: "own" }, { name: "Admin" }],
        }),
      ],
      'it: customerManagedPolicyReferences[1].name is "Admin"; wanted a policy of this stack.',
    ],
    [
      "what a permission set gives to people, in a list",
      list(
        "aws:ssoadmin/managedPolicyAttachmentsExclusive:ManagedPolicyAttachmentsExclusive",
        "managedPolicyArns",
        ADMIN,
      ),
      `it: managedPolicyArns[0] is "${ADMIN}"; wanted a policy of this stack.`,
    ],
  ],
  unknown: [
    [
      "a role's own list",
      resource("aws:iam/role:Role", { managedPolicyArns: UNKNOWN }),
      "it: managedPolicyArns",
    ],
  ],
});
