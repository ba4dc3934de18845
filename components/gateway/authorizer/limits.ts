import { AttemptLimiter } from "./methods/attempt-limiter";
import { addressGroup } from "./methods/client-address";

/** How often a client may do something. */
export interface Rate {
  /** Requests in one window. */
  readonly requests: number;
  readonly windowMs: number;
}

export interface Limit extends Rate {
  /** Requests beyond the rate that may come at once. */
  readonly burst: number;
}

const WINDOWS_MS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000 };

/**
 * Reads a rate as nginx writes it.
 *
 * @param text `10r/m`: requests in a second (`s`), minute (`m`) or hour (`h`), 1 to 100,000
 * @throws where it is not one
 */
export function parseRate(text: string): Rate {
  const match = /^([1-9]\d{0,5})r\/([smh])$/.exec(text);
  const requests = Number(match?.[1]);
  const windowMs = WINDOWS_MS[match?.[2] ?? ""];
  if (windowMs === undefined || requests > 100_000) {
    throw new Error(
      `the rate "${text}" is not understood: write 1 to 100000 requests a s, m or h, such as "10r/m"`,
    );
  }
  return { requests, windowMs };
}

export type Admission =
  | { readonly admitted: true }
  /** `full`: more clients are in their limits than are kept count of; answer 503, never let pass. */
  | { readonly admitted: false; readonly reason: "rate" | "full"; readonly retryAfterSeconds: number };

/** Milliseconds that only ever rise; not the time of day, which an administrator can set back. */
export type Clock = () => number;

const monotonic: Clock = () => performance.now();

/**
 * What a client has used of its bucket. The level is in fractions of a request, 1/windowMs each, which flow off
 * `requests` a millisecond: integers throughout, so that exactly requests + burst pass.
 */
interface Bucket {
  level: number;
  at: number;
  windowMs: number;
  requests: number;
}

/** For clients that the settings do not name: 10 prompts a minute and 5 more at once. */
export const DEFAULT_PROMPT_LIMIT: Limit = { ...parseRate("10r/m"), burst: 5 };

/**
 * A token bucket for each client: requests + burst at once, then `requests` a window, evenly; nothing waits.
 *
 * Own code because the exact count matters: rate-limiter-flexible counts in fixed windows (twice the limit at their
 * border), and its bursts are a second window. A bucket that has flowed off is the same as none, so a few of the longest
 * unused are dropped at every request: the cost of a request does not depend on how many clients there are.
 * The limit comes with each request, so a new configuration keeps what is used. A restart forgets it.
 */
export class ClientLimiter {
  readonly #buckets = new Map<string, Bucket>();
  readonly #clock: Clock;
  readonly #capacity: number;

  /** @param capacity buckets kept at most. Defaults to 100,000, about 15 MB. */
  constructor(clock: Clock = monotonic, capacity = 100_000) {
    this.#clock = clock;
    this.#capacity = capacity;
  }

  /** Buckets that are kept. */
  get size(): number {
    return this.#buckets.size;
  }

  /** Takes one request of this client's, if the limit has it. One that is refused costs nothing. */
  take(client: string, limit: Limit): Admission {
    const now = Math.floor(this.#clock());
    this.#dropUnused(now);
    const { requests, windowMs, burst } = limit;
    const known = this.#buckets.get(client);
    let level = 0;
    if (known) {
      const scaled = Math.ceil((known.level * windowMs) / known.windowMs);
      level = Math.max(0, scaled - (now - known.at) * requests);
    }
    const excess = level + windowMs - (requests + burst) * windowMs;
    if (excess > 0) {
      return { admitted: false, reason: "rate", retryAfterSeconds: Math.ceil(excess / requests / 1000) };
    }
    if (!known && this.#buckets.size >= this.#capacity) {
      return { admitted: false, reason: "full", retryAfterSeconds: 1 };
    }
    // Insertion order is order of use: the longest unused are first.
    this.#buckets.delete(client);
    this.#buckets.set(client, { level: level + windowMs, at: now, windowMs, requests });
    return { admitted: true };
  }

  #dropUnused(now: number): void {
    let looked = 0;
    for (const [client, bucket] of this.#buckets) {
      if (looked++ === 2 || !isEmpty(bucket, now)) return;
      this.#buckets.delete(client);
    }
  }
}

function isEmpty(bucket: Bucket, now: number): boolean {
  return bucket.level <= (now - bucket.at) * bucket.requests;
}

/**
 * Failed authentications of an address, in a window of a minute: enough for a person who mistypes, far too few to guess.
 * IPv6 is counted by /64. What was longest unused is forgotten first, so many addresses do not fill the memory.
 *
 * Requests without any credential are counted by themselves and may be ten times as many: nothing is guessed, and a
 * browser that has not signed in sends several a page. Neither count keeps a valid credential of the address out.
 */
export class FailedAuthentications {
  readonly #wrong: AttemptLimiter;
  readonly #absent: AttemptLimiter;

  /** @param perMinute failures allowed to an address. */
  constructor(
    readonly perMinute: number,
    clock: Clock = monotonic,
    capacity = 10_000,
  ) {
    const limits = { windowSeconds: 60, capacity };
    this.#wrong = new AttemptLimiter({ ...limits, failures: perMinute }, clock);
    this.#absent = new AttemptLimiter({ ...limits, failures: 10 * perMinute }, clock);
  }

  /** Counts a failure; seconds until the next may be answered as such, where there have been too many. */
  count(address: string, isPresented: boolean): number | undefined {
    const attempt = (isPresented ? this.#wrong : this.#absent).take(addressGroup(address));
    return attempt.allowed ? undefined : attempt.retryAfterSeconds;
  }
}

/** Counts what a client has open: WebSockets, uploads. */
export class OpenCounter {
  readonly #open = new Map<string, number>();
  readonly #perClient: number;
  readonly #inAll: number;
  #sum = 0;

  /**
   * @param perClient how many one client may have open
   * @param inAll how many all may have open together
   */
  constructor(perClient: number, inAll: number) {
    this.#perClient = perClient;
    this.#inAll = inAll;
  }

  /** Takes a place; what comes back frees it, once. Undefined where the client, or everyone together, has too many. */
  open(client: string): (() => void) | undefined {
    const count = this.#open.get(client) ?? 0;
    if (count >= this.#perClient || this.#sum >= this.#inAll) return undefined;
    this.#open.set(client, count + 1);
    this.#sum++;
    let isOpen = true;
    return () => {
      if (!isOpen) return;
      isOpen = false;
      this.#sum--;
      const left = (this.#open.get(client) ?? 1) - 1;
      if (left === 0) this.#open.delete(client);
      else this.#open.set(client, left);
    };
  }
}
