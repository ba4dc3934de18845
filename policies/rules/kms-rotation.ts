import { expectAt } from "../core/expectation";
import { valueAt } from "../core/resource";
import type { ResourceRule } from "../core/rule";
import { isSet, isTrue } from "../facts/machines";

const YEAR_DAYS = 365;

const rule: ResourceRule = {
  description: "KMS keys are rotated every year at least.",
  why: "What one key has encrypted over the years is lost together when that key is.",
  fix: "set enableKeyRotation to true, and rotationPeriodInDays to 365 or less.",
  severity: "medium",
  enforcement: "mandatory",
  references: [
    { catalogue: "checkov", id: "CKV_AWS_7" },
    { catalogue: "trivy", id: "AWS-0065" },
    { catalogue: "aws-fsbp", id: "KMS.4" },
  ],
  types: ["aws:kms/key:Key"],
  checkResource(resource, report) {
    const spec = valueAt(resource, "customerMasterKeySpec");
    const isSymmetric = !isSet(spec) || spec === "SYMMETRIC_DEFAULT";
    // AWS rotates no other kind.
    if (!isSymmetric || isSet(valueAt(resource, "customKeyStoreId"))) {
      return;
    }
    expectAt(report, resource, "enableKeyRotation", "true", isTrue);
    expectAt(report, resource, "rotationPeriodInDays", `at most ${YEAR_DAYS}`, (value) =>
      isSet(value) ? Number(value) <= YEAR_DAYS : true,
    );
  },
};
export default rule;
