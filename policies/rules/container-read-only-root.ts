import { expectAt } from "../core/expectation";
import type { ResourceRule } from "../core/rule";
import { isTrue } from "../core/value";
import { CONTAINER, stringsAt, word } from "../facts/docker";

const rule: ResourceRule = {
  description: "A container's root file system is read-only.",
  why: "What cannot be written cannot be replaced: no dropped miner, no changed program that survives a restart.",
  fix: "set readOnly to true, and give tmpfs or a volume for what must be written.",
  severity: "high",
  enforcement: "mandatory",
  references: [
    { catalogue: "cis-docker", id: "5.13" },
    { catalogue: "aws-fsbp", id: "ECS.5" },
  ],
  types: [CONTAINER],
  checkResource(resource, report) {
    expectAt(report, resource, "readOnly", "true", isTrue);
    for (const { path, text } of stringsAt(resource, "tmpfs", report)) {
      const found = text.split(",").filter((option) => ["suid", "dev"].includes(word(option)));
      if (found.length > 0) {
        report.violation({ resource, path, found: found.join(","), wanted: "nosuid and nodev" });
      }
    }
  },
};
export default rule;
