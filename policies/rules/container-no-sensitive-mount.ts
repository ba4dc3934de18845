import { posix } from "node:path";
import { type Resource, valueAt } from "../core/resource";
import type { ResourceRule } from "../core/rule";
import { CONTAINER, stringsAt, VOLUME, word } from "../facts/docker";
import { isSensitivePath } from "../facts/host-paths";

const LISTS = ["volumes", "mounts", "uploads", "driverOpts"];
/** What may be a path of the host, and which of it may be the name of a volume instead. */
const PATHS = ["volumes.hostPath", "volumes.volumeName", "mounts.source"];
const NAMES = ["volumes.volumeName", "mounts.source"];
/** File systems that are the kernel's view of the host: a volume of one is mounted where the engine runs. */
const OF_THE_KERNEL: readonly string[] = [
  ..."proc sysfs devtmpfs devpts cgroup cgroup2 bpf debugfs tracefs securityfs".split(" "),
  ..."configfs efivarfs pstore binfmt_misc fusectl selinuxfs mqueue rpc_pipefs".split(" "),
];
const WANTED = "a named volume, or a folder of the host that is nothing but data";

/** Whether an option of a volume of the engine's own driver (type, device or o) names a path that gives the host away. */
function isOpenOption(resource: Resource, path: string, text: string): boolean {
  // lowerdir=/a:/b,upperdir=/c and the like, besides a path alone.
  const paths = text.split(",").flatMap((option) => option.slice(option.indexOf("=") + 1).split(":"));
  const option = (key: string) => word(valueAt(resource, `${path.slice(0, path.lastIndexOf("."))}.${key}`));
  const isDevice = path.endsWith(".device");
  // A device to bind that begins with no slash lies in the engine's own working folder, which is the root.
  const isBound = isDevice && option("o").includes("bind");
  // What NFS mounts is a folder of another machine.
  const isElsewhere = isDevice && !isBound && /^nfs4?$/.test(option("type"));
  return !isElsewhere && paths.some((one) => (isBound || one.trim().startsWith("/")) && isSensitivePath(one));
}

/** Whether a file to put into a container is not the program's own: it is read where that runs. */
function isOpenUpload(path: string): boolean {
  const isWithin = /^(?!~|\w:)[^/\\][^\\]*$/.test(path) && !posix.normalize(path).startsWith("..");
  return isSensitivePath(isWithin ? posix.join("/program", path) : path);
}

/** Whether a text at a place of a container or a volume gives the host away. */
function isOpen(resource: Resource, path: string, place: string, text: string): boolean {
  if (place.includes("driverOpt")) {
    return isOpenOption(resource, path, text);
  }
  if (place === "uploads.source") {
    return isOpenUpload(text);
  }
  const isVolumeName = NAMES.includes(place) && /^[\w.-]+$/.test(text);
  return PATHS.includes(place) && !isVolumeName && isSensitivePath(text);
}

const rule: ResourceRule = {
  description: "No container and no volume shows the engine's socket or the host's own folders.",
  why: "Who can write to the engine's socket, or read the host's /etc, /proc or /root, owns the host.",
  fix: "use a named volume of the engine for data; give a folder of its own, such as /srv/models, where the host's files are meant.",
  severity: "critical",
  enforcement: "mandatory",
  references: [
    { catalogue: "cis-docker", id: "5.6" },
    { catalogue: "cis-docker", id: "5.20" },
    { catalogue: "cis-docker", id: "5.32" },
  ],
  types: [CONTAINER, VOLUME],
  checkResource(resource, report) {
    for (const { path, text } of LISTS.flatMap((list) => stringsAt(resource, list, report))) {
      const place = path.replace(/\[\d+\]/g, "");
      if (isOpen(resource, path, place, text)) {
        report.violation({ resource, path, found: text, wanted: WANTED });
      } else if (/driverOpt(ion)?s\.type$/.test(place) && OF_THE_KERNEL.includes(word(text))) {
        const wanted = "a file system for data, not a view of the kernel";
        report.violation({ resource, path, found: text, wanted });
      } else if (place === "volumes.fromContainer") {
        report.violation({ resource, path, found: text, wanted: "each volume by its name" });
      } else if (place.endsWith(".propagation") && ["shared", "rshared"].includes(word(text))) {
        report.violation({ resource, path, found: text, wanted: "private propagation" });
      }
    }
  },
};
export default rule;
