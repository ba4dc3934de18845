import { UNKNOWN, type Value } from "../../../policies/core/value";
import { resource } from "../../support/policy";
import { describeRule } from "../../support/rule-table";

const open = (Principal: Value, Condition?: Value) =>
  resource("aws:sqs/queue:Queue", { policy: { Statement: { Principal, Condition } } });
const found = 'it: policy.Statement[0].Principal is "*"; wanted named principals.';
describeRule("iam-no-public-principal", {
  passes: [
    ["a role", open({ AWS: "arn:aws:iam::1:role/x" })],
    ["callers of one account", open("*", { StringEquals: { "aws:PrincipalAccount": "1" } })],
  ],
  refuses: [
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
      "whose callers",
      open("*", { StringEquals: { "aws:PrincipalAccount": UNKNOWN } }),
      "it: policy.Statement[0].Principal",
    ],
    ["who", open({ AWS: UNKNOWN }), "it: policy.Statement[0].Principal"],
  ],
});
