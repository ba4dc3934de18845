import { expectAt } from "../core/expectation";
import type { ResourceRule } from "../core/rule";
import { UNKNOWN } from "../core/value";
import { isOwnCallersOnly } from "../facts/iam-callers";
import { KEY_POLICIES, statements } from "../facts/iam-document";
import { isTrue } from "../facts/machines";

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
    for (const statement of statements(resource, KEY_POLICIES, report)) {
      const { path, allows, principals } = statement;
      if (!allows || isOwnCallersOnly(statement)) {
        continue;
      }
      if (principals.some(({ kind }) => kind === "*")) {
        report.violation({ resource, path: `${path}.Principal`, found: "*", wanted: "named principals" });
      } else if (principals.some(({ value }) => value === UNKNOWN)) {
        report.unknown(resource, `${path}.Principal`);
      }
    }
  },
};
export default rule;
