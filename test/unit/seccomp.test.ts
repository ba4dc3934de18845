import { describe, expect, it } from "vitest";
import { renderSeccompProfile } from "../../components/shared/seccomp";

interface Rule {
  readonly names: readonly string[];
  readonly action: string;
  readonly errnoRet?: number;
  readonly args?: readonly { index: number; value: number; valueTwo?: number; op: string }[];
}
const profile: {
  defaultAction: string;
  archMap: { architecture: string; subArchitectures: string[] }[];
  syscalls: Rule[];
} = JSON.parse(renderSeccompProfile());
const rulesFor = (name: string) => profile.syscalls.filter((rule) => rule.names.includes(name));
const unconditional = profile.syscalls.filter(({ action, args }) => action === "SCMP_ACT_ALLOW" && !args);
const allowed = unconditional.flatMap(({ names }) => names);

describe("the seccomp profile", () => {
  it("denies by default, and knows no 32-bit entry", () => {
    expect(profile.defaultAction).toBe("SCMP_ACT_ERRNO");
    expect(profile.archMap).toEqual([
      { architecture: "SCMP_ARCH_X86_64", subArchitectures: [] },
      { architecture: "SCMP_ARCH_AARCH64", subArchitectures: [] },
    ]);
  });

  it.each([
    ["namespaces", ["unshare", "setns", "pivot_root", "chroot"]],
    [
      "mounts",
      ["mount", "umount2", "mount_setattr", "move_mount", "open_tree", "fsopen", "fsmount", "fsconfig"],
    ],
    [
      "other processes' memory",
      ["ptrace", "process_vm_readv", "process_vm_writev", "process_madvise", "kcmp"],
    ],
    ["other processes' descriptors", ["pidfd_getfd"]],
    ["programs without a file", ["memfd_create", "memfd_secret", "execveat"]],
    ["keys", ["keyctl", "add_key", "request_key"]],
    [
      "kernel programs and their loading",
      ["bpf", "perf_event_open", "init_module", "finit_module", "delete_module"],
    ],
    ["another kernel", ["kexec_load", "kexec_file_load", "reboot"]],
    [
      "large kernel surfaces",
      ["io_uring_setup", "io_uring_enter", "io_uring_register", "userfaultfd", "vmsplice"],
    ],
    ["other personalities", ["personality", "modify_ldt"]],
    ["the clock", ["settimeofday", "clock_settime", "clock_adjtime", "adjtimex"]],
    ["files by handle", ["name_to_handle_at", "open_by_handle_at"]],
    ["devices", ["mknod", "mknodat", "iopl", "ioperm"]],
    ["the machine", ["sethostname", "setdomainname", "swapon", "swapoff", "syslog", "acct", "quotactl"]],
  ])("allows nothing of %s", (_, names) => {
    for (const name of names) {
      expect(rulesFor(name), name).toEqual([]);
    }
  });

  it("lets files in memory be made where asked to, but none that says it is to be executed", () => {
    const { syscalls } = JSON.parse(renderSeccompProfile({ memoryFiles: true }));
    expect(syscalls.filter(({ names }: Rule) => names.includes("memfd_create"))).toEqual([
      {
        names: ["memfd_create"],
        action: "SCMP_ACT_ALLOW",
        args: [{ index: 1, value: 0x10, valueTwo: 0, op: "SCMP_CMP_MASKED_EQ" }],
      },
    ]);
    expect(syscalls.filter(({ names }: Rule) => !names.includes("memfd_create"))).toEqual(profile.syscalls);
  });

  it("allows what programs are made of", () => {
    for (const name of [
      "read",
      "write",
      "openat",
      "mmap",
      "execve",
      "futex",
      "connect",
      "epoll_wait",
      "wait4",
    ]) {
      expect(allowed, name).toContain(name);
    }
    expect(new Set(allowed).size).toBe(allowed.length);
  });

  it("makes threads and processes, but no namespace", () => {
    expect(rulesFor("clone")).toEqual([
      {
        names: ["clone"],
        action: "SCMP_ACT_ALLOW",
        args: [{ index: 0, value: 0x7e020000, valueTwo: 0, op: "SCMP_CMP_MASKED_EQ" }],
      },
    ]);
    expect(rulesFor("clone3")).toEqual([{ names: ["clone3"], action: "SCMP_ACT_ERRNO", errnoRet: 38 }]);
  });

  it("makes Unix, IP and netlink sockets only", () => {
    const families = rulesFor("socket").map(({ args }) => args);
    expect(families).toEqual([1, 2, 10, 16].map((value) => [{ index: 0, value, op: "SCMP_CMP_EQ" }]));
    expect(allowed).not.toContain("socketcall");
  });
});
