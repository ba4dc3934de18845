import { expectAt, membersAt } from "../core/expectation";
import { type Resource, valueAt } from "../core/resource";
import type { Report, StackRule } from "../core/rule";
import { UNKNOWN } from "../core/value";
import { buckets, ENCRYPTIONS, expectPartner, OBJECTS, ofTypes } from "../facts/buckets";
import { isOwnKey } from "../facts/keys";
import { isSet } from "../facts/machines";

/** What both versions of the provider let a bucket say of itself. */
const INLINE = [
  "serverSideEncryptionConfiguration.rule.applyServerSideEncryptionByDefault",
  "serverSideEncryptionConfigurations[0].rules[0].applyServerSideEncryptionByDefaults[0]",
];
const WANTED_ALGORITHM = '"aws:kms" or "aws:kms:dsse"';
const WANTED_KEY = "a KMS key of the stack's own";

const rule: StackRule = {
  description:
    "Each bucket encrypts what it keeps with a KMS key of the stack's own, and no object says otherwise.",
  why: "S3's own key opens for everyone who may read the bucket; a key of one's own can say no, and tells who used it.",
  fix: 'add an aws.s3.BucketServerSideEncryptionConfiguration with sseAlgorithm "aws:kms" and kmsMasterKeyId, and leave serverSideEncryption of objects out; a bucket that only receives access logs, which S3 writes with AES256 alone, says so in an exception.',
  severity: "high",
  enforcement: "mandatory",
  references: [
    { catalogue: "checkov", id: "CKV_AWS_19" },
    { catalogue: "checkov", id: "CKV_AWS_145" },
    { catalogue: "trivy", id: "AWS-0088" },
    { catalogue: "trivy", id: "AWS-0132" },
    { catalogue: "aws-fsbp", id: "S3.4" },
    { catalogue: "aws-fsbp", id: "S3.17" },
  ],
  checkStack({ resources }, report) {
    const configurations = ofTypes(resources, ENCRYPTIONS);
    for (const one of configurations) {
      checkRules(one, report);
    }
    for (const object of ofTypes(resources, OBJECTS)) {
      checkObject(object, report);
    }
    const left = buckets(resources).filter((bucket) => !saysItself(bucket, report));
    const wanted = "a BucketServerSideEncryptionConfiguration with a KMS key";
    expectPartner(report, left, configurations, "without encryption by a key of the stack's own", wanted);
  },
};
export default rule;

function checkRules(resource: Resource, report: Report): void {
  const rules = membersAt(report, resource, "rules");
  if (rules.length === 0 && valueAt(resource, "rules") !== UNKNOWN) {
    report.violation({
      resource,
      path: "rules",
      found: valueAt(resource, "rules"),
      wanted: "one for aws:kms",
    });
  }
  for (const { path } of rules) {
    const by = `${path}.applyServerSideEncryptionByDefault`;
    expectAt(report, resource, `${by}.sseAlgorithm`, WANTED_ALGORITHM, isKms);
    expectAt(report, resource, `${by}.kmsMasterKeyId`, WANTED_KEY, isOwnKey);
  }
}

/** What an object says goes before what its bucket does; where it names no key, AWS's own is taken. */
function checkObject(object: Resource, report: Report): void {
  expectAt(
    report,
    object,
    "serverSideEncryption",
    WANTED_ALGORITHM,
    (value) => !isSet(value) || isKms(value),
  );
  if (isKms(valueAt(object, "serverSideEncryption")) || isSet(valueAt(object, "kmsKeyId"))) {
    expectAt(report, object, "kmsKeyId", WANTED_KEY, isOwnKey);
  }
}

function saysItself(bucket: Resource, report: Report): boolean {
  return INLINE.some((path) => {
    const [algorithm, key] = ["sseAlgorithm", "kmsMasterKeyId"].map((name) =>
      valueAt(bucket, `${path}.${name}`),
    );
    if (algorithm === UNKNOWN || (isKms(algorithm) && key === UNKNOWN)) {
      report.unknown(bucket, path);
      return true;
    }
    return isKms(algorithm) && isOwnKey(key);
  });
}

function isKms(algorithm: unknown): boolean {
  return algorithm === "aws:kms" || algorithm === "aws:kms:dsse";
}
