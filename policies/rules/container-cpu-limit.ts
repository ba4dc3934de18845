import { valueAt } from "../core/resource";
import type { ResourceRule } from "../core/rule";
import { UNKNOWN } from "../core/value";
import { asNumber, CONTAINER } from "../facts/docker";

const rule: ResourceRule = {
  description: "A container has a limit of processors.",
  why: "A container that may take them all starves the gateway, the firewall's checks and the watcher.",
  fix: 'set cpus, such as "1.5".',
  severity: "medium",
  enforcement: "mandatory",
  references: [{ catalogue: "cis-docker", id: "5.12" }],
  types: [CONTAINER],
  checkResource(resource, report) {
    const cpus = valueAt(resource, "cpus");
    // The provider looks at a quota only where no processors are named.
    const path = (cpus ?? "") === "" ? "cpuQuota" : "cpus";
    const limit = valueAt(resource, path);
    if (limit === UNKNOWN) {
      report.unknown(resource, path);
    } else if (!(asNumber(limit) > 0)) {
      report.violation({ resource, path: "cpus", found: cpus, wanted: "a number of processors above 0" });
    }
  },
};
export default rule;
