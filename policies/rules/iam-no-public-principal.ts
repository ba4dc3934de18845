import type { ResourceRule } from "../core/rule";
import { isOwnCallersOnly } from "../facts/iam-callers";
import { RESOURCE_POLICIES, refuseEveryone } from "../facts/iam-document";

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
    refuseEveryone(resource, RESOURCE_POLICIES, report, isOwnCallersOnly);
  },
};
export default rule;
