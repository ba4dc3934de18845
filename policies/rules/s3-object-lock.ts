import type { StackRule } from "../core/rule";
import { expectSaid, OBJECT_LOCKS } from "../facts/buckets";

const INLINE: readonly string[] = ["objectLockConfiguration"];

const rule: StackRule = {
  description: "Each bucket locks what it keeps against deletion for a while.",
  why: "Backups that the machine's own role may delete go with the machine.",
  fix: "set objectLockEnabled on the bucket and add an aws.s3.BucketObjectLockConfiguration; a bucket of mere copies says so in an exception.",
  severity: "low",
  enforcement: "advisory",
  references: [{ catalogue: "aws-fsbp", id: "S3.15" }],
  checkStack({ resources }, report) {
    expectSaid(
      report,
      resources,
      OBJECT_LOCKS,
      INLINE,
      "without an object lock",
      "a BucketObjectLockConfiguration",
    );
  },
};
export default rule;
