import { expectAt } from "../core/expectation";
import { type Resource, valueAt } from "../core/resource";
import type { Report, StackRule } from "../core/rule";
import { isFalse, isTrue, UNKNOWN } from "../core/value";
import { ACCESS_BLOCKS, buckets, expectPartner, ofTypes } from "../facts/buckets";

const ACCOUNT = "aws:s3/accountPublicAccessBlock:AccountPublicAccessBlock";
/** Access points, with where each says what it blocks. */
const ACCESS_POINTS: readonly (readonly [type: string, block: string])[] = [
  ["aws:s3/accessPoint:AccessPoint", "publicAccessBlockConfiguration"],
  ["aws:s3control/multiRegionAccessPoint:MultiRegionAccessPoint", "details.publicAccessBlock"],
];
const FLAGS = ["blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"];

const rule: StackRule = {
  description: "Each bucket has a block of public access, with all four of its flags.",
  why: "Without it one access control list, or one policy, that somebody adds later publishes every picture.",
  fix: "add an aws.s3.BucketPublicAccessBlock for the bucket with blockPublicAcls, blockPublicPolicy, ignorePublicAcls and restrictPublicBuckets true.",
  severity: "critical",
  enforcement: "mandatory",
  references: [
    { catalogue: "checkov", id: "CKV_AWS_53" },
    { catalogue: "checkov", id: "CKV_AWS_54" },
    { catalogue: "checkov", id: "CKV_AWS_55" },
    { catalogue: "checkov", id: "CKV_AWS_56" },
    { catalogue: "trivy", id: "AWS-0086" },
    { catalogue: "trivy", id: "AWS-0087" },
    { catalogue: "trivy", id: "AWS-0091" },
    { catalogue: "trivy", id: "AWS-0093" },
    { catalogue: "trivy", id: "AWS-0094" },
    { catalogue: "aws-fsbp", id: "S3.1" },
    { catalogue: "aws-fsbp", id: "S3.8" },
    { catalogue: "cdk-nag", id: "S2" },
  ],
  checkStack({ resources }, report) {
    const blocks = ofTypes(resources, ACCESS_BLOCKS);
    for (const block of [...blocks, ...ofTypes(resources, [ACCOUNT])]) {
      for (const flag of FLAGS) {
        expectAt(report, block, flag, "true", isTrue);
      }
    }
    for (const [type, block] of ACCESS_POINTS) {
      for (const point of ofTypes(resources, [type])) {
        checkAccessPoint(point, block, report);
      }
    }
    const wanted = "a BucketPublicAccessBlock with all four flags";
    expectPartner(report, buckets(resources), blocks, "without a block of public access", wanted);
  },
};
export default rule;

/** An access point blocks unless it is told not to. */
function checkAccessPoint(point: Resource, block: string, report: Report): void {
  if (valueAt(point, block) === UNKNOWN) {
    report.unknown(point, block);
    return;
  }
  for (const flag of FLAGS) {
    expectAt(report, point, `${block}.${flag}`, "true", (value) => !isFalse(value));
  }
}
