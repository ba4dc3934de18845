import { UNKNOWN, type Value } from "../../../policies/core/value";
import { about, bucket } from "../../support/buckets";
import { describeRule } from "../../support/rule-table";

const allow = (Action: Value, Effect = "Allow"): Record<string, Value> => ({
  policy: { Statement: [{ Effect, Principal: { AWS: "arn:aws:iam::2:root" }, Action, Resource: "x" }] },
});
const found = (name: string, actions: string) =>
  `${name}: policy.Statement[0].Action is "${actions}"; wanted no control of the bucket.`;

describeRule("s3-policy-kept", {
  passes: [
    ["reading", about("Policy", allow("s3:GetObject"))],
    ["a denial", about("Policy", allow("s3:*", "Deny"))],
  ],
  refuses: [
    ["the policy", about("Policy", allow("s3:PutBucketPolicy")), found("it", "s3:PutBucketPolicy")],
    [
      "a pattern, in any case",
      about("Policy", allow(["S3:put*Acl"])),
      found("it", "s3:PutBucketAcl, s3:PutObjectAcl"),
    ],
    [
      "everything, in the bucket itself",
      bucket(allow("s3:*")),
      found(
        "pictures",
        "s3:DeleteBucketPolicy, s3:PutBucketAcl, s3:PutBucketPolicy, s3:PutEncryptionConfiguration, s3:PutObjectAcl",
      ),
    ],
  ],
  unknown: [
    ["the policy", about("Policy", { policy: UNKNOWN }), "it: policy"],
    ["an action", about("Policy", allow([UNKNOWN])), "it: policy.Statement[0].Action"],
  ],
});
