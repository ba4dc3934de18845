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
    [
      "the one that gathers the logs, by the name that it was given",
      [pictures, bucket({ bucket: "logs" }, "logs"), into("logs")],
    ],
    [
      "a bucket that says so itself, and the one that gathers its logs",
      [bucket({ id: "b", logging: { targetBucket: "logs" } }), logs],
    ],
    [
      "a bucket of version 6 that says so itself, and the one that gathers its logs",
      [bucketV2({ id: "b", loggings: [{ targetBucket: "logs" }] }), logs],
    ],
    ["before names are known", [bucket(), about("Logging", { targetBucket: "elsewhere" })]],
    ["a bucket that says so itself", bucket({ logging: { targetBucket: "elsewhere" } })],
    ["a bucket of version 6 that says so itself", bucketV2({ loggings: [{ targetBucket: "elsewhere" }] })],
  ],
  refuses: [
    ["none", bucket(), missing()],
    ["none in version 6", bucketV2(), missing()],
    ["another bucket's", [pictures, into("elsewhere", "c")], missing()],
    ["a target that nobody logs to", [pictures, logs, into("elsewhere")], missing("logs")],
    [
      "logs into the bucket itself",
      [pictures, into("b")],
      'it: targetBucket is "b"; wanted another bucket for the logs.',
    ],
    [
      "logs into the bucket itself, as it says",
      bucket({ bucket: "b", logging: { targetBucket: "b" } }),
      'pictures: logging.targetBucket is "b"; wanted another bucket for the logs.',
    ],
    ["a target whose name is not known", [bucket(), bucket({}, "logs")], [missing(), missing("logs")]],
    ["logs to nowhere", into(""), 'it: targetBucket is ""; wanted another bucket for the logs.'],
  ],
  unknown: [["the target", into(UNKNOWN), "it: targetBucket"]],
});
