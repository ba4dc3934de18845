import { local } from "@pulumi/command";
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { digestOfContext } from "../shared/build-context";
import { hardenedContainer } from "../shared/container";
import { type Engine, objectName, stackLabels } from "../shared/engine";
import { localImage } from "../shared/image";
import type { ComfyUiArgs } from "./args";
import { stageContext } from "./context";
import { OFFICIAL_REPOSITORY, resolveSource, type Source } from "./source";

/** Folders of ComfyUI that outlive its container, each on a volume of its own under /data. */
const DATA_FOLDERS = ["input", "models", "output", "user"] as const;

/**
 * ComfyUI, listening on the loopback of the pod's network namespace and nowhere else.
 *
 * Creates an image from the source asked for, a volume for each folder that holds data, and the container: user 10002,
 * read-only root, no capability. The first image from ComfyUI's own source takes minutes, the stand-in seconds.
 */
export class ComfyUi extends pulumi.ComponentResource {
  /** Id of the container, new whenever it is replaced. */
  readonly containerId: pulumi.Output<string>;
  /** Id of the image that runs. */
  readonly image: pulumi.Output<string>;
  /** Commit of ComfyUI that runs, `stand-in`, or `checkout-<hash>` for a tree without git. */
  readonly commit: pulumi.Output<string>;

  constructor(name: string, args: ComfyUiArgs, opts?: pulumi.ComponentResourceOptions) {
    super("comfy:index:ComfyUi", name, {}, opts);
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
    const container = hardenedContainer(
      `${name}-container`,
      {
        engine,
        part: "comfyui",
        image: image.repoDigest,
        networkMode: args.networkMode,
        volumes: DATA_FOLDERS.map((folder) => ({
          volumeName: dataVolume(`${name}-${folder}`, folder, engine, child).name,
          containerPath: `/data/${folder}`,
        })),
        tmpfs: {
          "/tmp": "rw,nosuid,nodev,noexec,size=1g,mode=1777",
          "/data/temp": "rw,nosuid,nodev,noexec,size=1g,mode=700,uid=10002,gid=10002",
        },
        gpus: args.accelerator === "cuda" ? "all" : undefined,
      },
      child,
    );

    this.containerId = container.id;
    this.image = image.repoDigest;
    this.commit = source.apply((chosen) => chosen.commit);
    this.registerOutputs({ containerId: this.containerId, image: this.image, commit: this.commit });
  }
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

function dataVolume(
  name: string,
  folder: string,
  engine: Engine,
  opts: pulumi.CustomResourceOptions,
): docker.Volume {
  return new docker.Volume(
    name,
    { name: objectName(engine.stack, folder), labels: stackLabels(engine.stack) },
    { ...opts, provider: engine.provider },
  );
}
