import { type Attempt, alike } from "../attempt";

const CLONE = {
  newNs: 0x20000,
  newCgroup: 0x2000000,
  newUts: 0x4000000,
  newIpc: 0x8000000,
  newUser: 0x10000000,
  newPid: 0x20000000,
  newNet: 0x40000000,
} as const;
const MS_REMOUNT = 32;
const MS_BIND = 4096;
const MNT_DETACH = 2;
const AT_FDCWD = -100;
const OPEN_TREE_CLONE = 1;
const SESSION_KEYRING = -3;
const UFFD_USER_MODE_ONLY = 1;
const FAN_CLASS_CONTENT = 4;
const READ_ALL = 3;
/** A hash map with one entry of 4 + 4 bytes. */
const BPF_MAP = "hex:01000000040000000400000001000000";
/** A software clock. */
const PERF_CLOCK = "hex:0100000070000000";

/** Namespaces, mounts and devices: the ways out of a container. */
export const ESCAPE: readonly Attempt[] = [
  {
    id: "user-namespace",
    tries: "becomes root in a user namespace of its own",
    act: { do: "system_call", name: "unshare", arguments: [CLONE.newUser] },
    stopper: "seccomp",
    control: "user",
  },
  ...alike({ stopper: "capabilities", control: "root" }, [
    ...Object.entries({
      mount: CLONE.newNs,
      network: CLONE.newNet,
      process: CLONE.newPid,
      ipc: CLONE.newIpc,
      uts: CLONE.newUts,
      cgroup: CLONE.newCgroup,
    }).map(([kind, flag]) => ({
      id: `${kind}-namespace`,
      tries: `makes a ${kind} namespace of its own`,
      act: { do: "system_call", name: "unshare", arguments: [flag] } as const,
    })),
    {
      id: "enter-namespace",
      tries: "enters process 1's namespaces (nsenter -t 1)",
      act: { do: "enter_namespace", path: "/proc/1/ns/mnt" },
    },
    {
      id: "mount-tmpfs",
      tries: "mounts a file system where code may run",
      act: { do: "system_call", name: "mount", arguments: ["tmpfs", "/mnt", "tmpfs", 0, 0] },
    },
    {
      id: "mount-proc",
      tries: "mounts a /proc without Docker's masks",
      act: { do: "system_call", name: "mount", arguments: ["proc", "/mnt", "proc", 0, 0] },
    },
    {
      id: "mount-bind",
      tries: "mounts a folder over another, to hide behind it",
      act: { do: "system_call", name: "mount", arguments: ["/usr", "/mnt", "none", MS_BIND, 0] },
    },
    {
      id: "remount-writable",
      tries: "makes the root file system writable",
      act: { do: "system_call", name: "mount", arguments: ["none", "/", "none", MS_REMOUNT, 0] },
    },
    {
      id: "new-mount-api",
      tries: "mounts by the newer system calls",
      act: { do: "system_call", name: "fsopen", arguments: ["tmpfs", 0] },
    },
    {
      id: "clone-mounts",
      tries: "clones the tree of mounts",
      act: { do: "system_call", name: "open_tree", arguments: [AT_FDCWD, "/", OPEN_TREE_CLONE] },
    },
    {
      id: "unmount",
      tries: "unmounts what lies over a file",
      act: { do: "system_call", name: "umount2", arguments: ["/etc/hostname", MNT_DETACH] },
    },
    {
      id: "chroot",
      tries: "changes its root, to climb out of it",
      act: { do: "system_call", name: "chroot", arguments: ["/"] },
    },
    {
      id: "device-node",
      tries: "makes a device node of its own",
      act: { do: "device_node", path: "/data/output/drill-device", major: 7, minor: 0 },
    },
  ]),
  {
    id: "release-agent",
    tries: "mounts the cgroups to have the host run its program (release_agent)",
    act: { do: "system_call", name: "mount", arguments: ["cgroup", "/mnt", "cgroup", 0, "memory"] },
    stopper: "capabilities",
    control: { none: "what is there to mount differs between cgroups 1 and 2" },
  },
  ...alike(
    {
      stopper: "no such thing",
      control: { none: "whether a machine has it, and what it is called, varies" },
    },
    [
      {
        id: "device-memory",
        tries: "reads the machine's memory",
        act: { do: "open_file", path: "/dev/mem" },
      },
      {
        id: "device-kernel-log",
        tries: "reads the kernel's log",
        act: { do: "open_file", path: "/dev/kmsg" },
      },
      {
        id: "device-disk",
        tries: "reads the machine's disk",
        act: { do: "open_file", path: "/dev/vda" },
      },
      {
        id: "device-nvme",
        tries: "reads the machine's NVMe disk",
        act: { do: "open_file", path: "/dev/nvme0n1" },
      },
      {
        id: "device-fuse",
        tries: "offers the kernel a file system of its own",
        act: { do: "open_file", path: "/dev/fuse" },
      },
      { id: "device-kvm", tries: "starts virtual machines", act: { do: "open_file", path: "/dev/kvm" } },
    ],
  ),
  {
    id: "docker-socket",
    tries: "talks to the Docker Engine",
    act: { do: "unix_socket", path: "/var/run/docker.sock" },
    stopper: "no such thing",
    control: "root",
  },
  {
    id: "containerd-socket",
    tries: "talks to containerd",
    act: { do: "unix_socket", path: "/run/containerd/containerd.sock" },
    stopper: "no such thing",
    control: "root",
  },
  {
    id: "abstract-socket",
    tries: "finds a socket of another container in the network namespace that they share",
    act: { do: "abstract_sockets" },
    stopper: "no such thing",
    control: "root",
  },
];

