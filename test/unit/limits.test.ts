import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  ClientLimiter,
  FailedAuthentications,
  type Limit,
  OpenCounter,
  parseRate,
} from "../../components/gateway/authorizer/limits";

/** The settings' default. */
const DEFAULT_PROMPT_LIMIT: Limit = { requests: 10, windowMs: 60_000, burst: 5 };

function clockAt(start = 0) {
  const clock = { now: start, read: () => clock.now };
  return clock;
}

function admitted(limiter: ClientLimiter, client: string, limit: Limit, attempts: number): number {
  let count = 0;
  for (let attempt = 0; attempt < attempts; attempt++) if (limiter.take(client, limit).admitted) count++;
  return count;
}

describe("parseRate", () => {
  it.each([
    ["10r/m", 10, 60_000],
    ["1r/s", 1, 1000],
    ["100000r/h", 100_000, 3_600_000],
  ])("reads %s", (text, requests, windowMs) => expect(parseRate(text)).toEqual({ requests, windowMs }));

  it.each([
    "",
    "10",
    "0r/m",
    "-1r/m",
    "1.5r/m",
    "10r/d",
    "10 r/m",
    "10r/m ",
    "010r/m",
    "100001r/s",
    "1e3r/s",
    "10R/M",
  ])("refuses %j and says what is allowed", (text) =>
    expect(() => parseRate(text)).toThrow(`the rate "${text}" is not understood: write 1 to 100000 requests`),
  );
});

