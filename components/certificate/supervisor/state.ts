import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { CHECK_INTERVAL_MS, delayAfter } from "./schedule";

/** What outlives a restart, so that a container that restarts in a loop does not use up the authority's patience. */
export interface State {
  /** Digest of the configuration these numbers are about: what was changed is tried at once. */
  readonly request: string;
  readonly consecutiveFailures: number;
  /** Times in milliseconds since 1970; 0 for never. */
  readonly lastSuccessAt: number;
  readonly lastFailureAt: number;
  readonly nextCheckAt: number;
}

/** State of a configuration that was never tried: due at once. */
export function freshState(request: string): State {
  return { request, consecutiveFailures: 0, lastSuccessAt: 0, lastFailureAt: 0, nextCheckAt: 0 };
}

/** The state after a check at `now`. */
export function afterCheck(state: State, succeeded: boolean, now: number, random: number): State {
  const consecutiveFailures = succeeded ? 0 : state.consecutiveFailures + 1;
  return {
    ...state,
    consecutiveFailures,
    lastSuccessAt: succeeded ? now : state.lastSuccessAt,
    lastFailureAt: succeeded ? state.lastFailureAt : now,
    nextCheckAt: now + delayAfter(consecutiveFailures, random),
  };
}

/** Whether it is time for a check; a next check further off than any delay is one from before the clock was put right. */
export function isDue(state: State, now: number): boolean {
  return now >= state.nextCheckAt || state.nextCheckAt > now + CHECK_INTERVAL_MS;
}

/** The saved state of this configuration; a fresh one where there is none, it is of another, or it does not parse. */
export function loadState(file: string, request: string): State {
  try {
    const saved: State = { ...freshState(request), ...JSON.parse(readFileSync(file, "utf8")) };
    return saved.request === request ? saved : freshState(request);
  } catch {
    return freshState(request);
  }
}

export function saveState(file: string, state: State): void {
  writeFileSync(`${file}.new`, JSON.stringify(state));
  renameSync(`${file}.new`, file);
}
