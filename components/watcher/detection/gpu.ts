import type { Finding } from "./finding";

/** One GPU's figures; what the driver does not tell is undefined. */
export interface GpuReading {
  readonly index: number;
  readonly name: string;
  /** Share of the time in which it computed, in percent. */
  readonly utilization: number | undefined;
  /** Memory in use and in all, in MiB. */
  readonly memoryUsed: number | undefined;
  readonly memoryTotal: number | undefined;
}

/** Percent that a GPU with nothing to do stays below. */
export const BUSY_PERCENT = 80;
/** How long a GPU has to be busy without a reason, in milliseconds. */
export const BUSY_MS = 5 * 60_000;
/** Samples further apart than this say nothing about the time between them. */
const GAP_MS = 30_000;

interface Sample {
  readonly at: number;
  readonly utilization: ReadonlyMap<number, number>;
}

/**
 * Finds a GPU that works while ComfyUI's queue is empty.
 *
 * What counts is the mean over the last five minutes, so that a pause now and then hides nothing; any job in the queue,
 * and any doubt whether there is one, begins the five minutes anew.
 */
export class GpuDetector {
  #samples: Sample[] = [];

  /**
   * @param at milliseconds
   * @param readings the GPUs; undefined where they could not be asked
   * @param queued how many jobs run or wait; undefined where that is not known
   */
  observe(at: number, readings: readonly GpuReading[] | undefined, queued: number | undefined): Finding[] {
    const last = this.#samples.at(-1);
    if (readings === undefined || queued !== 0 || (last !== undefined && at - last.at > GAP_MS)) {
      this.#samples = [];
    }
    if (readings === undefined || queued !== 0) {
      return [];
    }
    const known = readings.flatMap(({ index, utilization }): [number, number][] =>
      utilization === undefined ? [] : [[index, utilization]],
    );
    this.#samples.push({ at, utilization: new Map(known) });
    // One that is just older than the window stays, so that what is kept spans it.
    while (at - (this.#samples[1]?.at ?? at) >= BUSY_MS) {
      this.#samples.shift();
    }
    if (at - (this.#samples[0]?.at ?? at) < BUSY_MS) {
      return [];
    }
    return readings.flatMap((gpu) => {
      const values = this.#samples.flatMap(({ utilization }) => utilization.get(gpu.index) ?? []);
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
      return mean > BUSY_PERCENT ? [finding(gpu, mean)] : [];
    });
  }
}

function finding(gpu: GpuReading, mean: number): Finding {
  return {
    kind: "gpu",
    subject: `GPU ${gpu.index}`,
    reason: `a GPU was ${Math.round(mean)} % busy for ${BUSY_MS / 60_000} minutes while the queue was empty`,
    facts: { name: gpu.name, memoryUsedMiB: gpu.memoryUsed, memoryTotalMiB: gpu.memoryTotal },
  };
}
