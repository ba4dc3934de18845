import { describe, expect, it } from "vitest";
import { UNKNOWN } from "../../../policies/core/value";
import { look, resource } from "../../support/policy";

const ID = "container-seccomp-confined";

describe(ID, () => {
  it.each([
    [resource("docker:index/container:Container", {})],
    [resource("docker:index/container:Container", { securityOpts: ["seccomp=builtin"] })],
    [
      resource("docker:index/container:Container", {
        securityOpts: ['seccomp={"defaultAction":"SCMP_ACT_ERRNO"}'],
      }),
    ],
  ])("passes $name with $props", (it) => {
    expect(look(ID, it)).toEqual({ violations: [], unknown: [] });
  });

  it.each([
    {
      it: resource("docker:index/container:Container", { securityOpts: ["seccomp=unconfined"] }),
      messages: ['it: securityOpts[0] is "seccomp=unconfined"; wanted a profile that denies by default.'],
    },
    {
      it: resource("docker:index/container:Container", { securityOpts: ["seccomp=/etc/profile.json"] }),
      messages: [
        'it: securityOpts[0] is "seccomp=/etc/profile.json"; wanted a profile that denies by default, as JSON.',
      ],
    },
    {
      it: resource("docker:index/container:Container", {
        securityOpts: [
          'seccomp={"defaultAction":"SCMP_ACT_ERRNO","syscalls":[{"names":["read","mount","bpf"],"action":"SCMP_ACT_ALLOW"}]}',
        ],
      }),
      messages: [
        'it: securityOpts[0] is "seccomp that allows mount, bpf"; wanted a profile that denies by default.',
      ],
    },
    {
      it: resource("docker:index/container:Container", { securityOpts: ["seccomp:unconfined"] }),
      messages: ['it: securityOpts[0] is "seccomp=unconfined"; wanted a profile that denies by default.'],
    },
    {
      it: resource("docker:index/container:Container", { securityOpts: ["seccomp=UNCONFINED"] }),
      messages: ['it: securityOpts[0] is "seccomp=UNCONFINED"; wanted a profile that denies by default.'],
    },
    {
      it: resource("docker:index/container:Container", {
        securityOpts: ['seccomp={"defaultAction":"SCMP_ACT_ALLOW"}'],
      }),
      messages: [
        'it: securityOpts[0] is "seccomp with defaultAction SCMP_ACT_ALLOW"; wanted a profile that denies by default.',
      ],
    },
    {
      it: resource("docker:index/container:Container", {
        securityOpts: ['seccomp={"defaultAction":"SCMP_ACT_LOG"}'],
      }),
      messages: [
        'it: securityOpts[0] is "seccomp with defaultAction SCMP_ACT_LOG"; wanted a profile that denies by default.',
      ],
    },
    {
      it: resource("docker:index/container:Container", { securityOpts: ["seccomp={oops"] }),
      messages: [
        'it: securityOpts[0] is "seccomp with defaultAction that cannot be read"; wanted a profile that denies by default.',
      ],
    },
  ])("refuses $it.props", ({ it, messages }) => {
    expect(look(ID, it).violations).toEqual(messages);
  });

  it.each([
    {
      it: resource("docker:index/container:Container", { securityOpts: [UNKNOWN] }),
      paths: ["it: securityOpts[0]"],
    },
    {
      it: resource("docker:index/container:Container", { securityOpts: [UNKNOWN] }),
      paths: ["it: securityOpts[0]"],
    },
  ])("looks again when $paths is known", ({ it, paths }) => {
    expect(look(ID, it)).toEqual({ violations: [], unknown: paths });
  });
});

const CONTAINER = "docker:index/container:Container";
/** What the rule says of a profile, without the part that is the same in each message. */
function problem(profile: object | string): unknown {
  const text = typeof profile === "string" ? profile : JSON.stringify(profile);
  const { violations, unknown } = look(ID, resource(CONTAINER, { securityOpts: [`seccomp=${text}`] }));
  expect(unknown).toEqual([]);
  expect(violations.length).toBeLessThanOrEqual(1);
  return /^it: securityOpts\[0\] is "seccomp (.*)"; wanted a profile that denies by default\.$/.exec(
    violations[0] ?? "",
  )?.[1];
}
const denying = (...syscalls: unknown[]) => ({ defaultAction: "SCMP_ACT_ERRNO", syscalls });
const allow = (name: string, more = {}) =>
  denying({ names: ["read", name], action: "SCMP_ACT_ALLOW", ...more });
const mask = { index: 0, value: 2114060288, op: "SCMP_CMP_MASKED_EQ" };

