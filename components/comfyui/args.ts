import type * as pulumi from "@pulumi/pulumi";
import type { Engine } from "../shared/engine";
import type { CustomNode } from "./custom-nodes";

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
  /** Custom nodes to build in. The stand-in loads none and refuses them. */
  readonly customNodes: readonly CustomNode[];
  /** File with the Python packages to install, from `/opt/comfyui/requirements.lock` of an image; resolved anew without it. */
  readonly lock?: string;
  /** Package index that torch comes from. Defaults to PyTorch's own, and for the CPU, where it does not answer, Debian. */
  readonly torchIndex?: string;
  /** PEM files with CA certificates that the image build trusts besides Debian's. Not left in the image. */
  readonly caBundles: readonly string[];
}
