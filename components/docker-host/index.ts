import { local } from "@pulumi/command";
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { type Capacity, type Engine, objectName, STACK_LABEL } from "../shared/engine";
import type { DockerHostArgs } from "./args";
import { CAPACITY_COMMAND, parseCapacity } from "./capacity";

/**
 * The Docker Engine of this machine, with the base image on it.
 *
 * Creates the provider that everything else uses and the Debian base image (pulled by digest, or made by debootstrap in
 * about 20 seconds). On destroy it removes, after all containers, every image that carries the stack's label: the
 * docker provider leaves built images behind. The engine is the one that DOCKER_HOST names, or the local socket.
 */
export class DockerHost extends pulumi.ComponentResource implements Engine {
  readonly stack: string;
  readonly provider: docker.Provider;
  readonly baseImage: pulumi.Output<string>;
  readonly capacity: pulumi.Output<Capacity>;

  constructor(name: string, args: DockerHostArgs, opts?: pulumi.ComponentResourceOptions) {
    super("comfy:index:DockerHost", name, args, opts);
    const child = { parent: this };

    this.stack = args.stack;
    this.provider = new docker.Provider(`${name}-engine`, {}, child);
    const sweep = new local.Command(
      `${name}-image-sweep`,
      { delete: `docker image prune --all --force --filter label=${STACK_LABEL}=${args.stack}` },
      child,
    );
    // Made after the sweep, so that it is gone from the program before the sweep runs.
    const base = new local.Command(
      `${name}-base-image`,
      {
        create: "sh components/docker-host/base-image.sh",
        environment: {
          BASE_IMAGE_REFERENCE: args.baseImage,
          LOCAL_TAG: `${objectName(args.stack, "base")}:trixie`,
          STACK: args.stack,
        },
      },
      { ...child, dependsOn: sweep },
    );
    this.baseImage = base.stdout;
    this.capacity = new local.Command(`${name}-capacity`, { create: CAPACITY_COMMAND }, child).stdout.apply(
      parseCapacity,
    );

    this.registerOutputs({ baseImage: this.baseImage });
  }
}
