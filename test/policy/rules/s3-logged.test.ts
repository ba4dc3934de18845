import { UNKNOWN } from "../../../policies/core/value";
import { about, bucket, bucketV2 } from "../../support/buckets";
import { describeRule } from "../../support/rule-table";

const into = (targetBucket: unknown, of: unknown = "b", kind = "Logging") =>
  about(kind, { bucket: of as string, targetBucket: targetBucket as string });
const missing = (name = "pictures") =>
  `${name} is "without access logs"; wanted a BucketLogging into another bucket.`;
const [pictures, logs] = [bucket({ id: "b" }), bucket({ id: "logs" }, "logs")];

describeRule("s3-logged", {
  passes: [
    ["a bucket, and the one that gathers its logs", [pictures, logs, into("logs")]],
    ["version 6", [bucketV2({ id: "b" }), logs, into("logs", "b", "LoggingV2")]],
    ["a bucket that says so itself", bucket({ logging: { targetBucket: "elsewhere" } })],
    ["a bucket of version 6 that says so itself", bucketV2({ loggings: [{ targetBucket: "elsewhere" }] })],
  ],
  refuses: [
    ["none", bucket(), missing()],
    ["none in version 6", bucketV2(), missing()],
    ["another bucket's", [pictures, into("elsewhere", "c")], missing()],
    ["a target that nobody logs to", [pictures, logs, into("elsewhere")], missing("logs")],
    ["logs to nowhere", into(""), 'it: targetBucket is ""; wanted a bucket for the logs.'],
  ],
  unknown: [["the target", into(UNKNOWN), "it: targetBucket"]],
});
