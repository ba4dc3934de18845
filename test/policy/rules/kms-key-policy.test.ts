import { UNKNOWN, type Value } from "../../../policies/core/value";
import { resource } from "../../support/policy";
import { describeRule } from "../../support/rule-table";

const open = (Principal: Value, Condition?: Value) =>
  resource("aws:kms/key:Key", { policy: { Statement: { Principal, Condition } } });
const found = 'it: policy.Statement[0].Principal is "*"; wanted named principals.';
describeRule("kms-key-policy", {
  passes: [
    ["a key with its check left on", resource("aws:kms/key:Key", { bypassPolicyLockoutSafetyCheck: false })],
    ["a role", open({ AWS: "arn:aws:iam::1:role/x" })],
    ["callers of one account", open("*", { StringEquals: { "aws:PrincipalAccount": "1" } })],
  ],
  refuses: [
    [
      "a key that its owner may lose",
      resource("aws:kms/key:Key", { bypassPolicyLockoutSafetyCheck: "true" }),
      'it: bypassPolicyLockoutSafetyCheck is "true"; wanted false.',
    ],
    [
      "a key whose check is off, in another spelling of the provider's",
      resource("aws:kms/key:Key", { bypassPolicyLockoutSafetyCheck: "T" }),
      'it: bypassPolicyLockoutSafetyCheck is "T"; wanted false.',
    ],
    ["everyone", open("*"), found],
    ["everyone in a list", open({ AWS: ["*"] }), found],
    [
      "a condition that may be absent",
      open("*", { StringEqualsIfExists: { "aws:PrincipalAccount": "1" } }),
      found,
    ],
    ["a condition that holds for anybody", open("*", { StringLike: { "aws:PrincipalAccount": "*" } }), found],
  ],
  unknown: [
    [
      "whether its owner may lose it",
      resource("aws:kms/key:Key", { bypassPolicyLockoutSafetyCheck: UNKNOWN }),
      "it: bypassPolicyLockoutSafetyCheck",
    ],
    [
      "whose callers",
      open("*", { StringEquals: { "aws:PrincipalAccount": UNKNOWN } }),
      "it: policy.Statement[0].Principal",
    ],
    ["who", open({ AWS: UNKNOWN }), "it: policy.Statement[0].Principal"],
  ],
});