describe("ClientLimiter", () => {
  it("lets rate + burst through at once, then one every 6 s, and says when", () => {
    const clock = clockAt(1_234_567.8);
    const limiter = new ClientLimiter(clock.read);
    expect(admitted(limiter, "a", DEFAULT_PROMPT_LIMIT, 15)).toBe(15);
    expect(limiter.take("a", DEFAULT_PROMPT_LIMIT)).toEqual({
      admitted: false,
      reason: "rate",
      retryAfterSeconds: 6,
    });
    clock.now += 5500;
    expect(limiter.take("a", DEFAULT_PROMPT_LIMIT)).toMatchObject({ admitted: false, retryAfterSeconds: 1 });
    clock.now += 500.2;
    expect(admitted(limiter, "a", DEFAULT_PROMPT_LIMIT, 2)).toBe(1);
  });

  it("counts each client by itself", () => {
    const limiter = new ClientLimiter(clockAt().read);
    expect(admitted(limiter, "a", DEFAULT_PROMPT_LIMIT, 100)).toBe(15);
    expect(admitted(limiter, "b", DEFAULT_PROMPT_LIMIT, 100)).toBe(15);
    expect(admitted(limiter, "__proto__", DEFAULT_PROMPT_LIMIT, 100)).toBe(15);
  });

  it("is exact for every rate and burst, and its Retry-After is right to the second", () => {
    const limits = fc.record({
      requests: fc.integer({ min: 1, max: 1000 }),
      windowMs: fc.constantFrom(1000, 60_000, 3_600_000),
      burst: fc.nat(50),
    });
    fc.assert(
      fc.property(limits, fc.nat(1e9), (limit, start) => {
        const clock = clockAt(start);
        const limiter = new ClientLimiter(clock.read);
        expect(admitted(limiter, "a", limit, limit.requests + limit.burst + 3)).toBe(
          limit.requests + limit.burst,
        );
        const refused = limiter.take("a", limit);
        if (refused.admitted) throw new Error("admitted");
        clock.now += refused.retryAfterSeconds * 1000 - 1001;
        if (clock.now > start) expect(limiter.take("a", limit).admitted).toBe(false);
        clock.now = start + refused.retryAfterSeconds * 1000;
        expect(limiter.take("a", limit).admitted).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  it("never lets more through than rate * time + rate + burst", () => {
    const steps = fc.array(fc.nat(20_000), { minLength: 1, maxLength: 200 });
    fc.assert(
      fc.property(steps, fc.integer({ min: 1, max: 30 }), fc.nat(10), (waits, requests, burst) => {
        const clock = clockAt();
        const limiter = new ClientLimiter(clock.read);
        const limit = { requests, windowMs: 60_000, burst };
        let count = 0;
        for (const wait of waits) {
          clock.now += wait;
          count += admitted(limiter, "a", limit, 3);
        }
        expect(count).toBeLessThanOrEqual(requests + burst + (clock.now * requests) / 60_000);
      }),
    );
  });

  it("keeps what is used when the limit changes", () => {
    const limiter = new ClientLimiter(clockAt().read);
    admitted(limiter, "a", DEFAULT_PROMPT_LIMIT, 15);
    expect(admitted(limiter, "a", { requests: 20, windowMs: 60_000, burst: 5 }, 50)).toBe(10);
    expect(admitted(limiter, "a", { requests: 30, windowMs: 1000, burst: 0 }, 50)).toBe(5);
    expect(limiter.take("a", DEFAULT_PROMPT_LIMIT).admitted).toBe(false);
  });

  it("is not fooled by a clock that stands still or goes back", () => {
    const clock = clockAt(1e6);
    const limiter = new ClientLimiter(clock.read);
    admitted(limiter, "a", DEFAULT_PROMPT_LIMIT, 15);
    clock.now = 0;
    expect(limiter.take("a", DEFAULT_PROMPT_LIMIT).admitted).toBe(false);
  });

  it("forgets who has used nothing lately, and fails closed when it is full", () => {
    const clock = clockAt();
    const limiter = new ClientLimiter(clock.read, 1000);
    for (let client = 0; client < 1000; client++) limiter.take(`c${client}`, DEFAULT_PROMPT_LIMIT);
    expect(limiter.take("new", DEFAULT_PROMPT_LIMIT)).toMatchObject({ admitted: false, reason: "full" });
    expect(limiter.take("c0", DEFAULT_PROMPT_LIMIT).admitted).toBe(true);
    clock.now += 60_000;
    for (let client = 0; client < 600; client++)
      limiter.take("new", { requests: 1000, windowMs: 1000, burst: 0 });
    expect(limiter.size).toBe(1);
  });
});

describe("FailedAuthentications", () => {
  it("stops an address after its failures of a minute, and counts IPv6 by /64", () => {
    const clock = clockAt();
    const failed = new FailedAuthentications(20, clock.read);
    for (let attempt = 0; attempt < 20; attempt++) {
      expect(failed.count(`2001:db8::${attempt}`, true)).toBeUndefined();
      expect(failed.count("192.0.2.1", true)).toBeUndefined();
    }
    expect(failed.count("2001:db8::ffff", true)).toBe(60);
    expect(failed.count("192.0.2.1", true)).toBe(60);
    expect(failed.count("::ffff:192.0.2.1", true)).toBe(60);
    expect(failed.count("2001:db8:0:1::1", true)).toBeUndefined();
    clock.now += 60_000;
    expect(failed.count("192.0.2.1", true)).toBeUndefined();
  });

  it("counts requests without a credential by themselves, up to ten times as many", () => {
    const failed = new FailedAuthentications(3, clockAt().read);
    const outcomes = Array.from({ length: 31 }, () => failed.count("192.0.2.1", false));
    expect(outcomes).toEqual([...Array(30).fill(undefined), 60]);
    expect(failed.count("192.0.2.1", true)).toBeUndefined();
  });
});

describe("OpenCounter", () => {
  it("counts by client and in all, and frees a place once", () => {
    const sockets = new OpenCounter(2, 3);
    const first = sockets.open("a");
    expect(sockets.open("a")).toBeDefined();
    expect(sockets.open("a")).toBeUndefined();
    expect(sockets.open("b")).toBeDefined();
    expect(sockets.open("c")).toBeUndefined();
    first?.();
    first?.();
    expect(sockets.open("a")).toBeDefined();
    expect(sockets.open("a")).toBeUndefined();
    expect(sockets.open("c")).toBeUndefined();
  });
});
