/**
 * The system calls that every container of the stack may make: Docker's own default list without what nginx, Node,
 * Python with torch, Certbot and nft have no use for. Anything else fails with EPERM. Only the 64-bit calls of x86 and
 * ARM are there: the older 32-bit entries would be a second way to each call.
 *
 * Left out of what Docker allows, because an intruder would want it:
 *   memfd_create, memfd_secret, execveat     programs that lie in no file system (but see `memoryFiles`)
 *   ptrace, process_madvise, kcmp            other processes' memory
 *   io_uring_*, vmsplice, personality,
 *   modify_ldt, fanotify_*, userfaultfd      large kernel surfaces with a history of escapes
 *   mknod, mknodat                           device files
 *   adjtimex, clock_adjtime                  the machine's clock
 *   sockets but Unix, IP and netlink         AF_VSOCK knows no network namespace, AF_ALG and its like no use here
 */
const ALLOWED: readonly string[] = [
  // Files and directories
  ...[
    "access",
    "chdir",
    "chmod",
    "chown",
    "close",
    "close_range",
    "copy_file_range",
    "creat",
    "dup",
    "dup2",
    "dup3",
  ],
  ...[
    "faccessat",
    "faccessat2",
    "fadvise64",
    "fallocate",
    "fchdir",
    "fchmod",
    "fchmodat",
    "fchmodat2",
    "fchown",
  ],
  ...[
    "fchownat",
    "fcntl",
    "fdatasync",
    "fgetxattr",
    "flistxattr",
    "flock",
    "fremovexattr",
    "fsetxattr",
    "fstat",
  ],
  ...[
    "fstatfs",
    "fsync",
    "ftruncate",
    "futimesat",
    "getcwd",
    "getdents",
    "getdents64",
    "getxattr",
    "ioctl",
    "lchown",
  ],
  ...[
    "lgetxattr",
    "link",
    "linkat",
    "listxattr",
    "llistxattr",
    "lremovexattr",
    "lseek",
    "lsetxattr",
    "lstat",
    "mkdir",
  ],
  ...[
    "mkdirat",
    "newfstatat",
    "open",
    "openat",
    "openat2",
    "pread64",
    "preadv",
    "preadv2",
    "pwrite64",
    "pwritev",
  ],
  ...[
    "pwritev2",
    "read",
    "readahead",
    "readlink",
    "readlinkat",
    "readv",
    "removexattr",
    "rename",
    "renameat",
  ],
  ...[
    "renameat2",
    "rmdir",
    "sendfile",
    "setxattr",
    "splice",
    "stat",
    "statfs",
    "statx",
    "symlink",
    "symlinkat",
    "sync",
  ],
  ...[
    "sync_file_range",
    "syncfs",
    "tee",
    "truncate",
    "umask",
    "unlink",
    "unlinkat",
    "utime",
    "utimensat",
    "utimes",
  ],
  ...["write", "writev"],
  // Waiting: for descriptors, files, signals and time
  ...[
    "alarm",
    "clock_getres",
    "clock_gettime",
    "clock_nanosleep",
    "epoll_create",
    "epoll_create1",
    "epoll_ctl",
  ],
  ...["epoll_pwait", "epoll_pwait2", "epoll_wait", "eventfd", "eventfd2", "getitimer", "gettimeofday"],
  ...[
    "inotify_add_watch",
    "inotify_init",
    "inotify_init1",
    "inotify_rm_watch",
    "nanosleep",
    "pause",
    "poll",
    "ppoll",
  ],
  ...["pselect6", "select", "setitimer", "signalfd", "signalfd4", "time", "timer_create", "timer_delete"],
  ...[
    "timer_getoverrun",
    "timer_gettime",
    "timer_settime",
    "timerfd_create",
    "timerfd_gettime",
    "timerfd_settime",
  ],
  ...["times"],
  // Asynchronous input and output of the kind that nginx uses
  ...["io_cancel", "io_destroy", "io_getevents", "io_pgetevents", "io_setup", "io_submit"],
  // Memory
  ...[
    "brk",
    "madvise",
    "membarrier",
    "mincore",
    "mlock",
    "mlock2",
    "mlockall",
    "mmap",
    "mprotect",
    "mremap",
    "mseal",
  ],
  ...[
    "msync",
    "munlock",
    "munlockall",
    "munmap",
    "pkey_alloc",
    "pkey_free",
    "pkey_mprotect",
    "remap_file_pages",
  ],
  // Processes, threads and their synchronisation
  ...[
    "arch_prctl",
    "capget",
    "capset",
    "execve",
    "exit",
    "exit_group",
    "fork",
    "futex",
    "futex_requeue",
    "futex_wait",
  ],
  ...[
    "futex_waitv",
    "futex_wake",
    "get_robust_list",
    "get_thread_area",
    "getcpu",
    "getpgid",
    "getpgrp",
    "getpid",
  ],
  ...[
    "getppid",
    "getpriority",
    "getrlimit",
    "getrusage",
    "getsid",
    "gettid",
    "ioprio_get",
    "ioprio_set",
    "kill",
  ],
  ...[
    "pidfd_open",
    "pidfd_send_signal",
    "pipe",
    "pipe2",
    "prctl",
    "prlimit64",
    "process_mrelease",
    "restart_syscall",
  ],
  ...[
    "rseq",
    "rt_sigaction",
    "rt_sigpending",
    "rt_sigprocmask",
    "rt_sigqueueinfo",
    "rt_sigreturn",
    "rt_sigsuspend",
  ],
  ...[
    "rt_sigtimedwait",
    "rt_tgsigqueueinfo",
    "sched_get_priority_max",
    "sched_get_priority_min",
    "sched_getaffinity",
  ],
  ...["sched_getattr", "sched_getparam", "sched_getscheduler", "sched_rr_get_interval", "sched_setaffinity"],
  ...[
    "sched_setattr",
    "sched_setparam",
    "sched_setscheduler",
    "sched_yield",
    "set_robust_list",
    "set_thread_area",
  ],
  ...[
    "set_tid_address",
    "setpgid",
    "setpriority",
    "setrlimit",
    "setsid",
    "sigaltstack",
    "tgkill",
    "tkill",
    "vfork",
  ],
  ...["wait4", "waitid"],
  // Who one is; the pod's first process gives up root with these
  ...[
    "getegid",
    "geteuid",
    "getgid",
    "getgroups",
    "getresgid",
    "getresuid",
    "getuid",
    "setfsgid",
    "setfsuid",
    "setgid",
  ],
  ...["setgroups", "setregid", "setresgid", "setresuid", "setreuid", "setuid"],
  // Limits that a process sets itself
  ...["landlock_add_rule", "landlock_create_ruleset", "landlock_restrict_self", "seccomp"],
  // Network; the creation of sockets has rules of its own
  ...[
    "accept",
    "accept4",
    "bind",
    "connect",
    "getpeername",
    "getsockname",
    "getsockopt",
    "listen",
    "recvfrom",
  ],
  ...["recvmmsg", "recvmsg", "sendmmsg", "sendmsg", "sendto", "setsockopt", "shutdown", "socketpair"],
  // Memory and messages shared with others; the IPC namespace is private
  ...[
    "mq_getsetattr",
    "mq_notify",
    "mq_open",
    "mq_timedreceive",
    "mq_timedsend",
    "mq_unlink",
    "msgctl",
    "msgget",
  ],
  ...["msgrcv", "msgsnd", "semctl", "semget", "semop", "semtimedop", "shmat", "shmctl", "shmdt", "shmget"],
  // The machine
  ...["getrandom", "sysinfo", "uname"],
];

