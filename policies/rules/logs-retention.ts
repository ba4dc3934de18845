import { expectAt } from "../core/expectation";
import type { ResourceRule } from "../core/rule";

const LEAST_DAYS = 90;

const rule: ResourceRule = {
  description: "Log groups keep their lines for 90 days at least, and say for how long.",
  why: "A break-in is noticed after weeks; and what is kept forever without anybody having said so is personal data without an end.",
  fix: "set retentionInDays to 90 or more.",
  severity: "medium",
  enforcement: "mandatory",
  references: [
    { catalogue: "checkov", id: "CKV_AWS_66" },
    { catalogue: "checkov", id: "CKV_AWS_338" },
  ],
  types: ["aws:cloudwatch/logGroup:LogGroup"],
  checkResource(resource, report) {
    expectAt(
      report,
      resource,
      "retentionInDays",
      `at least ${LEAST_DAYS}`,
      (value) => Number(value) >= LEAST_DAYS,
    );
  },
};
export default rule;
