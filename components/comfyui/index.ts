import { local } from "@pulumi/command";
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { podMember } from "../pod/member";
import { digestOfContext } from "../shared/build-context";
import { hardenedContainer, type Limits } from "../shared/container";
import { type Capacity, objectName, onEngine, stackLabels } from "../shared/engine";
import { localImage } from "../shared/image";
import { PORT, UID } from "../shared/pod-layout";
import { dataVolume } from "../shared/volume";
import type { ComfyUiArgs } from "./args";
import { stageContext } from "./context";
import { OFFICIAL_REPOSITORY, resolveSource, type Source } from "./source";
import { trial } from "./trial";

/** What every image of ComfyUI starts with. */
const PROGRAM = "/usr/local/bin/comfyui";
/** Folders under /data that ComfyUI writes to and that outlive its container, each on a volume of its own. */
const DATA_FOLDERS = ["input", "output", "user"] as const;
/** What a trial start has in their place, by folder in MiB. */
const TRIAL_SCRATCH_MIB = Object.fromEntries(DATA_FOLDERS.map((folder) => [`/data/${folder}`, 64]));
/** Loading torch takes a minute on a slow disk. */
const START_SECONDS = 300;
/** Memory of the machine that ComfyUI leaves to the gateway's containers and the system, in MiB. */
const RESERVED_MIB = 2048;
/** Processors that ComfyUI leaves to them. */
const RESERVED_CPUS = 0.5;

/**
 * ComfyUI, listening on the loopback of the pod's network namespace and nowhere else.
 *
 * Creates an image from the source asked for, a volume for each folder that holds data, and the container: user 10002,
 * read-only root, no capability, models read-only, and nothing that it can write to can be executed. The first image from
 * ComfyUI's own source takes minutes, the stand-in seconds. A new image takes the old one's place only after a trial start.
 */
export class ComfyUi extends pulumi.ComponentResource {
  /** Id of the container, new whenever it is replaced. */
  readonly containerId: pulumi.Output<string>;
  /** Id of the image that runs. */
  readonly image: pulumi.Output<string>;
  /** Commit of ComfyUI that runs, `stand-in`, or `checkout-<hash>` for a tree without git. */
  readonly commit: pulumi.Output<string>;
  /** Name of the volume with the models, which ComfyUI only reads. */
  readonly modelsVolume: pulumi.Output<string>;
  /** Command lines besides ComfyUI itself that the engine runs in the container: its start and its health check. */
  readonly engineCommands: pulumi.Output<string[][]>;
  /** What it computes on. */
  readonly accelerator: "cpu" | "cuda";

