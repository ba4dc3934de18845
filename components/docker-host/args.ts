import type * as pulumi from "@pulumi/pulumi";
import type { Machine } from "../shared/machine";

/** Arguments of `DockerHost`. */
export interface DockerHostArgs {
  /** Stack name; everything made on the engine carries it in its name and in the label `comfy-fortress.stack`. */
  readonly stack: string;
  /** Debian image by digest that images are built on; made by debootstrap where no registry answers. */
  readonly baseImage: string;
  /** The machine whose engine it is. Defaults to this one, and the engine that DOCKER_HOST names. */
  readonly machine?: Machine;
  /** Images to pull instead of building them: by part of the stack, `repository@sha256:…`. Defaults to none. */
  readonly images?: Readonly<Record<string, string>>;
  /** How to log in to the registries they are in. Defaults to nothing: they are public. */
  readonly registryAuth?: readonly RegistryLogin[];
}

/** A login at an image registry. */
export interface RegistryLogin {
  /** Host name, or its https URL, e.g. `123456789012.dkr.ecr.eu-central-1.amazonaws.com`. */
  readonly address: pulumi.Input<string>;
  readonly username: pulumi.Input<string>;
  /** Secret; another one at the next run replaces nothing. */
  readonly password: pulumi.Input<string>;
}
