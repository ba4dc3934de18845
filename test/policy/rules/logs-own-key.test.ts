import { UNKNOWN, type Value } from "../../../policies/core/value";
import { resource } from "../../support/policy";
import { describeRule } from "../../support/rule-table";

const group = (kmsKeyId: Value) => resource("aws:cloudwatch/logGroup:LogGroup", { kmsKeyId });
const found = (key: string) => `it: kmsKeyId ${key}; wanted a KMS key of the stack's own.`;
describeRule("logs-own-key", {
  passes: [["a key", group("arn:aws:kms:a:1:key/1")]],
  refuses: [
    ["none", group(undefined), found("is absent")],
    ["AWS's", group("alias/aws/logs"), found('is "alias/aws/logs"')],
    ["empty", group(""), found('is ""')],
  ],
  unknown: [["it", group(UNKNOWN), "it: kmsKeyId"]],
});
