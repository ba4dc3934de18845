import { membersAt } from "../core/expectation";
import { valueAt } from "../core/resource";
import type { ResourceRule } from "../core/rule";
import { UNKNOWN } from "../core/value";
import { CONTAINER, word } from "../facts/docker";

const rule: ResourceRule = {
  description: "A container drops all capabilities.",
  why: "The engine's default set still lets a process change owners, forge packets and bypass file permissions.",
  fix: 'set capabilities.drops to ["ALL"] and add back only what the container cannot do without.',
  severity: "high",
  enforcement: "mandatory",
  references: [
    { catalogue: "cis-docker", id: "5.4" },
    { catalogue: "trivy", id: "DS-0031" },
  ],
  types: [CONTAINER],
  checkResource(resource, report) {
    const path = "capabilities.drops";
    const list = valueAt(resource, path);
    const dropped = membersAt(report, resource, path);
    const isUnknown = list === UNKNOWN || (Array.isArray(list) && list.includes(UNKNOWN));
    if (!isUnknown && !dropped.some(({ value }) => word(value) === "all")) {
      report.violation({ resource, path, found: list, wanted: '["ALL"]' });
    }
  },
};
export default rule;
