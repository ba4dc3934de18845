import type * as docker from "@pulumi/docker";
import type * as pulumi from "@pulumi/pulumi";
import type { Machine } from "./machine";

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
  /** The machine it runs on, when that is not this one. */
  readonly machine?: Machine;
  /** Images that are pulled instead of built: by part of the stack, `repository@sha256:…`. Defaults to none. */
  readonly images?: Readonly<Record<string, string>>;
}

/** What a machine has to give. */
export interface Capacity {
  readonly cpus: number;
  readonly memoryMiB: number;
}

/**
 * Options of a component that puts something on the engine. What lies on a machine of its own is gone with the machine:
 * it is made anew on the next one (replaceWith), and nobody asks a lost machine to delete it (deletedWith). Each of the
 * component's children is told so by itself: Pulumi 3.248 does not hand either down, nor replaces for deletedWith alone.
 *
 * Two kinds are told otherwise. Volumes lie on the machine's data disk, which the next machine gets: Pulumi deletes what
 * is replaced while the old machine still runs, and the data would be gone. The provider stays as long as there is
 * something to delete by it: replaced with the rest, it would go first.
 */
export function onEngine(
  { machine }: Pick<Engine, "machine">,
  opts?: pulumi.ComponentResourceOptions,
): pulumi.ComponentResourceOptions | undefined {
  if (machine === undefined) return opts;
  const deletedWith = machine.instance;
  const tell: pulumi.ResourceTransformation = ({ type, props, opts: own }) => ({
    props,
    opts: {
      deletedWith,
      ...(type.startsWith("pulumi:providers:") ? {} : { replaceWith: [machine.instance] }),
      ...(type === "docker:index/volume:Volume" ? { retainOnDelete: true } : {}),
      ...own,
    },
  });
  return { ...opts, deletedWith, transformations: [...(opts?.transformations ?? []), tell] };
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
