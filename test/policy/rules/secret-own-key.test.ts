import { UNKNOWN, type Value } from "../../../policies/core/value";
import { resource } from "../../support/policy";
import { describeRule } from "../../support/rule-table";

const parameter = (props: Record<string, Value>) => resource("aws:ssm/parameter:Parameter", props);
const found = (path: string, key = "is absent") => `it: ${path} ${key}; wanted a KMS key of the stack's own.`;
describeRule("secret-own-key", {
  passes: [
    ["a parameter in the clear", parameter({ type: "String" })],
    ["a secure one", parameter({ type: "SecureString", keyId: "alias/mine" })],
  ],
  refuses: [
    [
      "AWS's key",
      parameter({ type: "SecureString", keyId: "alias/aws/ssm" }),
      found("keyId", 'is "alias/aws/ssm"'),
    ],
    ["a secret without", resource("aws:secretsmanager/secret:Secret", {}), found("kmsKeyId")],
    ["a topic without", resource("aws:sns/topic:Topic", {}), found("kmsMasterKeyId")],
    ["a queue without", resource("aws:sqs/queue:Queue", {}), found("kmsMasterKeyId")],
  ],
  unknown: [["the key", parameter({ type: "SecureString", keyId: UNKNOWN }), "it: keyId"]],
});
