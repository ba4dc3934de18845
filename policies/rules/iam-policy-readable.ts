import type { ResourceRule } from "../core/rule";
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
    for (const { path, document } of TABLES.flatMap((table) =>
      table[resource.type] === undefined ? [] : documents(resource, table, report),
    )) {
      if (document === undefined) {
        report.violation({ resource, path, found: "no JSON object", wanted: "a policy document" });
      }
    }
  },
};
export default rule;
