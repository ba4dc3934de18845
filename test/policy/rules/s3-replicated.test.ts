import { UNKNOWN } from "../../../policies/core/value";
import { about, bucket, bucketV2 } from "../../support/buckets";
import { describeRule } from "../../support/rule-table";

const missing = (name = "pictures") => `${name} is "without a copy"; wanted a BucketReplicationConfig.`;

describeRule("s3-replicated", {
  passes: [
    ["a bucket with it, before ids are known", [bucket(), about("ReplicationConfig")]],
    ["a bucket that says so itself", bucket({ replicationConfiguration: {} })],
    ["a bucket whose own word is not known yet", bucket({ replicationConfiguration: UNKNOWN })],
  ],
  refuses: [
    ["none", bucket(), missing()],
    ["none in version 6", bucketV2(), missing()],
    ["another bucket's", [bucket({ id: "b" }), about("ReplicationConfig", { bucket: "c" })], missing()],
    ["one for two", [bucket({}, "a"), bucket({}, "b"), about("ReplicationConfig")], missing("b")],
  ],
  unknown: [],
});
