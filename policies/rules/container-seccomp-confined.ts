import type { ResourceRule } from "../core/rule";
import { CONTAINER, securityOptions } from "../facts/docker";

const DENIES = /^SCMP_ACT_(ERRNO|KILL|KILL_PROCESS|KILL_THREAD|TRAP)$/;

function defaultAction(profile: string): string {
  try {
    return String(JSON.parse(profile).defaultAction);
  } catch {
    return "that cannot be read";
  }
}

const rule: ResourceRule = {
  description: "No container runs without a seccomp profile, or with one that allows what it does not name.",
  why: "Unfiltered system calls are the way most container escapes went.",
  fix: "remove the option to get the engine's profile, or give one whose defaultAction is SCMP_ACT_ERRNO.",
  severity: "high",
  enforcement: "mandatory",
  references: [{ catalogue: "cis-docker", id: "5.22" }],
  types: [CONTAINER],
  checkResource(resource, report) {
    for (const { path, key, value } of securityOptions(resource, report).filter(
      (one) => one.key === "seccomp",
    )) {
      const wanted = "a profile that denies by default";
      if (/^(unconfined)?$/i.test(value)) {
        report.violation({ resource, path, found: `${key}=${value}`, wanted });
      } else if (value.startsWith("{")) {
        const action = defaultAction(value);
        if (!DENIES.test(action)) {
          report.violation({ resource, path, found: `${key} with defaultAction ${action}`, wanted });
        }
      } else if (value !== "builtin") {
        // A file on the machine that runs the program.
        report.unknown(resource, path);
      }
    }
  },
};
export default rule;
