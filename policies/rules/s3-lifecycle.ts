import type { StackRule } from "../core/rule";
import { expectSaid, LIFECYCLES } from "../facts/buckets";

const INLINE: readonly string[] = ["lifecycleRules"];

const rule: StackRule = {
  description: "Each bucket says when what it keeps, and its old versions, may go.",
  why: "Pictures and versions that nobody deletes are a bill and a leak that grow for ever.",
  fix: "add an aws.s3.BucketLifecycleConfiguration with an expiration, and one for noncurrent versions.",
  severity: "low",
  enforcement: "advisory",
  references: [
    { catalogue: "aws-fsbp", id: "S3.10" },
    { catalogue: "aws-fsbp", id: "S3.13" },
  ],
  checkStack({ resources }, report) {
    expectSaid(
      report,
      resources,
      LIFECYCLES,
      INLINE,
      "without a lifecycle",
      "a BucketLifecycleConfiguration",
    );
  },
};
export default rule;
