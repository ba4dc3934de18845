import type { ResourceRule } from "../core/rule";
import { UNKNOWN } from "../core/value";
import { isOwnCallersOnly } from "../facts/iam-callers";
import { RESOURCE_POLICIES, statements } from "../facts/iam-document";

const rule: ResourceRule = {
  description: "No bucket, topic, queue, secret or repository may be used by everyone.",
  why: "Principal * is every account of AWS and, for a bucket, everyone without one.",
  fix: "name the role, the account or the service; for * add a condition on aws:PrincipalAccount, aws:SourceAccount or aws:PrincipalOrgID.",
  severity: "critical",
  enforcement: "mandatory",
  references: [
    { catalogue: "checkov", id: "CKV_AWS_70" },
    { catalogue: "aws-fsbp", id: "S3.2" },
    { catalogue: "cdk-nag", id: "S2" },
  ],
  types: Object.keys(RESOURCE_POLICIES),
  checkResource(resource, report) {
    for (const statement of statements(resource, RESOURCE_POLICIES, report)) {
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
