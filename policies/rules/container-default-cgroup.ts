import { expectAt } from "../core/expectation";
import type { ResourceRule } from "../core/rule";
import { CONTAINER } from "../facts/docker";

const rule: ResourceRule = {
  description: "A container is in the control group that the engine makes for it.",
  why: "Under another parent the limits of memory, processors and processes are somebody else's, or nobody's.",
  fix: "remove cgroupParent.",
  severity: "medium",
  enforcement: "mandatory",
  references: [{ catalogue: "cis-docker", id: "5.25" }],
  types: [CONTAINER],
  checkResource(resource, report) {
    expectAt(report, resource, "cgroupParent", "the engine's own", (value) => (value ?? "") === "");
  },
};
export default rule;
