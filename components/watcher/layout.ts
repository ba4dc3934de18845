import type { WatcherAction } from "./args";

/** Where things lie in the watcher's containers; their Dockerfile has the same values, as a test shows. */
export const FOLDER = {
  /** What must outlive the container, and metrics; a volume, written by the watcher. */
  state: "/run/watcher",
  /** The length of ComfyUI's queue; a volume, written by the probe in the pod. */
  queue: "/run/queue",
} as const;

/** Part of the stack that each volume is. */
export const VOLUME = { state: "watcher", queue: "watcher-queue" } as const;

/** What the watcher is told on its command line, as JSON. */
export interface WatcherConfig {
  readonly comfyuiContainerId: string;
  readonly engineCommands: readonly (readonly string[])[];
  readonly gpu: boolean;
  readonly action: WatcherAction;
  /** Command that lets a ComfyUI go on that was stopped, for whoever reads the log. */
  readonly clear: string;
}