/** System calls and files by which a process reaches into the kernel or another process. */
export const KERNEL: readonly Attempt[] = [
  ...alike({ stopper: "masked /proc and /sys", control: { none: "would change this machine" } }, [
    {
      id: "core-pattern",
      tries: "has the kernel run its program at the next crash",
      act: { do: "open_file", path: "/proc/sys/kernel/core_pattern", flags: "w" },
    },
    {
      id: "modprobe-path",
      tries: "has the kernel run its program for a missing module",
      act: { do: "open_file", path: "/proc/sys/kernel/modprobe", flags: "w" },
    },
    {
      id: "uevent-helper",
      tries: "has the kernel run its program for a new device",
      act: { do: "open_file", path: "/sys/kernel/uevent_helper", flags: "w" },
    },
    {
      id: "sysrq",
      tries: "restarts the machine by /proc/sysrq-trigger",
      act: { do: "open_file", path: "/proc/sysrq-trigger", flags: "w" },
    },
    {
      id: "kernel-core",
      tries: "reads the kernel's memory by /proc/kcore",
      act: { do: "open_file", path: "/proc/kcore", flags: "w" },
    },
  ]),
  ...alike({ stopper: "capabilities", control: { none: "would change this machine" } }, [
    {
      id: "kernel-module",
      tries: "loads a kernel module",
      act: { do: "system_call", name: "init_module", arguments: ["hex:00", 1, ""] },
    },
    {
      id: "kexec",
      tries: "loads another kernel",
      act: { do: "system_call", name: "kexec_load", arguments: [0, 0, 0, 0] },
    },
    {
      id: "reboot",
      tries: "restarts the machine",
      act: { do: "system_call", name: "reboot", arguments: [0, 0, 0, 0] },
    },
    {
      id: "open-by-handle",
      tries: "opens the host's files by their numbers",
      act: { do: "system_call", name: "open_by_handle_at", arguments: [0, "hex:0800000001000000", 0] },
    },
    {
      id: "swap",
      tries: "swaps the machine's memory out to its own file",
      act: { do: "system_call", name: "swapon", arguments: ["/tmp/drill-swap", 0] },
    },
  ]),
  ...alike({ stopper: "capabilities", control: "root" }, [
    {
      id: "become-root",
      tries: "becomes root by setuid(0)",
      act: { do: "system_call", name: "setuid", arguments: [0] },
    },
    {
      id: "host-name",
      tries: "changes the host name",
      act: { do: "system_call", name: "sethostname", arguments: ["drill", 5] },
    },
    {
      id: "kernel-log",
      tries: "reads the kernel's log",
      act: { do: "system_call", name: "syslog", arguments: [READ_ALL, "buffer", 4096] },
    },
    {
      id: "io-ports",
      tries: "takes I/O ports",
      act: { do: "system_call", name: "ioperm", arguments: [0x80, 1, 1] },
    },
    {
      id: "bpf",
      tries: "loads a program into the kernel (bpf)",
      act: { do: "system_call", name: "bpf", arguments: [0, BPF_MAP, 72] },
    },
    {
      id: "perf",
      tries: "watches the machine by performance events",
      act: { do: "system_call", name: "perf_event_open", arguments: [PERF_CLOCK, 0, -1, -1, 0] },
    },
    {
      id: "fanotify",
      tries: "watches and holds up others' file accesses",
      act: { do: "system_call", name: "fanotify_init", arguments: [FAN_CLASS_CONTENT, 0] },
    },
  ]),
  {
    id: "never-killed",
    tries: "has the kernel kill others first when memory is short",
    act: { do: "append", path: "/proc/self/oom_score_adj", content: "-1000" },
    stopper: "capabilities",
    control: { none: "needs SYS_RESOURCE, which not every machine may give away" },
  },
  ...alike({ stopper: "seccomp", control: "user" }, [
    { id: "ptrace", tries: "takes another process over (ptrace)", act: { do: "trace" } },
    { id: "read-process-memory", tries: "reads another process's memory", act: { do: "read_memory" } },
    {
      id: "kernel-keyring",
      tries: "reads the keys in the kernel's keyring",
      act: { do: "system_call", name: "keyctl", arguments: [0, SESSION_KEYRING, 1] },
    },
    {
      id: "kernel-key",
      tries: "keeps a key in the kernel's keyring, which is not the container's own",
      act: { do: "system_call", name: "add_key", arguments: ["user", "drill", "x", 1, SESSION_KEYRING] },
    },
    {
      id: "userfaultfd",
      tries: "holds up the kernel in the middle of a copy (userfaultfd)",
      act: { do: "system_call", name: "userfaultfd", arguments: [UFFD_USER_MODE_ONLY] },
    },
    {
      id: "io-uring",
      tries: "has the kernel do its system calls out of the filter's sight (io_uring)",
      act: { do: "system_call", name: "io_uring_setup", arguments: [1, "buffer"] },
    },
  ]),
];
