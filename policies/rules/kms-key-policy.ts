import { expectAt } from "../core/expectation";
import type { ResourceRule } from "../core/rule";
import { isTrue } from "../core/value";
import { isOwnCallersOnly } from "../facts/iam-callers";
import { KEY_POLICIES, refuseEveryone } from "../facts/iam-document";

const rule: ResourceRule = {
  description: "A KMS key's policy lets only named principals use it, and its owner keep control.",
  why: "A key that everyone may use protects nothing, and one whose policy shuts its owner out is lost with the data.",
  fix: "name the principals; for * add a condition on kms:CallerAccount; leave bypassPolicyLockoutSafetyCheck off.",
  severity: "critical",
  enforcement: "mandatory",
  references: [
    { catalogue: "checkov", id: "CKV_AWS_33" },
    { catalogue: "checkov", id: "CKV_AWS_227" },
    { catalogue: "aws-fsbp", id: "KMS.1" },
    { catalogue: "aws-fsbp", id: "KMS.2" },
    { catalogue: "aws-fsbp", id: "KMS.5" },
  ],
  types: Object.keys(KEY_POLICIES),
  checkResource(resource, report) {
    expectAt(report, resource, "bypassPolicyLockoutSafetyCheck", "false", (value) => !isTrue(value));
    refuseEveryone(resource, KEY_POLICIES, report, isOwnCallersOnly);
  },
};
export default rule;
