import { expectAt } from "../core/expectation";
import type { ResourceRule } from "../core/rule";
import { isOwnKey } from "../facts/keys";

const rule: ResourceRule = {
  description: "Log groups are encrypted with a KMS key of the stack's own.",
  why: "Logs hold who asked for what, from where; a key of one's own decides who reads them.",
  fix: "set kmsKeyId to the ARN of the stack's KMS key.",
  severity: "medium",
  enforcement: "mandatory",
  references: [
    { catalogue: "checkov", id: "CKV_AWS_158" },
    { catalogue: "trivy", id: "AWS-0017" },
  ],
  types: ["aws:cloudwatch/logGroup:LogGroup"],
  checkResource(resource, report) {
    expectAt(report, resource, "kmsKeyId", "a KMS key of the stack's own", isOwnKey);
  },
};
export default rule;