/** Address families, as linux/socket.h numbers them. */
const SOCKET_FAMILIES = { unix: 1, inet: 2, inet6: 10, netlink: 16 } as const;

/** Every CLONE_NEW* flag: a new namespace of any kind is where most escapes begin. */
const NAMESPACE_FLAGS = 0x7e020000;

/** Flag of memfd_create: the file may be executed. */
const MFD_EXEC = 0x10;

const ENOSYS = 38;

interface Rule {
  readonly names: readonly string[];
  readonly action: "SCMP_ACT_ALLOW" | "SCMP_ACT_ERRNO";
  readonly errnoRet?: number;
  readonly args?: readonly { index: number; value: number; valueTwo?: number; op: string }[];
}

/**
 * Renders the profile as the engine takes it in a security option: JSON on one line.
 *
 * @param memoryFiles whether files in memory may be made: NVIDIA's driver (570 and newer) does not start without. None
 *   that asks to be executable; where the machine sets vm.memfd_noexec=1, the others are not either.
 */
export function renderSeccompProfile({ memoryFiles = false } = {}): string {
  const allow = (names: readonly string[], args?: Rule["args"]): Rule => ({
    names,
    action: "SCMP_ACT_ALLOW",
    args,
  });
  const rules: Rule[] = [
    allow(ALLOWED),
    ...Object.values(SOCKET_FAMILIES).map((family) =>
      allow(["socket"], [{ index: 0, value: family, op: "SCMP_CMP_EQ" }]),
    ),
    allow(["clone"], [{ index: 0, value: NAMESPACE_FLAGS, valueTwo: 0, op: "SCMP_CMP_MASKED_EQ" }]),
    ...(memoryFiles
      ? [allow(["memfd_create"], [{ index: 1, value: MFD_EXEC, valueTwo: 0, op: "SCMP_CMP_MASKED_EQ" }])]
      : []),
    // Its flags lie in memory, where no rule sees them; told that it does not exist, the C library takes clone.
    { names: ["clone3"], action: "SCMP_ACT_ERRNO", errnoRet: ENOSYS },
  ];
  return JSON.stringify({
    defaultAction: "SCMP_ACT_ERRNO",
    archMap: ["SCMP_ARCH_X86_64", "SCMP_ARCH_AARCH64"].map((architecture) => ({
      architecture,
      subArchitectures: [],
    })),
    syscalls: rules,
  });
}