  constructor(name: string, args: ComfyUiArgs, opts?: pulumi.ComponentResourceOptions) {
    super("comfy:index:ComfyUi", name, {}, onEngine(args.engine, opts));
    const { engine } = args;
    const child = { parent: this };

    const source = chosenSource(name, args, child);
    const context = source.apply((chosen) => stageContext(engine.stack, chosen, args));
    const image = localImage(
      `${name}-image`,
      {
        engine,
        part: "comfyui",
        context,
        buildArgs: {
          SOURCE: source.apply(({ kind }) => kind),
          COMMIT: source.apply(({ commit }) => commit),
          ACCELERATOR: args.accelerator,
          TORCH_INDEX_URL: args.torchIndex ?? "",
          CREATED: timeOfBuild(`${name}-build-time`, context, args, child),
        },
      },
      child,
    );
    const models = new docker.Volume(
      `${name}-models`,
      { name: objectName(engine.stack, "models"), labels: stackLabels(engine.stack) },
      { ...child, provider: engine.provider },
    );
    const member = podMember({
      engine,
      networkMode: args.networkMode,
      command: [PROGRAM],
      hasShell: source.apply(({ kind }) => kind === "stand-in"),
      port: PORT.comfyui,
      startSeconds: START_SECONDS,
    });
    const posture = {
      image: image.repoDigest,
      uid: UID.comfyui,
      limits: comfyUiLimits(engine.capacity),
      tmpMiB: 1024,
      scratchMiB: { "/data/temp": 1024 },
      ...(args.accelerator === "cuda" ? { gpus: "all", memoryFiles: true } : {}),
    };
    const readModels = { volumeName: models.name, containerPath: "/data/models", readOnly: true };
    const tried = trial(
      `${name}-trial`,
      {
        engine,
        part: "comfyui",
        posture: { ...posture, scratchMiB: { ...posture.scratchMiB, ...TRIAL_SCRATCH_MIB } },
        command: [PROGRAM, "trial"],
        volumes: [readModels],
      },
      child,
    );
    const container = hardenedContainer(
      `${name}-container`,
      {
        engine,
        part: "comfyui",
        ...posture,
        ...member,
        volumes: [
          ...member.volumes,
          readModels,
          ...DATA_FOLDERS.map((folder) => ({
            volumeName: dataVolume(`${name}-${folder}`, { engine, part: folder }, child),
            containerPath: `/data/${folder}`,
          })),
        ],
      },
      { ...child, dependsOn: tried },
    );

    this.containerId = container.id;
    this.image = image.repoDigest;
    this.commit = source.apply((chosen) => chosen.commit);
    // The first container that mounts an empty volume fills it with the folders that ComfyUI looks for.
    this.modelsVolume = pulumi.all([models.name, container.id]).apply(([volume]) => volume);
    this.accelerator = args.accelerator;
    this.engineCommands = pulumi
      .all([container.entrypoints, container.command, container.healthcheck])
      .apply(([entrypoints = [], command = [], healthcheck]) =>
        // The first word of a health check only says how it is run.
        [[...entrypoints, ...command], healthcheck?.tests?.slice(1) ?? []].filter(({ length }) => length > 0),
      );
    this.registerOutputs({ containerId: this.containerId, image: this.image, commit: this.commit });
  }
}

/**
 * What the machine has, less what the rest of it needs; half of it where that would be more. A model has to fit into
 * memory, so a fixed size would be wrong on most machines.
 */
export function comfyUiLimits(capacity: pulumi.Output<Capacity>): Limits {
  const rest = (total: number, reserved: number) => Math.max(total - reserved, total / 2);
  return {
    memoryMiB: capacity.apply(({ memoryMiB }) => Math.floor(rest(memoryMiB, RESERVED_MIB))),
    cpus: capacity.apply(({ cpus }) => rest(cpus, RESERVED_CPUS)),
    cpuShares: 256,
    processes: 1024,
  };
}

/** The source asked for; `auto` is decided once, by asking the git host, and then stays as the state has it. */
function chosenSource(
  name: string,
  args: ComfyUiArgs,
  opts: pulumi.CustomResourceOptions,
): pulumi.Output<Source> {
  if (args.source !== "auto") {
    return pulumi.output(resolveSource(args.source, args.commit));
  }
  const probe = new local.Command(
    `${name}-source`,
    {
      create: `git -c http.lowSpeedLimit=1 -c http.lowSpeedTime=10 ls-remote --exit-code ${OFFICIAL_REPOSITORY} HEAD >/dev/null 2>&1 && echo official || echo stand-in`,
      environment: { GIT_TERMINAL_PROMPT: "0" },
    },
    opts,
  );
  return probe.stdout.apply((word) => resolveSource(word, args.commit));
}

/** When what is built was last something else: asked once, then in the state, so that an unchanged image stays. */
function timeOfBuild(
  name: string,
  context: pulumi.Output<string>,
  { engine, accelerator, torchIndex = "" }: ComfyUiArgs,
  opts: pulumi.CustomResourceOptions,
): pulumi.Output<string> {
  const triggers = [context.apply(digestOfContext), engine.baseImage, accelerator, torchIndex];
  return new local.Command(name, { create: "date -u +%Y-%m-%dT%H:%M:%SZ", triggers }, opts).stdout;
}
