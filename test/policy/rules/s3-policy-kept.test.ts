import { UNKNOWN, type Value } from "../../../policies/core/value";
import { about, bucket } from "../../support/buckets";
import { describeRule } from "../../support/rule-table";

const allow = (Action: Value, Effect = "Allow"): Record<string, Value> => ({
  policy: { Statement: [{ Effect, Principal: { AWS: "arn:aws:iam::2:root" }, Action, Resource: "x" }] },
});
const found = (name: string, actions: string) =>
  `${name}: policy.Statement[0].Action is "${actions}"; wanted no control of the bucket.`;

const EVERYTHING =
  "s3:DeleteBucketPolicy, s3:PutBucketAcl, s3:PutBucketPolicy, s3:PutEncryptionConfiguration, s3:PutObjectAcl, s3:PutBucket";
/** What the holder of one action does with it. */
const HANDED: readonly (readonly [action: string, what: string])[] = [
  ["s3:DeleteBucketPolicy", "lets plain text in again"],
  ["s3:PutEncryptionConfiguration", "encrypts with a key of its own"],
  ["s3:PutBucketOwnershipControls", "turns access control lists on"],
  ["s3:PutBucketPublicAccessBlock", "takes the block of public access away"],
  ["s3:PutBucketVersioning", "overwrites for good"],
  ["s3:PutLifecycleConfiguration", "has everything deleted tomorrow"],
  ["s3:PutObjectVersionAcl", "gives an old version to everyone"],
  ["s3:PutBucketLogging", "is no longer written down"],
  ["s3:PutBucketObjectLockConfiguration", "locks nothing any longer"],
  ["s3:BypassGovernanceRetention", "deletes what is locked"],
  ["s3:PutReplicationConfiguration", "has a copy of everything in its own account"],
];

describeRule("s3-policy-kept", {
  passes: [
    ["reading", about("Policy", allow("s3:GetObject"))],
    ["a denial", about("Policy", allow("s3:*", "Deny"))],
  ],
  refuses: [
    ["the policy", about("Policy", allow("s3:PutBucketPolicy")), found("it", "s3:PutBucketPolicy")],
    [
      "the policy, among what a writer needs",
      about("Policy", allow(["s3:PutObject", "s3:PutBucketPolicy"])),
      found("it", "s3:PutBucketPolicy"),
    ],
    ...HANDED.map(
      ([action, what]) => [`who ${what}`, about("Policy", allow(action)), found("it", action)] as const,
    ),
    [
      "a pattern, in any case",
      about("Policy", allow(["S3:put*Acl"])),
      found("it", "s3:PutBucketAcl, s3:PutObjectAcl, s3:PutObjectVersionAcl"),
    ],
    [
      "everything, in the bucket itself",
      bucket(allow("s3:*")),
      // As long as a message shows a value.
      `pictures: policy.Statement[0].Action is "${EVERYTHING.slice(0, 116)}...; wanted no control of the bucket.`,
    ],
  ],
  unknown: [
    ["the policy", about("Policy", { policy: UNKNOWN }), "it: policy"],
    ["an action", about("Policy", allow([UNKNOWN])), "it: policy.Statement[0].Action"],
  ],
});
