import type * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import type { HardenedContainerArgs } from "../shared/container";
import { type Engine, objectName } from "../shared/engine";
import { IN_POD, RUN_FOLDER, RUN_VOLUME } from "./run-folder";

/** What an image without a shell has instead; see components/comfyui/image/pod-member.py. */
const LAUNCHER = "/opt/launcher/pod-member.py";

/** Seconds between two looks of a member's health check: a restarted pod is followed at most this late. */
const CHECK_SECONDS = 10;

/** What makes a container a member of the pod. */
export interface PodMember {
  readonly engine: Engine;
  /** `networkMode` of the pod's members. */
  readonly networkMode: HardenedContainerArgs["networkMode"];
  /** What the container runs once it stands behind the firewall. */
  readonly command: readonly string[];
  /**
   * Whether the image has a shell. One without brings `/opt/launcher/pod-member.py`, which does what the shell would.
   * Defaults to true.
   */
  readonly hasShell?: pulumi.Input<boolean>;
  /** TCP port it listens on. */
  readonly port: number;
  /** Seconds until it listens. */
  readonly startSeconds: number;
}

/**
 * The arguments that a container in the pod's network namespace has in common with the others.
 *
 * It starts its program only behind the firewall: the engine joins it to a namespace whose rules may not be loaded yet.
 * When the pod's container was restarted, its members are left in the old namespace, which is cut off; the health check
 * then ends the member as soon as the new one has its rules, and the engine's restart joins it to that. Otherwise the
 * check says whether the program listens, which it sees without opening a connection.
 */
export function podMember(member: PodMember): Pick<
  HardenedContainerArgs,
  "command" | "entrypoints" | "healthcheck" | "networkMode"
> & {
  readonly volumes: docker.types.input.ContainerVolume[];
} {
  const { engine, networkMode, command, port, startSeconds } = member;
  const hasShell = pulumi.output(member.hasShell ?? true);
  return {
    networkMode,
    entrypoints: hasShell.apply((has) =>
      has
        ? ["/bin/sh", "-c", `until ${IN_POD}; do sleep 0.1; done; exec "$@"`, "pod-member"]
        : [LAUNCHER, "run"],
    ),
    command: [...command],
    volumes: [
      { volumeName: objectName(engine.stack, RUN_VOLUME), containerPath: RUN_FOLDER, readOnly: true },
    ],
    healthcheck: {
      tests: hasShell.apply((has) =>
        has ? ["CMD", "/bin/sh", "-c", healthCheck(port)] : ["CMD", LAUNCHER, "check", String(port)],
      ),
      interval: `${CHECK_SECONDS}s`,
      timeout: "5s",
      startPeriod: goDuration(startSeconds),
      retries: 3,
    },
  };
}

/** In /proc/net/tcp, 0A is a listening socket; addresses and ports are hexadecimal. */
function healthCheck(port: number): string {
  const hexPort = port.toString(16).toUpperCase().padStart(4, "0");
  return `${IN_POD} || { [ -e ${RUN_FOLDER}/namespace ] && kill -TERM 1; exit 1; }
grep -q ':${hexPort} 00000000:0000 0A ' /proc/net/tcp`;
}

/** As the provider reads it back: `10s`, `5m0s`. */
function goDuration(seconds: number): string {
  return seconds < 60 ? `${seconds}s` : `${Math.floor(seconds / 60)}m${seconds % 60}s`;
}
