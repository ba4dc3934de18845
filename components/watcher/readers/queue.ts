import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { PORT } from "../../shared/pod-layout";
import { FOLDER } from "../layout";

const FILE = `${FOLDER.queue}/queue.json`;
const ASK_MS = 5000;
const STALE_MS = 20_000;
/** After so long without an answer the container ends: its restart joins the namespace that a restarted pod has. */
const GIVE_UP_MS = 60_000;

/** Jobs that run or wait, as the probe wrote them down. @throws where that was long ago */
export function readQueue(now: number): number {
  const { at, remaining } = JSON.parse(readFileSync(FILE, "utf8")) as { at: number; remaining: number };
  if (now - at > STALE_MS) {
    throw new Error(`ComfyUI was last asked ${Math.round((now - at) / 1000)} s ago`);
  }
  return remaining;
}

/** Runs in the pod: asks ComfyUI for the length of its queue and writes it down where the watcher reads it. */
export async function probeQueue(): Promise<never> {
  for (let answered = Date.now(); ; await sleep(ASK_MS)) {
    try {
      const remaining = await askQueue();
      answered = Date.now();
      writeFileSync(`${FILE}.new`, JSON.stringify({ at: answered, remaining }));
      renameSync(`${FILE}.new`, FILE);
    } catch (error) {
      if (Date.now() - answered > GIVE_UP_MS) {
        throw new Error(`ComfyUI does not tell its queue: ${(error as Error).message}`);
      }
    }
  }
}

/** Asks ComfyUI, from within the pod, how many jobs run or wait. @throws where it does not say */
export async function askQueue(): Promise<number> {
  const response = await fetch(`http://127.0.0.1:${PORT.comfyui}/prompt`, {
    signal: AbortSignal.timeout(ASK_MS),
  });
  return queueRemaining(await response.json());
}

/** @throws where that is not what ComfyUI answers */
export function queueRemaining(answer: unknown): number {
  const remaining = (answer as { exec_info?: { queue_remaining?: unknown } } | null)?.exec_info
    ?.queue_remaining;
  if (typeof remaining !== "number" || !Number.isInteger(remaining) || remaining < 0) {
    throw new Error(`no queue_remaining in ${JSON.stringify(answer).slice(0, 100)}`);
  }
  return remaining;
}
