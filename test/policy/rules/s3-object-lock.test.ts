import { UNKNOWN } from "../../../policies/core/value";
import { about, bucket, bucketV2 } from "../../support/buckets";
import { describeRule } from "../../support/rule-table";

const missing = (name = "pictures") =>
  `${name} is "without an object lock"; wanted a BucketObjectLockConfiguration.`;

describeRule("s3-object-lock", {
  passes: [
    ["a bucket with it, before ids are known", [bucket(), about("ObjectLockConfiguration")]],
    ["version 6", [bucketV2(), about("ObjectLockConfigurationV2")]],
    ["a bucket that says so itself", bucket({ objectLockConfiguration: {} })],
    ["a bucket whose own word is not known yet", bucket({ objectLockConfiguration: UNKNOWN })],
  ],
  refuses: [
    ["none", bucket(), missing()],
    ["none in version 6", bucketV2(), missing()],
    ["another bucket's", [bucket({ id: "b" }), about("ObjectLockConfiguration", { bucket: "c" })], missing()],
    ["one for two", [bucket({}, "a"), bucket({}, "b"), about("ObjectLockConfiguration")], missing("b")],
  ],
  unknown: [],
});
