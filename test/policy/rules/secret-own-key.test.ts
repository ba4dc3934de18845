import { UNKNOWN, type Value } from "../../../policies/core/value";
import { resource } from "../../support/policy";
import { describeRule } from "../../support/rule-table";

const parameter = (props: Record<string, Value>) => resource("aws:ssm/parameter:Parameter", props);
const secret = (props: Record<string, Value>) => resource("aws:secretsmanager/secret:Secret", props);
const found = (path: string, key = "is absent") => `it: ${path} ${key}; wanted a KMS key of the stack's own.`;
describeRule("secret-own-key", {
  passes: [
    ["a parameter in the clear", parameter({ type: "String" })],
    [
      "a secret with a copy in another region",
      secret({ kmsKeyId: "alias/mine", replicas: [{ region: "a", kmsKeyId: "alias/mine" }] }),
    ],
    ["a secure one", parameter({ type: "SecureString", keyId: "alias/mine" })],
  ],
  refuses: [
    [
      "AWS's key",
      parameter({ type: "SecureString", keyId: "alias/aws/ssm" }),
      found("keyId", 'is "alias/aws/ssm"'),
    ],
    ["a secret without", secret({}), found("kmsKeyId")],
    [
      "a secret's copies in other regions, by AWS's key",
      secret({
        kmsKeyId: "alias/mine",
        replicas: [{ region: "a" }, { kmsKeyId: "alias/aws/secretsmanager" }],
      }),
      [found("replicas[0].kmsKeyId"), found("replicas[1].kmsKeyId", 'is "alias/aws/secretsmanager"')],
    ],
    ["a topic without", resource("aws:sns/topic:Topic", {}), found("kmsMasterKeyId")],
    ["a queue without", resource("aws:sqs/queue:Queue", {}), found("kmsMasterKeyId")],
  ],
  unknown: [
    [
      "a copy's key",
      secret({ kmsKeyId: "a", replicas: [{ kmsKeyId: UNKNOWN }] }),
      "it: replicas[0].kmsKeyId",
    ],
    ["the key", parameter({ type: "SecureString", keyId: UNKNOWN }), "it: keyId"],
  ],
});
