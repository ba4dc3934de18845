import type * as pulumi from "@pulumi/pulumi";
import type { Engine } from "../shared/engine";

/** One model file to have. */
export interface Model {
  /** Where it is fetched from; https. */
  readonly url: string;
  /** SHA-256 of the whole file, 64 lower-case hexadecimal digits. */
  readonly sha256: string;
  /** Folder under ComfyUI's `models` that it belongs into, e.g. `checkpoints` or `loras/portraits`. */
  readonly folder: string;
  /** Its name there, ending in .safetensors or .gguf. */
  readonly name: string;
}

/** Arguments of `Models`. */
export interface ModelsArgs {
  readonly engine: Engine;
  /** Name of the volume that ComfyUI has its models on. */
  readonly volume: pulumi.Input<string>;
  /** The models to have there. One that this component put there before and that is no longer in the list is removed. */
  readonly models: readonly Model[];
  /** PEM files with CA certificates to trust besides Debian's when fetching. */
  readonly caBundles: readonly string[];
}
