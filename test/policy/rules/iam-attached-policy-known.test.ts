import { UNKNOWN, type Value } from "../../../policies/core/value";
import { resource } from "../../support/policy";
import { describeRule } from "../../support/rule-table";

const own = resource("aws:iam/policy:Policy", { arn: "arn:aws:iam::1:policy/own" }, "own");
const attach = (policyArn: Value, kind = "rolePolicyAttachment:RolePolicyAttachment") =>
  resource(`aws:iam/${kind}`, { policyArn });
const found = (what: string) => `it: policyArn is ${what}; wanted a policy of this stack.`;

describeRule("iam-attached-policy-known", {
  passes: [
    ["the stack's own", [own, attach("arn:aws:iam::1:policy/own")]],
    ["the stack's own, before its ARN is known", [own, attach(UNKNOWN)]],
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
  ],
  unknown: [],
});
