import type { ResourceRule } from "../core/rule";
import { publicTexts, secretInPair } from "../facts/secrets";

const PLACES = ["create", "update", "delete", "environment", "interpreter", "dir", "triggers"];

const rule: ResourceRule = {
  description: "No secret stands in a command's text or environment.",
  why: "Command lines and environments are read by every process of the user, and Pulumi writes them into the state and its logs.",
  fix: "hand it over in stdin, as a secret.",
  severity: "critical",
  enforcement: "mandatory",
  references: [
    { catalogue: "checkov", id: "CKV_SECRET_6" },
    { catalogue: "asvs", id: "13.3.1" },
  ],
  types: ["command:local:Command", "command:remote:Command"],
  checkResource(resource, report) {
    for (const { path, text } of publicTexts(resource, PLACES, report)) {
      const key = /^environment\.(.+)$/.exec(path)?.[1] ?? "";
      const found = secretInPair(key, text, { mayBeRandom: path.startsWith("triggers") });
      if (found !== undefined) {
        report.violation({ resource, path, found, wanted: "no secret" });
      }
    }
  },
};
export default rule;
