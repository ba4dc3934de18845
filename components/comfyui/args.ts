import type * as pulumi from "@pulumi/pulumi";
import type { Engine } from "../shared/engine";

/** Arguments of `ComfyUi`. */
export interface ComfyUiArgs {
  readonly engine: Engine;
  /** Value for `networkMode`: the pod whose network namespace ComfyUI lives in. */
  readonly networkMode: pulumi.Input<string>;
  /**
   * Where ComfyUI comes from: `official` (its own repository), `stand-in` (a small server with its API and no models),
   * the path of a checkout, or `auto`: official where the git host answers, otherwise the stand-in.
   */
  readonly source: string;
  /** Commit of the official repository, 40 hexadecimal digits. */
  readonly commit: string;
  /** What ComfyUI computes on. */
  readonly accelerator: "cpu" | "cuda";
  /** PEM files with CA certificates that the image build trusts besides Debian's. Not left in the image. */
  readonly caBundles: readonly string[];
}
