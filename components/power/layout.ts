/** Where things lie in the meter's container; its Dockerfile has the same values, as a test shows. */
export const FOLDER = {
  /** What the machine reads: a volume in memory, so that nothing of it outlives a stop. */
  meter: "/run/meter",
  /** The watcher's metrics. */
  watcher: "/run/watcher",
} as const;

/** Part of the stack that the volume at `FOLDER.meter` is. */
export const METER_VOLUME = "meter";

/** In `FOLDER.meter`: whether the machine may be stopped, one line; see `renderVerdict`. */
export const VERDICT_FILE = "verdict";
/** In `FOLDER.meter`: lines in CloudWatch's embedded metric format. */
export const METRICS_FILE = "metrics.log";

/** Who stops the machine looks this old a verdict no longer in the face, in seconds. */
export const VERDICT_FRESH_SECONDS = 120;

/** What the meter is told on its command line, as JSON. */
export interface MeterConfig {
  readonly stack: string;
  /** Whether there is a GPU to ask. */
  readonly gpu: boolean;
  /** Minutes without any use after which the machine may be stopped; never where absent. */
  readonly idleMinutes?: number;
}
