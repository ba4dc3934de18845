import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { type Engine, objectName } from "./engine";

/** What to build an image from. */
export interface LocalImageArgs {
  readonly engine: Engine;
  /** Name of the image's part of the stack, e.g. `gateway`. */
  readonly part: string;
  /** Build context as laid down by `stageBuildContext`; its `Dockerfile` is built. */
  readonly context: pulumi.Input<string>;
  /** Build arguments besides BASE_IMAGE and STACK, which every Dockerfile of ours takes. */
  readonly buildArgs?: Readonly<Record<string, pulumi.Input<string>>>;
}

/**
 * Builds an image on the stack's engine, to be used there by its id (`repoDigest`); it is pushed nowhere.
 *
 * The provider never removes an image it built: `DockerHost` sweeps them when the stack is destroyed.
 */
export function localImage(
  name: string,
  args: LocalImageArgs,
  opts: pulumi.CustomResourceOptions,
): docker.Image {
  const { engine, part } = args;
  return new docker.Image(
    name,
    {
      imageName: `${objectName(engine.stack, part)}:latest`,
      build: {
        context: args.context,
        dockerfile: pulumi.interpolate`${args.context}/Dockerfile`,
        builderVersion: docker.BuilderVersion.BuilderBuildKit,
        // Each value may be unknown in a preview, the object itself may not: the provider's check would crash on it.
        args: { BASE_IMAGE: engine.baseImage, STACK: engine.stack, ...args.buildArgs },
      },
      skipPush: true,
      buildOnPreview: false,
    },
    { ...opts, provider: engine.provider },
  );
}
