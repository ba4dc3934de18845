import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { type Engine, objectName, stackLabels } from "./engine";
import { renderSeccompProfile } from "./seccomp";

const TMPFS = "rw,nosuid,nodev,noexec";

/** How much of the machine a container may take. */
export interface Limits {
  /** Memory in MiB, tmpfs included. There is no swap on top. */
  readonly memoryMiB: pulumi.Input<number>;
  /** Processors, in whole ones or parts. */
  readonly cpus: pulumi.Input<number>;
  /** Share of the processors when all are wanted, relative to the other containers'. */
  readonly cpuShares: number;
  /**
   * Processes and threads of the container's user. The provider has no limit for a container itself; the kernel counts a
   * user's on the whole machine, so stacks on one machine share it.
   */
  readonly processes: number;
}

/** What one container needs; everything else is the posture that all of them share. */
export interface HardenedContainerArgs
  extends Pick<
    docker.ContainerArgs,
    | "command"
    | "entrypoints"
    | "envs"
    | "gpus"
    | "healthcheck"
    | "image"
    | "init"
    | "mounts"
    | "networkMode"
    | "pidMode"
    | "ports"
    | "volumes"
  > {
  readonly engine: Engine;
  /** Name of the container's part of the stack, e.g. `gateway`. */
  readonly part: string;
  /** Numeric user and group that the container starts as. */
  readonly uid: number;
  readonly limits: Limits;
  /** Capabilities, as the engine reads them back (`CAP_…`). Defaults to none. */
  readonly capabilities?: readonly string[];
  /** Whether it may make files in memory, as NVIDIA's driver does. Defaults to false. */
  readonly memoryFiles?: boolean;
  /** Whether it is only made, for a command to start it and wait for its end. Defaults to false: it runs from now on. */
  readonly onDemand?: boolean;
  /** Size in MiB of /tmp. Defaults to 64. */
  readonly tmpMiB?: number;
  /** Folders in memory besides /tmp, each for the container's user alone, with their size in MiB. */
  readonly scratchMiB?: Readonly<Record<string, number>>;
}

/**
 * Starts a container with the posture that every container of the stack has: a fixed user, read-only root, no
 * capability, no new privileges, our seccomp profile, private IPC, an init process, limits for memory, processors,
 * processes, core dumps (none) and logs, and no place to write that can be executed from: tmpfs is
 * `nosuid,nodev,noexec` here, volumes are by `dataVolume`.
 *
 * Restarted unless stopped by hand: only that also brings everything back after the machine was off. A crash loop is
 * bounded by the engine, which waits twice as long each time, up to a minute.
 *
 * Names are fixed, so a replaced container is removed before its successor is made. `healthcheck` and `tmpfs` replace
 * it too: the provider reports their update as done and changes nothing.
 */
export function hardenedContainer(
  name: string,
  args: HardenedContainerArgs,
  opts: pulumi.CustomResourceOptions,
): docker.Container {
  const { engine, part, uid, limits, capabilities = [], memoryFiles, onDemand = false, ...others } = args;
  const { tmpMiB = 64, scratchMiB = {}, ...rest } = others;
  return new docker.Container(
    name,
    {
      init: true,
      ...rest,
      name: objectName(engine.stack, part),
      labels: stackLabels(engine.stack),
      user: `${uid}:${uid}`,
      readOnly: true,
      capabilities: { ...(capabilities.length > 0 ? { adds: [...capabilities] } : {}), drops: ["ALL"] },
      securityOpts: [
        "no-new-privileges:true",
        `seccomp=${renderSeccompProfile({ memoryFiles })}`,
        // The engine adds it by itself where SELinux could not hold anyway; unsaid, each refresh would find a change.
        ...(rest.pidMode === "host" ? ["label=disable"] : []),
      ],
      ipcMode: "private",
      memory: limits.memoryMiB,
      memorySwap: limits.memoryMiB,
      cpus: pulumi.output(limits.cpus).apply(processors),
      cpuShares: limits.cpuShares,
      ulimits: [
        { name: "core", soft: 0, hard: 0 },
        { name: "nproc", soft: limits.processes, hard: limits.processes },
      ],
      tmpfs: {
        "/tmp": `${TMPFS},size=${tmpMiB}m,mode=1777`,
        ...Object.fromEntries(
          Object.entries(scratchMiB).map(([folder, size]) => [
            folder,
            `${TMPFS},size=${size}m,mode=700,uid=${uid},gid=${uid}`,
          ]),
        ),
      },
      ...(onDemand ? { start: false, mustRun: false, restart: "no" } : { restart: "unless-stopped" }),
      logDriver: "json-file",
      logOpts: { "max-size": "10m", "max-file": "5" },
    },
    {
      ...opts,
      provider: engine.provider,
      deleteBeforeReplace: true,
      replaceOnChanges: ["healthcheck", "tmpfs"],
    },
  );
}

/** As the provider reads it back: `2.0`, `1.5`. */
function processors(count: number): string {
  return Number.isInteger(count) ? count.toFixed(1) : String(count);
}
