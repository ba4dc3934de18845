import { expectAt } from "../core/expectation";
import { valueAt } from "../core/resource";
import type { ResourceRule } from "../core/rule";
import { isTrue, UNKNOWN } from "../core/value";
import { isSet } from "../facts/machines";

const YEAR_DAYS = 365;
const SPEC = "customerMasterKeySpec";
const STORE = "customKeyStoreId";

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
    const unknown = [SPEC, STORE].find((path) => valueAt(resource, path) === UNKNOWN);
    if (unknown !== undefined) {
      report.unknown(resource, unknown);
      return;
    }
    const spec = valueAt(resource, SPEC);
    // AWS rotates no other kind.
    if ((isSet(spec) && spec !== "SYMMETRIC_DEFAULT") || isSet(valueAt(resource, STORE))) {
      return;
    }
    expectAt(report, resource, "enableKeyRotation", "true", isTrue);
    expectAt(report, resource, "rotationPeriodInDays", `at most ${YEAR_DAYS}`, (value) =>
      isSet(value) ? Number(value) <= YEAR_DAYS : true,
    );
  },
};
export default rule;
