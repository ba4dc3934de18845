import { LruMap } from "./lru-map";

/** Leave to try once, or the time until the next window. */
export type Attempt =
  | { readonly allowed: true; readonly giveBack: () => void }
  | { readonly allowed: false; readonly retryAfterSeconds: number };

export interface AttemptLimits {
  /** Failures that a key may have in one window. */
  readonly failures: number;
  readonly windowSeconds: number;
  /** Keys remembered at most; the one longest unused is forgotten first. */
  readonly capacity: number;
}

interface Window {
  readonly endsAt: number;
  used: number;
}

/**
 * Counts failures by key in fixed windows that start with a key's first attempt.
 *
 * An attempt is counted before its outcome is known and given back when it succeeds, so attempts sent all at once
 * do not slip through together.
 */
export class AttemptLimiter {
  private readonly windows: LruMap<Window>;

  /** @param clock milliseconds, as `Date.now` */
  constructor(
    private readonly limits: AttemptLimits,
    private readonly clock: () => number,
  ) {
    this.windows = new LruMap(limits.capacity);
  }

  take(key: string): Attempt {
    const now = this.clock();
    const window = this.currentWindow(key, now);
    if (window.used >= this.limits.failures) {
      return { allowed: false, retryAfterSeconds: Math.ceil((window.endsAt - now) / 1000) };
    }
    window.used += 1;
    return {
      allowed: true,
      giveBack: () => {
        window.used -= 1;
      },
    };
  }

  private currentWindow(key: string, now: number): Window {
    const known = this.windows.get(key);
    if (known !== undefined && known.endsAt > now) return known;
    const fresh = { endsAt: now + this.limits.windowSeconds * 1000, used: 0 };
    this.windows.set(key, fresh);
    return fresh;
  }
}
