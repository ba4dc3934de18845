import { expectAt } from "../core/expectation";
import type { ResourceRule } from "../core/rule";
import { CONTAINER, isTrue } from "../facts/docker";

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
  },
};
export default rule;
