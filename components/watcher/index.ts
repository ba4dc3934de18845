import * as pulumi from "@pulumi/pulumi";
import { RUN_FOLDER, RUN_VOLUME } from "../pod/run-folder";
import { stageBuildContext } from "../shared/build-context";
import { bundle } from "../shared/bundle";
import { hardenedContainer, type Limits } from "../shared/container";
import { objectName, onEngine } from "../shared/engine";
import { localImage } from "../shared/image";
import { UID } from "../shared/pod-layout";
import { dataVolume } from "../shared/volume";
import type { WatcherArgs } from "./args";
import { clearCommand } from "./commands";
import { FOLDER, VOLUME, type WatcherConfig } from "./layout";

const PART = "components/watcher";

/**
 * The kernel counts a user's processes on the whole machine: ComfyUI at its own limit must not stop the watcher. The
 * memory is for two of Node, as the Dockerfile bounds it: whoever clears a hold starts another beside the watcher.
 */
const WATCHER_LIMITS: Limits = { memoryMiB: 320, cpus: 0.5, cpuShares: 512, processes: 4096 };
const PROBE_LIMITS: Limits = { memoryMiB: 96, cpus: 0.25, cpuShares: 512, processes: 4096 };

/**
 * Looks at ComfyUI from outside, tells what should not be as a JSON line and a metric, and stops it where asked to.
 *
 * Creates an image, a volume for its state and metrics, and a container without network and without any capability. It
 * shares the machine's process namespace, not ComfyUI's: with that one it would end whenever ComfyUI ends, and the
 * engine does not start it again before ComfyUI runs. It runs as ComfyUI's user, which is what lets it look at ComfyUI's
 * processes and files, and kill them, without a capability; of all others it sees what every user of the machine sees.
 * ComfyUI, in a process namespace of its own, cannot see or signal it.
 *
 * With a GPU there is a second container, in the pod, as the user that may ask ComfyUI: it writes down how long the queue
 * is.
 */
export class Watcher extends pulumi.ComponentResource {
  /** Name of the volume with `metrics.prom`, in Prometheus' text format. */
  readonly metricsVolume: pulumi.Output<string>;

  constructor(name: string, args: WatcherArgs, opts?: pulumi.ComponentResourceOptions) {
    super("comfy:index:Watcher", name, {}, onEngine(args.engine, opts));
    const { engine } = args;
    const child = { parent: this };
    const gpu = args.comfyui.accelerator === "cuda";

    const image = localImage(
      `${name}-image`,
      {
        engine,
        part: "watcher",
        context: stageBuildContext(engine.stack, "watcher", {
          Dockerfile: { copyOf: `${PART}/image/Dockerfile` },
          "watcher.js": bundle(`${PART}/main.ts`),
        }),
      },
      child,
    );
    const state = dataVolume(`${name}-state`, { engine, part: VOLUME.state }, child);
    const queue = gpu ? dataVolume(`${name}-queue`, { engine, part: VOLUME.queue }, child) : undefined;
    const probe =
      queue &&
      hardenedContainer(
        `${name}-probe`,
        {
          engine,
          part: "watcher-probe",
          image: image.repoDigest,
          uid: UID.authorizer,
          limits: PROBE_LIMITS,
          networkMode: args.networkMode,
          command: ["queue"],
          volumes: [{ volumeName: queue, containerPath: FOLDER.queue }],
        },
        child,
      );
    const config = pulumi
      .all([args.comfyui.containerId, args.comfyui.engineCommands])
      .apply(([comfyuiContainerId, engineCommands]) =>
        JSON.stringify({
          comfyuiContainerId,
          engineCommands,
          gpu,
          action: args.action,
          clear: clearCommand(engine.stack),
        } satisfies WatcherConfig),
      );
    hardenedContainer(
      `${name}-container`,
      {
        engine,
        part: "watcher",
        image: image.repoDigest,
        uid: UID.comfyui,
        limits: WATCHER_LIMITS,
        networkMode: "none",
        pidMode: "host",
        command: ["watch", config],
        gpus: gpu ? "all" : undefined,
        memoryFiles: gpu,
        volumes: [
          { volumeName: state, containerPath: FOLDER.state },
          { volumeName: objectName(engine.stack, RUN_VOLUME), containerPath: RUN_FOLDER, readOnly: true },
          ...(queue ? [{ volumeName: queue, containerPath: FOLDER.queue, readOnly: true }] : []),
        ],
      },
      // The first container that mounts an empty volume gives it its owner.
      probe ? { ...child, dependsOn: probe } : child,
    );

    this.metricsVolume = state;
    this.registerOutputs({ metricsVolume: this.metricsVolume });
  }
}
