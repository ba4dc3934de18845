import { expectAt } from "../core/expectation";
import type { ResourceRule } from "../core/rule";
import { CONTAINER, word } from "../facts/docker";

const rule: ResourceRule = {
  description: "A container has no device of the host, no GPU and no runtime that brings one.",
  why: "A device is a driver in the kernel that everyone's code now talks to; a disk is the host's files.",
  fix: "remove it; a GPU for ComfyUI is an exception with its reason.",
  severity: "high",
  enforcement: "mandatory",
  references: [{ catalogue: "cis-docker", id: "5.18" }],
  types: [CONTAINER],
  checkResource(resource, report) {
    for (const path of ["devices", "deviceCgroupRules", "deviceRequests", "gpus"]) {
      expectAt(
        report,
        resource,
        path,
        "none",
        (value) => (value ?? "") === "" || (Array.isArray(value) && value.length === 0),
      );
    }
    const wanted = "the engine's own runtime";
    expectAt(report, resource, "runtime", wanted, (value) =>
      ["", "runc", "runsc", "io.containerd.runc.v2"].includes(word(value)),
    );
  },
};
export default rule;
