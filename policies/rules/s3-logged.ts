import { expectAt } from "../core/expectation";
import { type Resource, valueAt } from "../core/resource";
import type { StackRule } from "../core/rule";
import type { Value } from "../core/value";
import { buckets, expectPartner, LOGGINGS, ofTypes } from "../facts/buckets";
import { isSet } from "../facts/machines";
import { partnership } from "../facts/partners";

const INLINE = ["logging.targetBucket", "loggings[0].targetBucket"];

const WANTED = "another bucket for the logs";

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
      const isOther = (value: Value) => isSet(value) && value !== valueAt(log, "bucket");
      expectAt(report, log, "targetBucket", WANTED, isOther);
    }
    for (const bucket of buckets(resources)) {
      for (const path of INLINE.filter((one) => names(bucket, one, bucket))) {
        report.violation({ resource: bucket, path, found: valueAt(bucket, path), wanted: WANTED });
      }
    }
    const isLogged = (bucket: Resource) => INLINE.some((path) => isSet(valueAt(bucket, path)));
    const left = buckets(resources).filter((bucket) => !isLogged(bucket) && !gathersLogs(bucket, resources));
    expectPartner(report, left, logs, "without access logs", "a BucketLogging into another bucket");
  },
};
export default rule;

/** A bucket that gathers the logs of others cannot go on gathering its own: each line would make the next. */
function gathersLogs(bucket: Resource, resources: readonly Resource[]): boolean {
  return [...INLINE, "targetBucket"].some((path) => resources.some((one) => names(one, path, bucket)));
}

function names(one: Resource, path: string, bucket: Resource): boolean {
  return partnership(bucket, ["id", "bucket"], one, path) === "yes";
}
