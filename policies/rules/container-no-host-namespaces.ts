import { expectAt, membersAt } from "../core/expectation";
import type { ResourceRule } from "../core/rule";
import { CONTAINER, IMAGE, REGISTRY_IMAGE, REMOTE_IMAGE, word } from "../facts/docker";

const MODES = ["networkMode", "pidMode", "ipcMode", "utsMode", "usernsMode", "cgroupnsMode"];
const BUILD_MODES = ["build.network", "build.networkMode"];
const WANTED = "a namespace of its own";

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
      expectAt(report, resource, path, WANTED, (value) => {
        const mode = word(value);
        const isAnothers = mode === "shareable" || mode.startsWith("container:");
        // Another process's namespace by its file is what podman calls ns:PATH.
        const isByFile = mode.startsWith("ns:") || mode.startsWith("path:");
        return mode !== "host" && !isByFile && !(isAnothers && ["pidMode", "ipcMode"].includes(path));
      });
    }
    for (const { path } of membersAt(report, resource, "networksAdvanced")) {
      expectAt(report, resource, `${path}.name`, WANTED, (value) => word(value) !== "host");
    }
  },
};
export default rule;
