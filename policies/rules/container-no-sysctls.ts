import { expectAt } from "../core/expectation";
import type { ResourceRule } from "../core/rule";
import { CONTAINER } from "../facts/docker";

const rule: ResourceRule = {
  description: "A container changes no setting of the kernel.",
  why: "Forwarding, redirects and source routing switched on take the pod's firewall apart from inside.",
  fix: "remove sysctls; what a service cannot do without says so in an exception.",
  severity: "medium",
  enforcement: "advisory",
  references: [{ catalogue: "cis-docker", id: "5.1" }],
  types: [CONTAINER],
  checkResource(resource, report) {
    expectAt(report, resource, "sysctls", "none", (value) => Object.keys(value ?? {}).length === 0);
  },
};
export default rule;
