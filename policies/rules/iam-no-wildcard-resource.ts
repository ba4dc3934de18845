import type { ResourceRule } from "../core/rule";
import { areConditionsKnown, IDENTITY_POLICIES, statements } from "../facts/iam-document";
import { coversAnyResource, isBound, isChanging, isKnown } from "../facts/iam-patterns";

const rule: ResourceRule = {
  description: "Actions that change something are allowed on named resources only.",
  why: "A wildcard lets the machine's role change what other stacks of the account own.",
  fix: "name the ARNs; where an action takes none, bind it by a condition such as cloudwatch:namespace or aws:ResourceTag.",
  severity: "high",
  enforcement: "mandatory",
  references: [
    { catalogue: "checkov", id: "CKV_AWS_111" },
    { catalogue: "checkov", id: "CKV_AWS_290" },
    { catalogue: "checkov", id: "CKV_AWS_355" },
    { catalogue: "trivy", id: "AWS-0057" },
    { catalogue: "cdk-nag", id: "IAM5" },
  ],
  types: Object.keys(IDENTITY_POLICIES),
  checkResource(resource, report) {
    const allowing = statements(resource, IDENTITY_POLICIES, report).filter(
      (one) => one.allows && !isBound(one),
    );
    for (const statement of allowing) {
      const changing = statement.actions.filter(isChanging);
      const isWide = changing.length > 0 && coversAnyResource(statement);
      if (isWide && areConditionsKnown(statement)) {
        const found = `${changing.join(", ")} on any resource`;
        report.violation({
          resource,
          path: statement.path,
          found,
          wanted: "named resources or a binding condition",
        });
      } else if (isWide || !isKnown(statement)) {
        report.unknown(resource, statement.path);
      }
    }
  },
};
export default rule;
