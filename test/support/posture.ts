import { expect } from "vitest";
import { renderSeccompProfile } from "../../components/shared/seccomp";

/** What makes a difference between the containers of the stack; all else is the same for every one. */
export interface Own {
  readonly user: string;
  readonly memory: number;
  readonly cpus: string;
  readonly cpuShares: number;
  readonly processes: number;
  readonly tmpfs: Readonly<Record<string, string>>;
  readonly capabilities?: readonly string[];
  readonly init?: boolean;
  readonly pidMode?: string;
  /** How it is started where that is not at once and for good. */
  readonly start?: false;
  readonly mustRun?: false;
  readonly restart?: string;
}

/** A tmpfs's options. */
export const tmpfs = (size: string, rest: string) => `rw,nosuid,nodev,noexec,size=${size},${rest}`;

const COMFYUI: Own = {
  user: "10002:10002",
  memory: 6144,
  cpus: "1.5",
  cpuShares: 256,
  processes: 1024,
  tmpfs: {
    "/tmp": tmpfs("1024m", "mode=1777"),
    "/data/temp": tmpfs("1024m", "mode=700,uid=10002,gid=10002"),
  },
};

/**
 * Every container of the stack as it is for a machine with 2 processors and 8 GiB: a new one needs a row, and a changed
 * value is a change of the posture.
 */
export const CONTAINERS: Readonly<Record<string, Own>> = {
  pod: {
    user: "0:0",
    memory: 64,
    cpus: "0.5",
    cpuShares: 1024,
    processes: 32,
    tmpfs: { "/tmp": tmpfs("64m", "mode=1777") },
    capabilities: ["CAP_NET_ADMIN", "CAP_SETGID", "CAP_SETPCAP", "CAP_SETUID"],
    init: false,
  },
  gateway: {
    user: "10001:10001",
    memory: 512,
    cpus: "2.0",
    cpuShares: 2048,
    processes: 256,
    tmpfs: { "/tmp": tmpfs("128m", "mode=1777") },
  },
  authorizer: {
    user: "10003:10003",
    memory: 512,
    cpus: "2.0",
    cpuShares: 2048,
    processes: 256,
    tmpfs: { "/tmp": tmpfs("128m", "mode=1777") },
  },
  comfyui: COMFYUI,
  // Under the same confinement, with something in memory in place of its volumes.
  "comfyui-trial": {
    ...COMFYUI,
    tmpfs: {
      ...COMFYUI.tmpfs,
      "/data/input": tmpfs("64m", "mode=700,uid=10002,gid=10002"),
      "/data/output": tmpfs("64m", "mode=700,uid=10002,gid=10002"),
      "/data/user": tmpfs("64m", "mode=700,uid=10002,gid=10002"),
    },
    start: false,
    mustRun: false,
    restart: "no",
  },
  meter: {
    user: "10003:10003",
    memory: 128,
    cpus: "0.25",
    cpuShares: 512,
    processes: 4096,
    tmpfs: { "/tmp": tmpfs("64m", "mode=1777") },
  },
  watcher: {
    user: "10002:10002",
    memory: 320,
    cpus: "0.5",
    cpuShares: 512,
    processes: 4096,
    tmpfs: { "/tmp": tmpfs("64m", "mode=1777") },
    pidMode: "host",
  },
  certificate: {
    user: "10004:10004",
    memory: 512,
    cpus: "1.0",
    cpuShares: 512,
    processes: 64,
    tmpfs: { "/tmp": tmpfs("64m", "mode=1777") },
  },
};

/** The output of `docker info` that goes with it. */
export const TEST_CAPACITY = `2 ${8 * 1024 ** 3}\n`;

/** Inputs that may differ freely: what a container runs and what it is given. */
const FREE = [
  ...[
    "command",
    "entrypoints",
    "envs",
    "gpus",
    "healthcheck",
    "image",
    "labels",
    "mounts",
    "name",
    "networkMode",
  ],
  ...["ports", "volumes"],
];

/**
 * Expects exactly the posture on a container's inputs, and no input that is not known here.
 *
 * @param part name of the container's part of the stack
 */
// biome-ignore lint/suspicious/noExplicitAny: inputs are whatever the resource type takes
export function expectPosture(part: string, inputs: any): void {
  const own = CONTAINERS[part];
  if (own === undefined) throw new Error(`the container "${part}" has no row in test/support/posture.ts`);
  const { capabilities, init = true, processes, ...rest } = own;
  const seen = Object.fromEntries(
    Object.entries(inputs).filter(([key, value]) => !FREE.includes(key) && value !== undefined),
  );
  expect(seen, part).toEqual({
    restart: "unless-stopped",
    ...rest,
    init,
    readOnly: true,
    capabilities: { ...(capabilities ? { adds: capabilities } : {}), drops: ["ALL"] },
    securityOpts: [
      "no-new-privileges:true",
      `seccomp=${renderSeccompProfile()}`,
      ...(own.pidMode === "host" ? ["label=disable"] : []),
    ],
    ipcMode: "private",
    memorySwap: own.memory,
    ulimits: [
      { name: "core", soft: 0, hard: 0 },
      { name: "nproc", soft: processes, hard: processes },
    ],
    logDriver: "json-file",
    logOpts: { "max-size": "10m", "max-file": "5" },
  });
}
