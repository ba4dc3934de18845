import type { GpuReading } from "../watcher/detection/gpu";

/** What can be seen at one moment of whether the machine is used; what could not be asked is undefined. */
export interface UseReading {
  /** When, in milliseconds. */
  readonly at: number;
  /** How long the machine has been up, in seconds. */
  readonly uptimeSeconds: number;
  /** Jobs that run or wait. */
  readonly queued: number | undefined;
  /** WebSockets that are open at the gateway. */
  readonly sockets: number | undefined;
  /** Counter of POST requests that were let through and succeeded: prompts and uploads. */
  readonly posts: number | undefined;
  /** The GPUs; empty on a machine without. */
  readonly gpus: readonly GpuReading[] | undefined;
}

/** Whether the machine may be stopped now, and why or why not, as a sentence without a period. */
export interface Verdict {
  readonly stop: boolean;
  readonly reason: string;
}

/** Percent that a GPU with nothing to do stays below. */
export const GPU_IDLE_PERCENT = 5;
/** How long after its start the machine is never stopped, in milliseconds: who has just started it is on the way. */
export const GRACE_MS = 15 * 60_000;
/** Readings further apart than this say nothing about the time between them. */
export const GAP_MS = 60_000;

/**
 * Says when a machine has been idle for long enough: no job, no open WebSocket, no GPU at work and no request that
 * succeeded in posting something, in every reading of the last minutes.
 *
 * Whatever is not known counts as use, and so does a time of which there is no reading. A job that began and ended
 * between two readings shows in the counter of posts.
 */
export class IdleClock {
  readonly #idleMs: number;
  #last: UseReading | undefined;
  /** Since when nothing has happened. */
  #quietSince: number | undefined;

  /** @param idleMinutes how long nothing must have happened */
  constructor(private readonly idleMinutes: number) {
    this.#idleMs = idleMinutes * 60_000;
  }

  observe(reading: UseReading): Verdict {
    const last = this.#last;
    this.#last = reading;
    const use = useSeen(reading);
    if (use !== undefined) {
      this.#quietSince = undefined;
      return { stop: false, reason: use };
    }
    const unseen = last === undefined || reading.at < last.at || reading.at - last.at > GAP_MS;
    if (unseen || last.posts !== reading.posts || this.#quietSince === undefined) {
      this.#quietSince = reading.at;
    }
    const quietMs = reading.at - this.#quietSince;
    if (quietMs < this.#idleMs) {
      return { stop: false, reason: `quiet for ${minutes(quietMs)} of ${this.idleMinutes} minutes` };
    }
    const upMs = reading.uptimeSeconds * 1000;
    if (upMs < GRACE_MS) {
      return {
        stop: false,
        reason: `quiet, but up for only ${minutes(upMs)} of at least ${minutes(GRACE_MS)} minutes`,
      };
    }
    return { stop: true, reason: `nothing has happened for ${minutes(quietMs)} minutes` };
  }
}

/** What shows use, or may hide it; undefined where all is quiet. */
function useSeen({ queued, sockets, posts, gpus }: UseReading): string | undefined {
  if (queued === undefined) return "ComfyUI does not tell its queue";
  if (queued > 0) return `${queued} in the queue`;
  if (sockets === undefined || posts === undefined) return "the gateway does not tell its figures";
  if (sockets > 0) return `${sockets} open WebSockets`;
  if (gpus === undefined) return "the driver does not tell the GPUs' figures";
  const silent = gpus.find(({ utilization }) => utilization === undefined);
  if (silent !== undefined) return `GPU ${silent.index} does not tell its utilization`;
  const busy = gpus.find(({ utilization = 0 }) => utilization >= GPU_IDLE_PERCENT);
  return busy && `GPU ${busy.index} is ${busy.utilization} % busy`;
}

function minutes(ms: number): number {
  return Math.floor(ms / 60_000);
}

/** The line that the machine reads: `stop` or `stay`, when, and the reason. */
export function renderVerdict({ stop, reason }: Verdict, at: number): string {
  return `${stop ? "stop" : "stay"} ${Math.floor(at / 1000)} ${reason}\n`;
}
