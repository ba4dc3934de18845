import { membersAt } from "../core/expectation";
import { valueAt } from "../core/resource";
import type { ResourceRule } from "../core/rule";
import { UNKNOWN } from "../core/value";
import { asNumber, CONTAINER, word } from "../facts/docker";

/** More than any service needs, and less than what a machine has. */
const MOST_PROCESSES = 16384;

const rule: ResourceRule = {
  description: "A container's user has a limit of processes, and no limit is lifted.",
  why: "A fork bomb in one node stops the whole machine; a lifted limit of open files or locked memory does too.",
  fix: 'add { name: "nproc", soft: 256, hard: 256 } to ulimits and take out what is below 0.',
  severity: "medium",
  enforcement: "mandatory",
  references: [
    { catalogue: "cis-docker", id: "5.19" },
    { catalogue: "cis-docker", id: "5.29" },
  ],
  types: [CONTAINER],
  checkResource(resource, report) {
    const list = valueAt(resource, "ulimits");
    let isListed = list === UNKNOWN || (Array.isArray(list) && list.includes(UNKNOWN));
    for (const { path } of membersAt(report, resource, "ulimits")) {
      const name = valueAt(resource, `${path}.name`);
      const soft = valueAt(resource, `${path}.soft`);
      const hard = valueAt(resource, `${path}.hard`);
      if (name === UNKNOWN) {
        report.unknown(resource, `${path}.name`);
      }
      if (soft === UNKNOWN || hard === UNKNOWN) {
        report.unknown(resource, path);
      } else if (!(asNumber(soft) >= 0 && asNumber(hard) >= 0)) {
        report.violation({ resource, path, found: `${soft}:${hard}`, wanted: "numbers of 0 or more" });
      } else if (word(name) === "nproc" && asNumber(hard) > MOST_PROCESSES) {
        const wanted = `at most ${MOST_PROCESSES} processes`;
        report.violation({ resource, path: `${path}.hard`, found: hard, wanted });
      }
      isListed ||= name === UNKNOWN || word(name) === "nproc";
    }
    if (!isListed) {
      report.violation({ resource, path: "ulimits", found: undefined, wanted: "one for nproc" });
    }
  },
};
export default rule;
