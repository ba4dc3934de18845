import { UNKNOWN } from "../../../policies/core/value";
import { about, bucket, bucketV2 } from "../../support/buckets";
import { describeRule } from "../../support/rule-table";

const missing = (name = "pictures") =>
  `${name} is "without a lifecycle"; wanted a BucketLifecycleConfiguration.`;

describeRule("s3-lifecycle", {
  passes: [
    ["a bucket with it, before ids are known", [bucket(), about("LifecycleConfiguration")]],
    ["version 6", [bucketV2(), about("LifecycleConfigurationV2")]],
    ["a bucket that says so itself", bucket({ lifecycleRules: [{}] })],
    ["a bucket whose own word is not known yet", bucket({ lifecycleRules: UNKNOWN })],
  ],
  refuses: [
    ["none", bucket(), missing()],
    ["none in version 6", bucketV2(), missing()],
    ["another bucket's", [bucket({ id: "b" }), about("LifecycleConfiguration", { bucket: "c" })], missing()],
    ["one for two", [bucket({}, "a"), bucket({}, "b"), about("LifecycleConfiguration")], missing("b")],
  ],
  unknown: [],
});
