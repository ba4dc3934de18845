import { UNKNOWN, type Value } from "../../../policies/core/value";
import { resource } from "../../support/policy";
import { describeRule } from "../../support/rule-table";

const key = (deletionWindowInDays: Value, type = "aws:kms/key:Key") =>
  resource(type, { deletionWindowInDays });
const found = (days: string) => `it: deletionWindowInDays is ${days}; wanted at least 14.`;
describeRule("kms-deletion-window", {
  passes: [
    ["the default", key(undefined)],
    ["two weeks", key(14)],
  ],
  refuses: [
    ["a week", key(7), found("7")],
    ["a day less", key("13"), found('"13"')],
    ["a key from elsewhere", key(7, "aws:kms/externalKey:ExternalKey"), found("7")],
    ["its replica", key(7, "aws:kms/replicaExternalKey:ReplicaExternalKey"), found("7")],
    ["a replica", key(7, "aws:kms/replicaKey:ReplicaKey"), found("7")],
  ],
  unknown: [["it", key(UNKNOWN), "it: deletionWindowInDays"]],
});
