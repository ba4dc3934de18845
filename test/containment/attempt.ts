/**
 * What the intruder does in one attempt. `do` and its arguments are those of a function in intruder.py; `request` is
 * sent from outside, through the gateway. Hosts may be the names of `HOST`, which the lab replaces by addresses.
 */
export type Act =
  | { do: "write"; path: string; content?: string }
  | { do: "append"; path: string; content: string }
  | { do: "rename"; path: string; to: string }
  | { do: "open_file"; path: string; flags?: "r" | "w" }
  | { do: "immutable" | "chown_root" | "file_capability" | "setuid_program" | "unix_socket"; path: string }
  | { do: "device_node"; path: string; major: number; minor: number }
  | { do: "execute" | "execute_by_loader" | "load_library" | "preload"; folder: string }
  | { do: "execute_from_memory" | "load_library_from_memory" }
  | { do: "interpret"; name: string; words: readonly string[]; seconds: number }
  | { do: "find_program" | "find_module" | "resolve" | "see_processes"; name: string }
  | { do: "tcp" | "udp"; host: string; port: number; say?: string; protocol?: number }
  | { do: "reach" | "fast_open" | "listen"; host: string; port: number }
  | { do: "serve"; host: string; port: number; seconds: number; whileAway?: "gateway" }
  | {
      do: "http";
      host: string;
      port: number;
      method: string;
      path: string;
      headers?: Record<string, string>;
      body?: string;
    }
  | { do: "dns" | "dns_over_tcp"; host: string; name: string }
  | { do: "ping"; host: string; raw?: boolean }
  | { do: "other_family"; family: number; kind?: number; address?: number[] }
  | { do: "frame" | "flush_firewall" | "abstract_sockets" }
  | { do: "add_route"; to: string }
  | { do: "system_call"; name: string; arguments?: readonly (string | number)[] }
  | { do: "enter_namespace"; path: string }
  | { do: "trace"; pid?: number }
  | { do: "read_memory" | "search_environments" }
  | { do: "search_files"; root: string }
  | { do: "processes"; most: number; hold_s: number; limit_s: number }
  | { do: "memory"; mib: number; limit_s: number }
  | { do: "fill"; folder: string; mib: number; limit_s: number }
  | { do: "burn"; seconds: number }
  | { do: "request"; as: "nobody" | "worker"; method: string; path: string; body?: unknown };

/** Addresses of the canaries. All are for documentation or link-local use; the pod's routes lead to the canary. */
export const HOST = {
  pool: "203.0.113.66",
  pool6: "2001:db8::66",
  dns: "203.0.113.53",
  /** The pod's own address on the bridge. */
  pod: "$pod",
  /** The host's address on the pod's bridge. */
  bridge: "$bridge",
  /** Another container on the pod's bridge. */
  neighbour: "$neighbour",
} as const;

/** Name of the other container on the bridge, as Docker's own DNS knows it. */
export const NEIGHBOUR_NAME = "$neighbour-name";

/** TCP port that the test listens on at `HOST.bridge`: the Docker API's, where somebody has opened it. */
export const BRIDGE_PORT = 2375;

/** The layers that stop an attempt, with what the kernel says when they do; `done` where they let it happen. */
export const STOPPERS = {
  gateway: { because: "the gateway refuses the request", says: ["refused"] },
  firewall: {
    because: "the pod's firewall lets ComfyUI's user open no connection",
    says: ["EHOSTUNREACH", "EACCES", "EPERM", "EAI_AGAIN", "ETIMEDOUT"],
  },
  "read-only root": { because: "the root file system is mounted read-only", says: ["EROFS"] },
  "read-only mount": {
    because: "the volume is mounted read-only: models, and what the pod says",
    says: ["EROFS"],
  },
  noexec: { because: "nothing that ComfyUI may write to lets code run from it", says: ["EACCES", "EPERM"] },
  "no such thing": { because: "the container does not have it", says: ["ENOENT"] },
  capabilities: { because: "the process has no capability and cannot get one", says: ["EPERM", "EACCES"] },
  seccomp: { because: "the system call is filtered", says: ["EPERM", "ENOSYS"] },
  "no new privileges": { because: "setuid and file capabilities give nothing", says: ["powerless"] },
  "user id": { because: "ComfyUI's user owns nothing that matters", says: ["EACCES", "EPERM"] },
  "masked /proc and /sys": {
    because: "Docker hides or write-protects what would reach the kernel",
    says: ["EROFS", "EACCES", "ENOENT"],
  },
  "process namespace": { because: "other containers' processes cannot be seen", says: ["ESRCH"] },
  "port in use": { because: "the gateway listens there already", says: ["EADDRINUSE"] },
  "pids limit": { because: "the container may have only so many processes", says: ["EAGAIN"] },
  "memory limit": { because: "the container may have only so much memory", says: ["killed"] },
  "tmpfs size": { because: "the memory file system is bounded", says: ["ENOSPC", "killed"] },
  "CPU limit": { because: "the container may have only so much of the processors", says: ["done"] },
  "tmpfs is emptied": { because: "what is written there is gone with the container", says: ["done"] },
  watcher: { because: "not stopped: the watcher, outside the container, raises an alert", says: ["done"] },
  "data is not run": { because: "nothing runs what lies in the data folders", says: ["done"] },
} as const;
export type Stopper = keyof typeof STOPPERS;

/**
 * How an attempt proves that it would work: the same act, by the same program, succeeds
 *
 * - `root`: in a container beside the pod, on the same network, as root with every capability, no filter, no firewall
 * - `user`: there as ComfyUI's user without any capability, so that what is missing is the layer that is named
 * - `neighbour`: in ComfyUI's container, under the authorizer's user id, which the firewall lets through
 *
 * or why that cannot be tried on a machine that is to stay as it is.
 */
export type Control = "root" | "user" | "neighbour" | { readonly none: string };

/** One thing that the intruder tries. */
export interface Attempt {
  readonly id: string;
  /** What it is for, as a line of a table. */
  readonly tries: string;
  readonly act: Act;
  readonly stopper: Stopper;
  readonly control: Control;
  /** Left out where the kind of ComfyUI makes no difference. */
  readonly only?: "stand-in" | "checkout";
}

/** Attempts of one kind, which differ in id, purpose and act. */
export function alike(
  common: Pick<Attempt, "stopper" | "control">,
  attempts: readonly (Pick<Attempt, "id" | "tries" | "act"> & Partial<Attempt>)[],
): Attempt[] {
  return attempts.map((attempt) => ({ ...common, ...attempt }));
}
