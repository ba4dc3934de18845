import { expectAt } from "../core/expectation";
import { type Resource, valueAt } from "../core/resource";
import type { Report, StackRule } from "../core/rule";
import { isTrue, UNKNOWN } from "../core/value";
import { buckets, expectPartner, ofTypes, VERSIONINGS } from "../facts/buckets";

const INLINE = ["versioning.enabled", "versionings[0].enabled"];

const rule: StackRule = {
  description: "Each bucket keeps the versions of what is overwritten or deleted.",
  why: "Whoever breaks in deletes or encrypts the backups first; an old version is what is left.",
  fix: 'add an aws.s3.BucketVersioning for the bucket with versioningConfiguration.status "Enabled".',
  severity: "medium",
  enforcement: "mandatory",
  references: [
    { catalogue: "checkov", id: "CKV_AWS_21" },
    { catalogue: "trivy", id: "AWS-0090" },
    { catalogue: "aws-fsbp", id: "S3.14" },
  ],
  checkStack({ resources }, report) {
    const versionings = ofTypes(resources, VERSIONINGS);
    for (const one of versionings) {
      const path = "versioningConfiguration.status";
      expectAt(report, one, path, '"Enabled"', (value) => value === "Enabled");
    }
    const left = buckets(resources).filter((bucket) => !saysItself(bucket, report));
    expectPartner(report, left, versionings, "without versions", "a BucketVersioning that is enabled");
  },
};
export default rule;

function saysItself(bucket: Resource, report: Report): boolean {
  return INLINE.some((path) => {
    const value = valueAt(bucket, path);
    if (value === UNKNOWN) {
      report.unknown(bucket, path);
    }
    return value === UNKNOWN || isTrue(value);
  });
}
