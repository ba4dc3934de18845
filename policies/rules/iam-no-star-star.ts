import type { ResourceRule } from "../core/rule";
import { UNKNOWN } from "../core/value";
import { IDENTITY_POLICIES, type Statement, statements } from "../facts/iam-document";
import { areEverything, coversAnyResource, isEverything } from "../facts/iam-patterns";

const rule: ResourceRule = {
  description: "No policy allows every action on everything.",
  why: "Who holds such a role owns the account; whoever breaks into the machine holds its role.",
  fix: "name the actions and the ARNs that are needed.",
  severity: "critical",
  enforcement: "mandatory",
  references: [
    { catalogue: "checkov", id: "CKV_AWS_1" },
    { catalogue: "checkov", id: "CKV_AWS_62" },
    { catalogue: "checkov", id: "CKV_AWS_63" },
    { catalogue: "trivy", id: "AWS-0057" },
    { catalogue: "aws-fsbp", id: "IAM.1" },
    { catalogue: "aws-fsbp", id: "IAM.21" },
    { catalogue: "cdk-nag", id: "IAM5" },
  ],
  types: Object.keys(IDENTITY_POLICIES),
  checkResource(resource, report) {
    const wide: Statement[] = [];
    const allowing = statements(resource, IDENTITY_POLICIES, report).filter(({ allows }) => allows);
    for (const statement of allowing) {
      const { path, actions, resources } = statement;
      const found = actions.find(isEverything);
      if (found !== undefined && coversAnyResource(statement)) {
        report.violation({
          resource,
          path,
          found: `${String(found)} on everything`,
          wanted: "named actions on named resources",
        });
      } else if (actions.includes(UNKNOWN) || (found !== undefined && resources.includes(UNKNOWN))) {
        report.unknown(resource, path);
      } else if (coversAnyResource(statement)) {
        wide.push(statement);
      }
    }
    // a*, b* and so on are every action, too, whichever statement each stands in.
    const [first] = wide;
    if (first !== undefined && areEverything(wide.flatMap(({ actions }) => actions))) {
      const found = "every action, in pieces, on everything";
      report.violation({ resource, path: first.path, found, wanted: "named actions on named resources" });
    }
  },
};
export default rule;
