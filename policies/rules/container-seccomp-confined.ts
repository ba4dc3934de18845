import type { ResourceRule } from "../core/rule";
import { CONTAINER, securityOptions, word } from "../facts/docker";

/** Actions that let no call through. */
const DENIES: readonly string[] = [
  "SCMP_ACT_ERRNO",
  "SCMP_ACT_KILL",
  "SCMP_ACT_KILL_PROCESS",
  "SCMP_ACT_KILL_THREAD",
  "SCMP_ACT_TRAP",
];
/** Calls by which a process leaves its container or changes its host; the engine's own profile ties them to capabilities. */
const WAYS_OUT: ReadonlySet<unknown> = new Set([
  ..."mount umount umount2 pivot_root move_mount fsmount fsopen fsconfig fspick open_tree mount_setattr chroot".split(
    " ",
  ),
  ..."setns unshare clone clone3 bpf perf_event_open userfaultfd fanotify_init open_by_handle_at pidfd_getfd".split(
    " ",
  ),
  ..."kexec_load kexec_file_load init_module finit_module delete_module iopl ioperm reboot swapon swapoff".split(
    " ",
  ),
  ..."ptrace process_vm_readv process_vm_writev keyctl add_key request_key acct syslog quotactl quotactl_fd".split(
    " ",
  ),
  ..."settimeofday clock_settime sethostname setdomainname vhangup lookup_dcookie".split(" "),
]);
/** Harmless since kernel 4.8, which asks the filter after the tracer; so the engine's own profile has them. */
const TRACING: ReadonlySet<unknown> = new Set(["ptrace", "process_vm_readv", "process_vm_writev"]);
/** The flags of clone that make namespaces. */
const NAMESPACES = 2114060288;
/** Every key of a profile. The engine takes them in any case, and of two that differ in it the last. */
const KEYS: readonly string[] = [
  ..."defaultAction defaultErrnoRet archMap architecture subArchitectures architectures flags".split(" "),
  ..."listenerPath listenerMetadata syscalls names name action errnoRet args index value valueTwo op".split(
    " ",
  ),
  ..."comment includes excludes caps arches minKernel".split(" "),
];

interface Call {
  readonly names?: readonly string[];
  /** In older profiles, in place of names. */
  readonly name?: string;
  readonly action?: string;
  readonly args?: readonly Readonly<Record<string, unknown>>[];
  readonly includes?: {
    readonly caps?: readonly string[];
    readonly arches?: readonly string[];
    readonly minKernel?: string;
  };
}

/** What is wrong with a profile as JSON; undefined where nothing is. */
function problemOf(text: string): string | undefined {
  const strangers: string[] = [];
  let profile: { defaultAction?: unknown; syscalls?: unknown };
  try {
    profile = JSON.parse(text, (key, value) => {
      if (!/^\d*$/.test(key) && !KEYS.includes(key)) {
        strangers.push(key);
      }
      return value;
    });
  } catch {
    return "with defaultAction that cannot be read";
  }
  if (strangers.length > 0) {
    return `with ${strangers.join(", ")}, which is no key of a profile`;
  }
  if (!DENIES.includes(String(profile.defaultAction))) {
    return `with defaultAction ${profile.defaultAction}`;
  }
  const out = [profile.syscalls].flat().flatMap((call) => waysOut((call ?? {}) as Call));
  return out.length > 0 ? `that allows ${out.join(", ")}` : undefined;
}

/** The ways out that an entry leaves open to a process without capabilities. */
function waysOut(call: Call): unknown[] {
  if (DENIES.includes(String(call.action)) || (call.includes?.caps ?? []).length > 0) {
    return [];
  }
  return [call.names, call.name]
    .flat()
    .filter((name) => WAYS_OUT.has(name) && !isAsTheEngineHasIt(name, call));
}

/** Arguments bound nothing else: there are calls whose every argument is at least 0. */
function isAsTheEngineHasIt(name: unknown, { args, includes }: Call): boolean {
  if (name !== "clone") {
    return TRACING.has(name) && includes?.minKernel !== undefined;
  }
  const flags = String(includes?.arches) === "s390,s390x" ? 1 : 0;
  // Of two arguments either would do.
  return (
    args?.length === 1 &&
    args.filter(
      ({ index, op, value, valueTwo = 0 }) =>
        index === flags && op === "SCMP_CMP_MASKED_EQ" && value === NAMESPACES && valueTwo === 0,
    ).length === 1
  );
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
      if (word(value) === "unconfined") {
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
