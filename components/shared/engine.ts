import type * as docker from "@pulumi/docker";
import type * as pulumi from "@pulumi/pulumi";

/** The Docker Engine that a stack's containers run on, as the components that put something there need it. */
export interface Engine {
  /** Stack name; part of every object's name and the value of its label. */
  readonly stack: string;
  /** Provider bound to the engine. */
  readonly provider: docker.Provider;
  /** Debian image that every other image is built on, by a name its Dockerfiles can use. */
  readonly baseImage: pulumi.Output<string>;
  /** What the engine's machine has. */
  readonly capacity: pulumi.Output<Capacity>;
}

/** What a machine has to give. */
export interface Capacity {
  readonly cpus: number;
  readonly memoryMiB: number;
}

/** Label that everything made for a stack carries; nothing without it is ever touched. */
export const STACK_LABEL = "comfy-fortress.stack";

/** Name of a Docker object of a stack, e.g. `comfy-local-gateway`. */
export function objectName(stack: string, part: string): string {
  return `comfy-${stack}-${part}`;
}

/** The stack's label in the form that docker resources take. */
export function stackLabels(stack: string): { label: string; value: string }[] {
  return [{ label: STACK_LABEL, value: stack }];
}
