import type { ResourceRule } from "../core/rule";
import type { Value } from "../core/value";
import {
  documents,
  IDENTITY_POLICIES,
  KEY_POLICIES,
  RESOURCE_POLICIES,
  TRUST_POLICIES,
} from "../facts/iam-document";

const TABLES = [IDENTITY_POLICIES, RESOURCE_POLICIES, KEY_POLICIES, TRUST_POLICIES];

const rule: ResourceRule = {
  description: "Every IAM policy can be read: it is a JSON object, as text or as itself.",
  why: "A policy that cannot be read passes every other rule about policies.",
  fix: "write the policy with JSON.stringify, or as an object.",
  severity: "high",
  enforcement: "mandatory",
  references: [],
  types: [...new Set(TABLES.flatMap((table) => Object.keys(table)))],
  checkResource(resource, report) {
    for (const { path, document } of TABLES.flatMap((table) => documents(resource, table, report))) {
      if (document === undefined) {
        report.violation({ resource, path, found: "no JSON object", wanted: "a policy document" });
      } else if (!hasStatement(document)) {
        report.violation({ resource, path, found: Object.keys(document ?? {}), wanted: "a Statement in it" });
      }
    }
  },
};
export default rule;

/** IAM takes the name of an element in any case, but no other name. */
function hasStatement(document: Value): boolean {
  return Object.keys(document ?? {}).some((key) => key.toLowerCase() === "statement");
}
