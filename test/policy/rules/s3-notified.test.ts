import { about, bucket, bucketV2 } from "../../support/buckets";
import { describeRule } from "../../support/rule-table";

const missing = (name = "pictures") => `${name} is "without notifications"; wanted a BucketNotification.`;

describeRule("s3-notified", {
  passes: [["a bucket with it, before ids are known", [bucket(), about("Notification")]]],
  refuses: [
    ["none", bucket(), missing()],
    ["none in version 6", bucketV2(), missing()],
    ["another bucket's", [bucket({ id: "b" }), about("Notification", { bucket: "c" })], missing()],
    ["one for two", [bucket({}, "a"), bucket({}, "b"), about("Notification")], missing("b")],
  ],
  unknown: [],
});