describe(`${ID}, of profiles`, () => {
  it.each(["ERRNO", "KILL", "KILL_PROCESS", "KILL_THREAD", "TRAP"])("takes %s for a denial", (action) => {
    expect(problem({ defaultAction: `SCMP_ACT_${action}` })).toBeUndefined();
    expect(problem(denying({ names: ["mount"], action: `SCMP_ACT_${action}` }))).toBeUndefined();
  });

  it.each([undefined, "ALLOW", "LOG", "TRACE", "NOTIFY", "KILL_NOTHING"])("takes %s for none", (action) => {
    expect(problem({ defaultAction: `SCMP_ACT_${action}` })).toBe(`with defaultAction SCMP_ACT_${action}`);
    expect(problem(denying({ names: ["mount"], action: `SCMP_ACT_${action}` }))).toBe("that allows mount");
  });

  // What the engine's own profile gives nobody, or only somebody with a capability (moby, profiles/seccomp).
  it.each([
    ..."mount umount umount2 pivot_root move_mount fsmount fsopen fsconfig fspick open_tree".split(" "),
    ..."mount_setattr chroot setns unshare clone clone3 bpf perf_event_open userfaultfd".split(" "),
    ..."fanotify_init open_by_handle_at pidfd_getfd kexec_load kexec_file_load init_module".split(" "),
    ..."finit_module delete_module iopl ioperm reboot swapon swapoff ptrace process_vm_readv".split(" "),
    ..."process_vm_writev keyctl add_key request_key acct syslog quotactl quotactl_fd".split(" "),
    ..."settimeofday clock_settime sethostname setdomainname vhangup lookup_dcookie".split(" "),
  ])("refuses one that allows %s", (name) => {
    expect(problem(allow(name))).toBe(`that allows ${name}`);
    expect(problem(allow(name, { includes: { caps: ["CAP_SYS_ADMIN"] } }))).toBeUndefined();
  });

  it.each<[string, object]>([
    ["that says nothing of calls", denying()],
    ["with an empty entry", denying(null, { action: "SCMP_ACT_ALLOW" })],
    ["that lets processes be traced since kernel 4.8", allow("ptrace", { includes: { minKernel: "4.8" } })],
    [
      "that lets memory be read since kernel 4.8",
      allow("process_vm_readv", { includes: { minKernel: "4.8" } }),
    ],
    [
      "that lets memory be written since kernel 4.8",
      allow("process_vm_writev", { includes: { minKernel: "4.8" } }),
    ],
    ["with clone for no namespace", allow("clone", { args: [mask] })],
    [
      "with clone for no namespace, on s390",
      allow("clone", { args: [{ ...mask, index: 1, valueTwo: 0 }], includes: { arches: ["s390", "s390x"] } }),
    ],
    [
      "with every key that there is",
      {
        ...{
          defaultErrnoRet: 1,
          archMap: [{ architecture: "a", subArchitectures: [] }],
          architectures: [],
          flags: [],
        },
        ...{ listenerPath: "", listenerMetadata: "", comment: "all" },
        ...denying({
          ...{ name: "read", action: "SCMP_ACT_ALLOW", errnoRet: 1, excludes: {} },
          args: [{ index: 0, value: 0, valueTwo: 0, op: "SCMP_CMP_EQ" }],
          includes: { caps: [], arches: [], minKernel: "4.8" },
        }),
      },
    ],
  ])("passes one %s", (_, profile) => {
    expect(problem(profile)).toBeUndefined();
  });

  it.each<[string, object | string, string]>([
    ["on one architecture", allow("mount", { includes: { arches: ["amd64"] } }), "that allows mount"],
    ["from a kernel on", allow("mount", { includes: { minKernel: "4.8" } }), "that allows mount"],
    [
      "for any argument",
      allow("mount", { args: [{ index: 0, value: 0, op: "SCMP_CMP_GE" }] }),
      "that allows mount",
    ],
    ["by the older key", denying({ name: "mount", action: "SCMP_ACT_ALLOW" }), "that allows mount"],
    ["clone for namespaces, too", allow("clone", { args: [mask, mask] }), "that allows clone"],
    ["clone by another argument", allow("clone", { args: [{ ...mask, index: 1 }] }), "that allows clone"],
    [
      "clone by another comparison",
      allow("clone", { args: [{ ...mask, op: "SCMP_CMP_NE" }] }),
      "that allows clone",
    ],
    ["clone by another mask", allow("clone", { args: [{ ...mask, value: 1 }] }), "that allows clone"],
    [
      "clone with namespaces alone",
      allow("clone", { args: [{ ...mask, valueTwo: 1 }] }),
      "that allows clone",
    ],
    [
      "a key in another case, which the engine reads",
      { ...denying(), SYSCALLS: allow("mount").syscalls },
      "with SYSCALLS, which is no key of a profile",
    ],
    [
      "two keys that differ in their case",
      { ...denying(), DefaultAction: "SCMP_ACT_ALLOW", extra1: 1 },
      "with DefaultAction, extra1, which is no key of a profile",
    ],
  ])("refuses one with a way out %s", (_, profile, message) => {
    expect(problem(profile)).toBe(message);
  });

  it("leaves other options alone", () => {
    expect(look(ID, resource(CONTAINER, { securityOpts: ["apparmor=unconfined"] })).violations).toEqual([]);
  });

  it("takes no profile at all for one that cannot be looked at", () => {
    expect(look(ID, resource(CONTAINER, { securityOpts: ["seccomp="] })).violations).toEqual([
      'it: securityOpts[0] is "seccomp="; wanted a profile that denies by default, as JSON.',
    ]);
  });
});
