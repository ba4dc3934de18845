import type { ResourceRule } from "../core/rule";
import { PLUGIN, SERVICE } from "../facts/docker";

const rule: ResourceRule = {
  description: "Nothing runs as a swarm service or as a plugin of the engine.",
  why: "A service knows no limit of privileges, and a plugin runs as the host's root: no rule here could judge what they do.",
  fix: "make it a docker.Container.",
  severity: "high",
  enforcement: "mandatory",
  references: [{ catalogue: "cis-docker", id: "5.1" }],
  types: [SERVICE, PLUGIN],
  checkResource(resource, report) {
    report.violation({ resource, path: "", found: resource.type, wanted: "a docker.Container" });
  },
};
export default rule;
