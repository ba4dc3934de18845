import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { RUN_FOLDER, RUN_VOLUME } from "../pod/run-folder";
import { stageBuildContext } from "../shared/build-context";
import { bundle } from "../shared/bundle";
import { hardenedContainer, type Limits } from "../shared/container";
import { type Engine, objectName, onEngine, stackLabels } from "../shared/engine";
import { localImage } from "../shared/image";
import { UID } from "../shared/pod-layout";
import { FOLDER, METER_VOLUME, type MeterConfig } from "./layout";

const PART = "components/power";
/** The kernel counts a user's processes on the whole machine; the authorizer and the queue's probe have the same user. */
const LIMITS: Limits = { memoryMiB: 128, cpus: 0.25, cpuShares: 512, processes: 4096 };

/** Arguments of `Meter`. */
export interface MeterArgs {
  readonly engine: Engine;
  /** Value for `networkMode` of the pod's members. */
  readonly networkMode: pulumi.Input<string>;
  /** Whether the machine has NVIDIA GPUs. */
  readonly gpu: boolean;
  /** Name of the volume with the watcher's metrics. */
  readonly watcherMetrics: pulumi.Input<string>;
  /** Minutes without any use after which the machine may be stopped. Never where absent. */
  readonly idleMinutes?: number;
}

/**
 * Measures what the pod and its machine do, for CloudWatch, and says whether the machine is idle.
 *
 * Creates an image, a volume in memory and a container in the pod, without any capability, as the user that may ask
 * ComfyUI and the gateway's metrics. What it finds out lies in the volume `comfy-<stack>-meter`, where the machine reads
 * it: see `powerHost` and `cloudwatchAgentHost`.
 */
export class Meter extends pulumi.ComponentResource {
  constructor(name: string, args: MeterArgs, opts?: pulumi.ComponentResourceOptions) {
    super("comfy:index:Meter", name, {}, onEngine(args.engine, opts));
    const { engine, gpu, idleMinutes } = args;
    const child = { parent: this };

    const image = localImage(
      `${name}-image`,
      {
        engine,
        part: "meter",
        context: stageBuildContext(engine.stack, "meter", {
          Dockerfile: { copyOf: `${PART}/image/Dockerfile` },
          "meter.js": bundle(`${PART}/main.ts`),
        }),
      },
      child,
    );
    const volume = new docker.Volume(
      `${name}-volume`,
      {
        name: objectName(engine.stack, METER_VOLUME),
        labels: stackLabels(engine.stack),
        driver: "local",
        driverOpts: {
          type: "tmpfs",
          device: "tmpfs",
          o: `nosuid,nodev,noexec,size=8m,mode=755,uid=${UID.authorizer},gid=${UID.authorizer}`,
        },
      },
      { ...child, provider: engine.provider },
    );
    const config: MeterConfig = { stack: engine.stack, gpu, idleMinutes };
    hardenedContainer(
      `${name}-container`,
      {
        engine,
        part: "meter",
        image: image.repoDigest,
        uid: UID.authorizer,
        limits: LIMITS,
        networkMode: args.networkMode,
        command: [JSON.stringify(config)],
        gpus: gpu ? "all" : undefined,
        memoryFiles: gpu,
        volumes: [
          { volumeName: volume.name, containerPath: FOLDER.meter },
          { volumeName: args.watcherMetrics, containerPath: FOLDER.watcher, readOnly: true },
          { volumeName: objectName(engine.stack, RUN_VOLUME), containerPath: RUN_FOLDER, readOnly: true },
        ],
      },
      child,
    );

    this.registerOutputs({});
  }
}
