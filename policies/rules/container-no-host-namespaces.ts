import { expectAt, membersAt } from "../core/expectation";
import { valueAt } from "../core/resource";
import type { ResourceRule } from "../core/rule";
import { CONTAINER, IMAGE, REGISTRY_IMAGE, REMOTE_IMAGE, word } from "../facts/docker";

const MODES = ["networkMode", "pidMode", "ipcMode", "utsMode", "usernsMode", "cgroupnsMode"];
const BUILD_MODES = ["build.network", "build.networkMode"];

const rule: ResourceRule = {
  description:
    "A container has network, process, IPC, UTS, user and cgroup namespaces of its own, builds too.",
  why: "In the host's namespace it reaches loopback services, sees and traces the host's processes, or undoes the mapping of users.",
  fix: "remove the mode; join another container's network with container:ID where a pod is meant.",
  severity: "critical",
  enforcement: "mandatory",
  references: [
    { catalogue: "cis-docker", id: "5.10" },
    { catalogue: "cis-docker", id: "5.16" },
    { catalogue: "cis-docker", id: "5.17" },
    { catalogue: "cis-docker", id: "5.21" },
    { catalogue: "cis-docker", id: "5.31" },
    { catalogue: "aws-fsbp", id: "ECS.1" },
    { catalogue: "aws-fsbp", id: "ECS.3" },
  ],
  types: [CONTAINER, IMAGE, REMOTE_IMAGE, REGISTRY_IMAGE],
  checkResource(resource, report) {
    for (const path of resource.type === CONTAINER ? MODES : BUILD_MODES) {
      expectAt(report, resource, path, "a namespace of its own", (value) => {
        const isShared = ["pidMode", "ipcMode"].includes(path) && /^(shareable|container:)/.test(word(value));
        // Another process's namespace by its file is what podman calls ns:PATH.
        return word(value) !== "host" && !isShared && !/^(ns|path):/.test(word(value));
      });
    }
    for (const { path } of membersAt(report, resource, "networksAdvanced")) {
      if (word(valueAt(resource, `${path}.name`)) === "host") {
        report.violation({ resource, path: `${path}.name`, found: "host", wanted: "a namespace of its own" });
      }
    }
  },
};
export default rule;
