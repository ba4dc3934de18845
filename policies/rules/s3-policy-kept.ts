import type { ResourceRule } from "../core/rule";
import { UNKNOWN } from "../core/value";
import { BUCKET_POLICIES, BUCKET_TYPES } from "../facts/buckets";
import { RESOURCE_POLICIES, statements } from "../facts/iam-document";
import { covers } from "../facts/iam-patterns";

/** Each takes the bucket, or what protects it, out of its owner's hands. */
const CONTROL = [
  "s3:DeleteBucketPolicy",
  "s3:PutBucketAcl",
  "s3:PutBucketPolicy",
  "s3:PutEncryptionConfiguration",
  "s3:PutObjectAcl",
  "s3:PutBucketOwnershipControls",
  "s3:PutBucketPublicAccessBlock",
  "s3:PutBucketVersioning",
  "s3:PutLifecycleConfiguration",
  "s3:PutReplicationConfiguration",
  "s3:PutObjectVersionAcl",
  "s3:PutBucketLogging",
  "s3:PutBucketObjectLockConfiguration",
  "s3:BypassGovernanceRetention",
];

const rule: ResourceRule = {
  description: "No bucket's policy hands out the right to change what protects the bucket.",
  why: "Whoever may write the policy lets in whom they like, from whatever account.",
  fix: "allow the actions that the reader or writer needs, such as s3:GetObject; change the bucket by this stack alone.",
  severity: "high",
  enforcement: "mandatory",
  references: [{ catalogue: "aws-fsbp", id: "S3.6" }],
  types: [...BUCKET_TYPES, ...BUCKET_POLICIES],
  checkResource(resource, report) {
    for (const { path, allows, actions } of statements(resource, RESOURCE_POLICIES, report)) {
      const handed = CONTROL.filter((action) => actions.some((pattern) => covers(pattern, action)));
      if (allows && handed.length > 0) {
        const found = handed.join(", ");
        report.violation({ resource, path: `${path}.Action`, found, wanted: "no control of the bucket" });
      } else if (allows && actions.includes(UNKNOWN)) {
        report.unknown(resource, `${path}.Action`);
      }
    }
  },
};
export default rule;
