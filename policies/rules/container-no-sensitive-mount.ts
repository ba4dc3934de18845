import type { Resource } from "../core/resource";
import type { Report, ResourceRule } from "../core/rule";
import { CONTAINER, stringsAt, VOLUME, word } from "../facts/docker";
import { isSensitivePath } from "../facts/host-paths";

const HOST_PATH = /^(volumes\[\d+\]\.hostPath|mounts\[\d+\]\.source|uploads\[\d+\]\.source)$/;
const WANTED = "a named volume, or a folder of the host that is nothing but data";

function checkOptions(resource: Resource, path: string, text: string, report: Report): void {
  // lowerdir=/a:/b,upperdir=/c and the like, besides a path alone.
  const paths = text.split(",").flatMap((option) => option.slice(option.indexOf("=") + 1).split(":"));
  if (paths.some((one) => one.trim().startsWith("/") && isSensitivePath(one))) {
    report.violation({ resource, path, found: text, wanted: WANTED });
  }
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
    if (resource.type === VOLUME) {
      for (const { path, text } of stringsAt(resource, "driverOpts", report)) {
        checkOptions(resource, path, text, report);
      }
      return;
    }
    for (const { path, text } of ["volumes", "mounts", "uploads"].flatMap((list) =>
      stringsAt(resource, list, report),
    )) {
      const isVolumeName =
        /^volumes\[\d+\]\.volumeName$|^mounts\[\d+\]\.source$/.test(path) && /^[\w.-]+$/.test(text);
      const isPath = HOST_PATH.test(path) || /^volumes\[\d+\]\.volumeName$/.test(path);
      if (isPath && !isVolumeName && isSensitivePath(text)) {
        report.violation({ resource, path, found: text, wanted: WANTED });
      } else if (/\.driverOptions\./.test(path)) {
        checkOptions(resource, path, text, report);
      } else if (/^volumes\[\d+\]\.fromContainer$/.test(path)) {
        report.violation({ resource, path, found: text, wanted: "each volume by its name" });
      } else if (/\.propagation$/.test(path) && /shared$/.test(word(text))) {
        report.violation({ resource, path, found: text, wanted: "private propagation" });
      }
    }
  },
};
export default rule;
