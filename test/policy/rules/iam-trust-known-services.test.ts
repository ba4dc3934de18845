import { UNKNOWN, type Value } from "../../../policies/core/value";
import { resource } from "../../support/policy";
import { describeRule } from "../../support/rule-table";

const role = (Principal: Value) =>
  resource("aws:iam/role:Role", { assumeRolePolicy: { Statement: { Effect: "Allow", Principal } } });
const found = (what: string) =>
  `it: assumeRolePolicy.Statement[0].Principal is "${what}"; wanted a service among ec2.amazonaws.com, ec2.amazonaws.com.cn, vpc-flow-logs.amazonaws.com, dlm.amazonaws.com, backup.amazonaws.com, scheduler.amazonaws.com.`;
describeRule("iam-trust-known-services", {
  passes: [
    ["EC2", role({ Service: "ec2.amazonaws.com" })],
    ["the network's log", role({ Service: "vpc-flow-logs.amazonaws.com" })],
    ["snapshots and backups", role({ Service: ["dlm.amazonaws.com", "backup.amazonaws.com"] })],
    ["EC2 in China", role({ Service: "ec2.amazonaws.com.cn" })],
    [
      "a refusal of everyone",
      resource("aws:iam/role:Role", { assumeRolePolicy: { Statement: { Effect: "Deny", Principal: "*" } } }),
    ],
    ["the scheduler", role({ Service: "scheduler.amazonaws.com" })],
  ],
  refuses: [
    ["everyone", role("*"), found("* *")],
    ["everyone with an account", role({ AWS: "*" }), found("* *")],
    ["an account", role({ AWS: ["arn:aws:iam::1:root"] }), found("aws arn:aws:iam::1:root")],
    ["a user called like a service", role({ AWS: "ec2.amazonaws.com" }), found("aws ec2.amazonaws.com")],
    [
      "another service",
      role({ Service: ["ec2.amazonaws.com", "lambda.amazonaws.com"] }),
      found("service lambda.amazonaws.com"),
    ],
    [
      "somebody's identities",
      role({ Federated: "accounts.google.com" }),
      found("federated accounts.google.com"),
    ],
  ],
  unknown: [["who", role({ Service: UNKNOWN }), "it: assumeRolePolicy.Statement[0].Principal"]],
});
