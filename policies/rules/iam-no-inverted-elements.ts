import type { ResourceRule } from "../core/rule";
import {
  IDENTITY_POLICIES,
  KEY_POLICIES,
  RESOURCE_POLICIES,
  type Statement,
  statements,
  TRUST_POLICIES,
} from "../facts/iam-document";

const TABLES = [IDENTITY_POLICIES, RESOURCE_POLICIES, KEY_POLICIES, TRUST_POLICIES];

const rule: ResourceRule = {
  description: "What a policy allows is said by what it is, never by what it is not.",
  why: "NotAction, NotResource and NotPrincipal allow all the rest, with every service that AWS adds next year.",
  fix: "list what is needed in Action, Resource and Principal; use the Not elements with Deny only.",
  severity: "high",
  enforcement: "mandatory",
  references: [
    { catalogue: "checkov", id: "CKV_AWS_63" },
    { catalogue: "aws-fsbp", id: "IAM.21" },
    { catalogue: "cdk-nag", id: "IAM5" },
  ],
  types: [...new Set(TABLES.flatMap((table) => Object.keys(table)))],
  checkResource(resource, report) {
    const all = TABLES.flatMap((table) => statements(resource, table, report));
    for (const statement of all.filter(({ allows }) => allows)) {
      for (const found of inverted(statement)) {
        const wanted = `${found.slice(3)} in its place`;
        report.violation({ resource, path: statement.path, found, wanted });
      }
    }
  },
};
export default rule;

function inverted({ notActions, notResources, hasNotPrincipal }: Statement): string[] {
  return [
    ...(notActions.length > 0 ? ["NotAction"] : []),
    ...(notResources.length > 0 ? ["NotResource"] : []),
    ...(hasNotPrincipal ? ["NotPrincipal"] : []),
  ];
}
