import { type Resource, valueAt } from "../core/resource";
import type { ResourceRule } from "../core/rule";
import { CONTAINER, stringsAt, VOLUME, word } from "../facts/docker";
import { isSensitivePath } from "../facts/host-paths";

const LISTS = ["volumes", "mounts", "uploads", "driverOpts"];
/** What may be a path of the host, and which of it may be the name of a volume instead. */
const PATHS = ["volumes.hostPath", "volumes.volumeName", "mounts.source", "uploads.source"];
const NAMES = ["volumes.volumeName", "mounts.source"];
const WANTED = "a named volume, or a folder of the host that is nothing but data";

/** Whether an option of a volume of the engine's own driver (type, device or o) names a path that gives the host away. */
function isOpenOption(resource: Resource, path: string, text: string): boolean {
  // lowerdir=/a:/b,upperdir=/c and the like, besides a path alone.
  const paths = text.split(",").flatMap((option) => option.slice(option.indexOf("=") + 1).split(":"));
  const options = path.slice(0, path.lastIndexOf("."));
  // A device to bind that begins with no slash lies in the engine's own working folder, which is the root.
  const isBound = path.endsWith(".device") && word(valueAt(resource, `${options}.o`)).includes("bind");
  return paths.some((one) => (isBound || one.trim().startsWith("/")) && isSensitivePath(one));
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
      const isVolumeName = NAMES.includes(place) && /^[\w.-]+$/.test(text);
      const isOpen = place.includes("driverOpt")
        ? isOpenOption(resource, path, text)
        : PATHS.includes(place) && !isVolumeName && isSensitivePath(text);
      if (isOpen) {
        report.violation({ resource, path, found: text, wanted: WANTED });
      } else if (place === "volumes.fromContainer") {
        report.violation({ resource, path, found: text, wanted: "each volume by its name" });
      } else if (place.endsWith(".propagation") && ["shared", "rshared"].includes(word(text))) {
        report.violation({ resource, path, found: text, wanted: "private propagation" });
      }
    }
  },
};
export default rule;
