import { expectAt } from "../core/expectation";
import { type Resource, valueAt } from "../core/resource";
import type { StackRule } from "../core/rule";
import { UNKNOWN, type Value } from "../core/value";
import { BUCKET_TYPES, buckets, expectPartner, LOGGINGS, ofTypes } from "../facts/buckets";
import { isSet } from "../facts/machines";
import { partnership } from "../facts/partners";

const INLINE = ["logging.targetBucket", "loggings[0].targetBucket"];

const rule: StackRule = {
  description: "Each bucket writes down who read and changed it, in another bucket.",
  why: "After a leak the access log alone tells what was taken, and by whom.",
  fix: "add an aws.s3.BucketLogging for the bucket with the targetBucket that gathers the logs.",
  severity: "medium",
  enforcement: "mandatory",
  references: [
    { catalogue: "checkov", id: "CKV_AWS_18" },
    { catalogue: "trivy", id: "AWS-0089" },
    { catalogue: "aws-fsbp", id: "S3.9" },
    { catalogue: "cdk-nag", id: "S1" },
  ],
  checkStack({ resources }, report) {
    const logs = ofTypes(resources, LOGGINGS);
    for (const log of logs) {
      expectAt(report, log, "targetBucket", "a bucket for the logs", isSet);
    }
    const isLogged = (bucket: Resource) => INLINE.some((path) => isSet(valueAt(bucket, path)));
    const left = buckets(resources).filter((bucket) => !isLogged(bucket) && !gathersLogs(bucket, resources));
    expectPartner(report, left, logs, "without access logs", "a BucketLogging into another bucket");
  },
};
export default rule;

/** A bucket that gathers the logs of others cannot go on gathering its own: each line would make the next. */
function gathersLogs(bucket: Resource, resources: readonly Resource[]): boolean {
  const targets = resources.flatMap((one): { one: Resource; path: string; value: Value }[] => {
    const paths = BUCKET_TYPES.includes(one.type)
      ? INLINE
      : LOGGINGS.includes(one.type)
        ? ["targetBucket"]
        : [];
    return paths.map((path) => ({ one, path, value: valueAt(one, path) }));
  });
  return targets.some(
    ({ one, path, value }) =>
      one !== bucket &&
      isSet(value) &&
      value !== UNKNOWN &&
      partnership(bucket, ["id", "bucket"], one, path) === "yes" &&
      // Its own logs into itself are no logs of others.
      (LOGGINGS.includes(one.type) ? partnership(bucket, ["id", "bucket"], one, "bucket") !== "yes" : true),
  );
}
