import { UNKNOWN, type Value } from "../../../policies/core/value";
import { about, bucket, bucketV2 } from "../../support/buckets";
import { describeRule } from "../../support/rule-table";

const is = (status: Value, kind = "Versioning") => about(kind, { versioningConfiguration: { status } });
const missing = 'pictures is "without versions"; wanted a BucketVersioning that is enabled.';
const PATH = "versioningConfiguration.status";

describeRule("s3-versioned", {
  passes: [
    ["a bucket with them", [bucket(), is("Enabled")]],
    ["version 6", [bucketV2(), is("Enabled", "VersioningV2")]],
    ["a bucket that says so itself", bucket({ versioning: { enabled: true } })],
    ["a bucket of version 6 that says so itself", bucketV2({ versionings: [{ enabled: "true" }] })],
  ],
  refuses: [
    ["none", bucket(), missing],
    ["a bucket that says no", bucket({ versioning: { enabled: false } }), missing],
    ["none in version 6", bucketV2({ versionings: [] }), missing],
    ["versions that are suspended", is("Suspended"), `it: ${PATH} is "Suspended"; wanted "Enabled".`],
    ["nothing said", about("Versioning"), `it: ${PATH} is absent; wanted "Enabled".`],
  ],
  unknown: [
    ["the status", is(UNKNOWN), `it: ${PATH}`],
    ["the bucket's own word", bucket({ versioning: UNKNOWN }), "pictures: versioning.enabled"],
  ],
});
