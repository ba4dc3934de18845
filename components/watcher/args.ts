import type * as pulumi from "@pulumi/pulumi";
import type { Engine } from "../shared/engine";

/** What follows an alert: nothing more, or ComfyUI is killed and kept down until somebody clears it. */
export type WatcherAction = "alert" | "stop";

/** Arguments of `Watcher`. */
export interface WatcherArgs {
  readonly engine: Engine;
  /** Value for `networkMode` of the pod's members. */
  readonly networkMode: pulumi.Input<string>;
  /** The ComfyUI that is watched. */
  readonly comfyui: {
    /** Id of its container. */
    readonly containerId: pulumi.Input<string>;
    /** Command lines besides ComfyUI itself that the engine runs in that container: its start and its health check. */
    readonly engineCommands: pulumi.Input<string[][]>;
    /** What it computes on; only with `cuda` is there a GPU to watch. */
    readonly accelerator: "cpu" | "cuda";
  };
  readonly action: WatcherAction;
}
