import type { ResourceRule } from "../core/rule";
import { CONTAINER, securityOptions } from "../facts/docker";

const DENIES = /^SCMP_ACT_(ERRNO|KILL|KILL_PROCESS|KILL_THREAD|TRAP)$/;
/** Calls by which a process leaves its container; the engine's own profile lets them through with a capability only. */
const WAYS_OUT: readonly string[] = [
  ...[
    "mount",
    "umount",
    "umount2",
    "pivot_root",
    "move_mount",
    "fsmount",
    "fsopen",
    "open_tree",
    "setns",
    "unshare",
  ],
  ...[
    "bpf",
    "kexec_load",
    "kexec_file_load",
    "init_module",
    "finit_module",
    "delete_module",
    "iopl",
    "ioperm",
  ],
  ...[
    "open_by_handle_at",
    "perf_event_open",
    "ptrace",
    "process_vm_readv",
    "process_vm_writev",
    "userfaultfd",
  ],
  ...["keyctl", "add_key", "request_key", "reboot", "swapon", "swapoff", "acct", "syslog", "quotactl"],
];

/** What is wrong with a profile as JSON; undefined where nothing is. */
function problemOf(text: string): string | undefined {
  let profile: { defaultAction?: unknown; syscalls?: unknown };
  try {
    profile = JSON.parse(text);
  } catch {
    return "with defaultAction that cannot be read";
  }
  if (!DENIES.test(String(profile.defaultAction))) {
    return `with defaultAction ${profile.defaultAction}`;
  }
  const lists: { names?: string[]; action?: string; includes?: object; args?: unknown[] }[] = Array.isArray(
    profile.syscalls,
  )
    ? profile.syscalls
    : [];
  const open = lists.filter(
    ({ action, includes, args }) =>
      !DENIES.test(String(action)) && Object.keys(includes ?? {}).length === 0 && (args ?? []).length === 0,
  );
  const out = open.flatMap(({ names }) => names ?? []).filter((name) => WAYS_OUT.includes(name));
  return out.length > 0 ? `that allows ${out.join(", ")}` : undefined;
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
        const problem = problemOf(value);
        if (problem !== undefined) {
          report.violation({ resource, path, found: `${key} ${problem}`, wanted });
        }
      } else if (value !== "builtin") {
        // The engine takes no path: what is meant cannot be looked at.
        report.violation({ resource, path, found: `${key}=${value}`, wanted: `${wanted}, as JSON` });
      }
    }
  },
};
export default rule;
