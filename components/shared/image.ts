import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { type Engine, objectName } from "./engine";
import type { IMAGE_PARTS } from "./image-parts";

/** What to build an image from. */
export interface LocalImageArgs {
  readonly engine: Engine;
  /** The image's part of the stack. */
  readonly part: (typeof IMAGE_PARTS)[number];
  /** Build context as laid down by `stageBuildContext`; its `Dockerfile` is built. */
  readonly context: pulumi.Input<string>;
  /** Build arguments besides BASE_IMAGE and STACK, which every Dockerfile of ours takes. */
  readonly buildArgs?: Readonly<Record<string, pulumi.Input<string>>>;
}

/** An image on the stack's engine. */
export interface LocalImage {
  /** Its id there, which containers name. */
  readonly repoDigest: pulumi.Output<string>;
}

/**
 * Builds an image on the stack's engine, to be used there by its id; it is pushed nowhere. Where the engine has an image
 * for the part (`build.images`), that one is pulled by its digest instead, and removed again with the stack.
 *
 * The provider never removes an image it built: `DockerHost` sweeps them when the stack is destroyed.
 */
export function localImage(
  name: string,
  args: LocalImageArgs,
  opts: pulumi.CustomResourceOptions,
): LocalImage {
  const { engine, part } = args;
  const pulled = engine.images?.[part];
  if (pulled !== undefined) {
    const image = new docker.RemoteImage(
      name,
      // Forced: when a machine is replaced, Pulumi deletes in no order, and else the engine refuses while a container runs.
      { name: pulled, forceRemove: true },
      { ...opts, provider: engine.provider },
    );
    // The id, not the digest: it is what the engine says of a container, so that a refresh finds nothing changed.
    return { repoDigest: image.imageId };
  }
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
