import type { Resource } from "../core/resource";
import type { Report, ResourceRule } from "../core/rule";
import { isSensitivePath } from "../facts/host-paths";
import { SCRIPT_TYPES, scripts } from "../facts/scripts";

const ENGINE = "(docker|podman|nerdctl|ctr)";
/** A start of a container, up to the end of its line; options of the engine itself may come before. */
const STARTS = new RegExp(
  `\\b${ENGINE}\\s+(-\\S+(\\s+[^-\\s]\\S*)?\\s+)*?(container\\s+)?(run|create)\\b[^\\n;&|]*`,
  "g",
);
const EXECUTES = new RegExp(
  `\\b${ENGINE}\\s+(-\\S+(\\s+[^-\\s]\\S*)?\\s+)*?(container\\s+)?exec\\b[^\\n;&|]*`,
  "g",
);
/** What no line shows: a file of services, a swarm, the engine's own interface. */
const UNSEEN = new RegExp(
  `\\b(docker[ -]compose|podman[ -]compose)\\b[^\\n]*\\b(up|run|create|start)\\b|\\b${ENGINE}\\s+(stack\\s+deploy|service\\s+(create|update)|swarm\\s+init|plugin\\s+install)\\b|--unix-socket[ =]\\S*(docker|podman|containerd)\\S*\\.sock|\\bdockerd\\b[^\\n]*\\s(-H|--host)[ =]?tcp:`,
);
/** Options of a start that take the container's walls down, each with what is wanted. */
const OPTIONS: readonly (readonly [RegExp, string])[] = [
  [/\s--privileged(?!=(false|0)\b)/, "no privileged container"],
  [
    /\s(-[a-oq-zA-Z]*p[ =]?\d|-p[ =]?\S|--publish[ =]|-[a-zA-Z]*P\b|--publish-all\b)/,
    "no published port but the stack's",
  ],
  [/\s--(net|network|pid|ipc|uts|userns|cgroupns)[ =]["']?host\b/, "namespaces of its own"],
  [
    /\s--cap-add[ =]["']?(CAP_)?(ALL|SYS_\w+|NET_\w+|DAC_\w+|BPF|PERFMON|MAC_\w+|SETUID|SETGID|SETFCAP|MKNOD)\b/i,
    "no added capability",
  ],
  [
    /\s--security-opt[ =]["']?\S*(unconfined|disable|no-new-privileges[:=](false|0))/i,
    "the engine's confinement",
  ],
  [
    /\s--(device|device-cgroup-rule|gpus|cgroup-parent|volumes-from)\b/,
    "no device, group or volume of another",
  ],
];
const AS_ROOT = /\s(-u|--user)[ =]?["']?(root|0+)(:\S*)?\b|\s-[a-z]*u\s+(root|0)\b/;

const rule: ResourceRule = {
  description: "No command starts a container, or goes into one, past what the rules look at.",
  why: "A docker run in a command publishes 8188 or mounts the host as a docker.Container never could here.",
  fix: "make it a docker.Container; where a command must run one, give it no ports, no mounts of the host and no privileges.",
  severity: "critical",
  enforcement: "mandatory",
  references: [
    { catalogue: "cis-docker", id: "5.23" },
    { catalogue: "cis-docker", id: "5.24" },
  ],
  types: SCRIPT_TYPES,
  checkResource(resource, report) {
    for (const { path, text } of scripts(resource, report)) {
      const unseen = UNSEEN.exec(text)?.[0];
      if (unseen !== undefined) {
        report.violation({
          resource,
          path,
          found: unseen,
          wanted: "a docker.Container, which can be looked at",
        });
      }
      for (const [line] of text.matchAll(STARTS)) {
        checkStart(resource, path, line, report);
      }
      for (const [line] of text.matchAll(EXECUTES)) {
        if (/\s--privileged\b/.test(line) || AS_ROOT.test(line)) {
          report.violation({
            resource,
            path,
            found: line,
            wanted: "docker exec as the container's own user",
          });
        }
      }
    }
  },
};
export default rule;

function checkStart(resource: Resource, path: string, line: string, report: Report): void {
  for (const [option, wanted] of OPTIONS) {
    const found = option.exec(line)?.[0];
    if (found !== undefined) {
      report.violation({ resource, path, found: found.trim(), wanted });
    }
  }
  for (const [found, , volume, , source] of line.matchAll(
    /\s(-v|--volume)[ =]?["']?([^\s:"']+):|\s--mount[ =]\S*?\b(source|src)=([^\s,"']+)/g,
  )) {
    const from = volume ?? source ?? "";
    if (/^[./~\\]|^\$\{?(PWD|HOME)/.test(from) && isSensitivePath(from)) {
      report.violation({ resource, path, found: found.trim(), wanted: "no folder of the host" });
    }
  }
}
