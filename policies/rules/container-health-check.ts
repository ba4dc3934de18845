import { valueAt } from "../core/resource";
import type { ResourceRule } from "../core/rule";
import { UNKNOWN } from "../core/value";
import { CONTAINER } from "../facts/docker";

const LOOKS_AT_NOTHING =
  /^(CMD|CMD-SHELL)?\s*((\/\S*\/)?true(\s.*)?|:|exit 0|echo.*|sleep.*)?$|(\|\||;)\s*((\/\S*\/)?true|:|exit 0)$/;

const rule: ResourceRule = {
  description: "A container that stays has a health check that looks at something.",
  why: "A gateway that hangs but runs is only found by those who are shut out.",
  fix: 'set healthcheck.tests, such as ["CMD", "/usr/local/bin/check"].',
  severity: "low",
  enforcement: "advisory",
  references: [
    { catalogue: "cis-docker", id: "4.6" },
    { catalogue: "cis-docker", id: "5.27" },
    { catalogue: "checkov", id: "CKV_DOCKER_2" },
    { catalogue: "trivy", id: "DS-0026" },
  ],
  types: [CONTAINER],
  checkResource(resource, report) {
    const path = "healthcheck.tests";
    const tests = valueAt(resource, path);
    // A container that need not run does one thing and ends.
    if (valueAt(resource, "mustRun") === false) {
      return;
    }
    if (tests === UNKNOWN || (Array.isArray(tests) && tests.includes(UNKNOWN))) {
      report.unknown(resource, path);
    } else if (
      !Array.isArray(tests) ||
      tests[0] === "NONE" ||
      LOOKS_AT_NOTHING.test(tests.join(" ").trim())
    ) {
      report.violation({ resource, path, found: tests, wanted: "a command that looks at the service" });
    }
  },
};
export default rule;
