import type { Resource } from "../core/resource";
import type { Report, ResourceRule } from "../core/rule";
import { isSensitivePath } from "../facts/host-paths";
import { matches, SCRIPT_TYPES, scripts } from "../facts/scripts";

/** An engine's command line, with the options that come before its command; `scripts` leaves one blank between words. */
const ENGINE = String.raw`\b(docker|podman|nerdctl|ctr|buildah)( -\S+( [^-\s]\S*)?)*? `;
/** A start of a container, up to the end of its line. */
const STARTS = new RegExp(`${ENGINE}(container |pod )?(run|create)\\b[^\\n;&|]*`, "g");
const EXECUTES = new RegExp(`${ENGINE}(container )?exec\\b[^\\n;&|\\]]*`, "g");
/** What no line shows: a file of services, a swarm, the engine's own interface. */
const UNSEEN: readonly RegExp[] = [
  /\b(docker|podman|nerdctl)[ -]compose\b.* (up|run|create|start)\b/,
  new RegExp(
    `${ENGINE}(stack (deploy|up)|service (create|update)|swarm (init|join)|plugin install|network connect|kube play|play kube)\\b`,
  ),
  // What is copied in is no part of the image that was looked at; what is copied out stays where it was.
  new RegExp(`${ENGINE}(container )?cp( -\\S+)* \\S+ [\\w.-]+:`),
  /\bcrictl (-\S+ )*(run|runp|create)\b/,
  /--unix-socket[ =]\S*\b(docker|podman|containerd)\S*\.sock\b/,
  /\bdockerd\b.* (-H|--host)[ =]?tcp:/,
];
/** Options of a start that take the container's walls down, each with what is wanted. */
const OPTIONS: readonly (readonly [RegExp, string])[] = [
  [/ --privileged(?!=(false|0)\b)/, "no privileged container"],
  [
    / (-[a-z]*p[ =]?\d|-p[ =]?\S|--publish[ =]|-[a-zA-Z]*P\b|--publish-all\b)/,
    "no published port but the stack's",
  ],
  [/ --(net|network|pid|ipc|uts|userns|cgroupns)[ =]host\b/, "namespaces of its own"],
  [
    / --cap-add[ =](?!(CAP_)?(CHOWN|FOWNER|FSETID|KILL|NET_BIND_SERVICE|AUDIT_WRITE)\b)\S+/i,
    "no added capability",
  ],
  [/ --security-opt[ =]\S*(unconfined|disable|no-new-privileges[:=](false|0))/i, "the engine's confinement"],
  [/ --use-api-socket\b(?!=(false|0)\b)/, "no container that commands the engine"],
  [
    / --(device-cgroup-rule|device|gpus|cgroup-parent|volumes-from)\b/,
    "no device, group or volume of another",
  ],
];
const AS_ROOT = / (-u|--user)[ =]?(root|0+)(:\S*)?\b| -[a-z]*u ?(root|0+)\b/;
const MOUNTS =
  / (-v|--volume)[ =]?["']?(?<volume>[^\s:"']+)["']?:| --mount[ =]\S*?\b(source|src)=(?<source>[^\s,"']+)/g;

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
      for (const found of matches(text, UNSEEN)) {
        report.violation({ resource, path, found, wanted: "a docker.Container, which can be looked at" });
      }
      for (const [line] of text.matchAll(STARTS)) {
        checkStart(resource, path, line, report);
      }
      for (const [line] of text.matchAll(EXECUTES)) {
        if (/ --privileged\b/.test(line) || AS_ROOT.test(line)) {
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
  for (const { 0: found, groups } of line.matchAll(MOUNTS)) {
    const from = groups?.volume ?? groups?.source ?? "";
    if (/^[./~\\]|^\$\{?(PWD|HOME)/.test(from) && isSensitivePath(from)) {
      report.violation({ resource, path, found: found.trim(), wanted: "no folder of the host" });
    }
  }
}
