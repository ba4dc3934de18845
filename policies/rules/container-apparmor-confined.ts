import type { ResourceRule } from "../core/rule";
import { CONTAINER, securityOptions } from "../facts/docker";

const rule: ResourceRule = {
  description:
    "No container runs without AppArmor, SELinux labels or masked system paths where the host has them.",
  why: "They are what stands between a process and /proc or /sys when everything else has failed.",
  fix: "remove the option from securityOpts; the engine's default is the confined one.",
  severity: "high",
  enforcement: "mandatory",
  references: [
    { catalogue: "cis-docker", id: "5.2" },
    { catalogue: "cis-docker", id: "5.3" },
  ],
  types: [CONTAINER],
  checkResource(resource, report) {
    for (const { path, text, key, value } of securityOptions(resource, report)) {
      const isOff =
        (["apparmor", "systempaths"].includes(key) && /^(unconfined|.*complain.*)?$/i.test(value)) ||
        (key === "label" && /^(disable|type[:=](spc_t|container_runtime_t|unconfined_t))$/i.test(value)) ||
        (key === "writable-cgroups" && !/^(0|f|false)$/i.test(value)) ||
        key === "disable";
      if (isOff) {
        report.violation({ resource, path, found: text, wanted: "the engine's default confinement" });
      }
    }
  },
};
export default rule;
