import { expectAt, membersAt } from "../core/expectation";
import type { ResourceRule } from "../core/rule";
import { CONTAINER, commandWords } from "../facts/docker";

const SERVERS =
  /(^|\/)(sshd|dropbear|tinysshd|telnetd|in\.telnetd|gotty|ttyd|wetty|shellinaboxd|sshd-session)$/;
/** Editors and notebooks, which serve a terminal too. */
const EDITORS = /(^|\/)((openvs)?code-server|jupyter(hub|-lab|-notebook|-server))$|(^|\/bin\/)jupyter$/;
const SSH = 22;

const rule: ResourceRule = {
  description: "No container runs an SSH server or another login of its own.",
  why: "It is a way in that the gateway does not see, with keys and passwords of its own.",
  fix: "remove it; use docker exec over the machine's SSH.",
  severity: "high",
  enforcement: "mandatory",
  references: [{ catalogue: "cis-docker", id: "5.7" }],
  types: [CONTAINER],
  checkResource(resource, report) {
    for (const { path, text } of commandWords(resource, report)) {
      if (SERVERS.test(text) || EDITORS.test(text)) {
        report.violation({ resource, path, found: text, wanted: "no login within a container" });
      }
    }
    for (const { path } of membersAt(report, resource, "ports")) {
      expectAt(
        report,
        resource,
        `${path}.internal`,
        "no SSH of a container",
        (value) => Math.trunc(Number(value)) !== SSH,
      );
    }
  },
};
export default rule;
