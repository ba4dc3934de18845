import { expectAt } from "../core/expectation";
import type { ResourceRule } from "../core/rule";
import { isTrue } from "../core/value";
import { CONTAINER } from "../facts/docker";

const rule: ResourceRule = {
  description: "No container is privileged.",
  why: "A privileged container has every device and every capability: it is the host.",
  fix: "remove privileged; add the one capability or device that is needed, with an exception for it.",
  severity: "critical",
  enforcement: "mandatory",
  references: [
    { catalogue: "cis-docker", id: "5.5" },
    { catalogue: "aws-fsbp", id: "ECS.4" },
  ],
  types: [CONTAINER],
  checkResource(resource, report) {
    expectAt(report, resource, "privileged", "false", (value) => !isTrue(value));
  },
};
export default rule;
