import { readFileSync } from "node:fs";
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { stageBuildContext } from "../shared/build-context";
import { bundle } from "../shared/bundle";
import { engineCommand } from "../shared/command";
import { objectName, onEngine, STACK_LABEL, stackLabels } from "../shared/engine";
import { localImage } from "../shared/image";
import { UID } from "../shared/pod-layout";
import type { ModelsArgs } from "./args";
import type { FetchRequest } from "./fetcher/main";

const FOLDER = "components/models";
const HARDENING = "--rm --read-only --cap-drop ALL --security-opt no-new-privileges:true --ipc private";
const LIMITS = "--memory 512m --memory-swap 512m --pids-limit 64 --ulimit core=0";

/**
 * The model files that ComfyUI finds, fetched by a container that ends when they are there.
 *
 * Creates an image, a bridge network of its own and a command that runs whenever the list changes: each model is fetched
 * over https, held against its SHA-256, looked into (safetensors and gguf only, whole and nothing else) and moved into
 * place in one step. An interrupted run is continued where it stopped. Models that cannot be had fail the update, and the
 * others are there nevertheless. Only what this component fetched is ever replaced or removed; the list's removal as a
 * whole leaves everything where it is.
 *
 * The volume belongs to the fetching container's user: what ComfyUI mounts read-only it could not write to otherwise
 * either.
 */
export class Models extends pulumi.ComponentResource {
  /** Paths of the models below ComfyUI's `models`, once they are there. */
  readonly paths: pulumi.Output<string[]>;

  constructor(name: string, args: ModelsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("comfy:index:Models", name, {}, onEngine(args.engine, opts));
    const { engine } = args;
    const child = { parent: this };

    const image = localImage(
      `${name}-image`,
      {
        engine,
        part: "models",
        context: stageBuildContext(engine.stack, "models", {
          Dockerfile: { copyOf: `${FOLDER}/image/Dockerfile` },
          "models.js": bundle(`${FOLDER}/fetcher/main.ts`),
        }),
      },
      child,
    );
    const network = new docker.Network(
      `${name}-network`,
      {
        name: objectName(engine.stack, "models-network"),
        driver: "bridge",
        labels: stackLabels(engine.stack),
      },
      { ...child, provider: engine.provider, deleteBeforeReplace: true },
    );
    const request: FetchRequest = {
      models: args.models,
      caCertificates: args.caBundles.map((path) => readFileSync(path, "utf8")).join("\n"),
    };
    const fetched = engineCommand(
      `${name}-fetch`,
      {
        engine,
        create: pulumi
          .all([image.repoDigest, network.name, args.volume])
          .apply(([id, networkName, volume]) => fetchScript(engine.stack, id, networkName, volume)),
        stdin: JSON.stringify(request),
      },
      child,
    );
    this.paths = fetched.id.apply(() => args.models.map((model) => `${model.folder}/${model.name}`));

    this.registerOutputs({ paths: this.paths });
  }
}

/** Gives the volume to the fetching user, who gets no capability, then fetches what standard input says. */
function fetchScript(stack: string, image: string, network: string, volume: string): string {
  const container = objectName(stack, "models");
  const common = `${HARDENING} ${LIMITS} --label ${STACK_LABEL}=${stack} --volume ${volume}:/models:nocopy`;
  const owner = `${UID.models}:${UID.models}`;
  return `docker run ${common} --network none --user 0:0 --cap-add CHOWN --entrypoint chown ${image} -R ${owner} /models </dev/null || exit 1
exec docker run ${common} --interactive --init --name ${container} --network ${network} --user ${owner} ${image}`;
}
