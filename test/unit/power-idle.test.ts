import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { GRACE_MS, IdleClock, renderVerdict, type UseReading } from "../../components/power/idle";
import { parseGpus } from "../../components/watcher/readers/nvidia-smi";

const LOOK_MS = 15_000;
const MINUTE = 60_000;
const IDLE_MINUTES = 20;

/** Printed by nvidia-smi for the fields that the watcher's reader asks for. */
const IDLE_GPU = parseGpus("0, NVIDIA L4, 0, 1, 23034\n");
const LOADED_GPU = parseGpus("0, NVIDIA L4, 0, 14311, 23034\n");
const BUSY_GPU = parseGpus("0, NVIDIA L4, 97, 14311, 23034\n");
const SILENT_GPU = parseGpus("0, NVIDIA L4, 0, 1, 23034\n1, NVIDIA L4, [N/A], 1, 23034\n");

const QUIET = { queued: 0, sockets: 0, posts: 12, gpus: IDLE_GPU };
type Use = Partial<Pick<UseReading, "queued" | "sockets" | "posts" | "gpus">>;
/** Minutes, and what differs from quiet in them. */
type Stretch = [minutes: number, use?: Use];

/** The minute in which the machine is first told to stop; the clock begins an hour after its start. */
function stopsAfter(stretches: readonly Stretch[], upMinutes = 60): number | undefined {
  const clock = new IdleClock(IDLE_MINUTES);
  let at = 0;
  for (const [minutes, use] of stretches) {
    for (const end = at + minutes * MINUTE; at < end; at += LOOK_MS) {
      const uptimeSeconds = upMinutes * 60 + at / 1000;
      if (clock.observe({ at, uptimeSeconds, ...QUIET, ...use }).stop) {
        return at / MINUTE;
      }
    }
  }
  return undefined;
}

describe("an idle machine", () => {
  it.each<[string, number, Stretch[]]>([
    ["nobody ever came", 20, [[30]]],
    ["after a job", 30, [[10, { queued: 1, gpus: BUSY_GPU }], [30]]],
    ["models stay loaded in the GPU's memory", 20, [[30, { gpus: LOADED_GPU }]]],
    ["after an open tab", 45, [[25, { sockets: 1 }], [30]]],
    ["a job between two readings shows in the counter", 32, [[12], [30, { posts: 13 }]]],
    ["the authorizer was restarted", 32, [[12], [30, { posts: 0 }]]],
    ["the queue was not known for a moment", 32.25, [[12], [0.25, { queued: undefined }], [30]]],
    ["without a GPU", 20, [[30, { gpus: [] }]]],
  ])("is stopped in time: %s", (_, expected, stretches) => {
    expect(stopsAfter(stretches)).toBe(expected);
  });

  it.each<[string, Use]>([
    ["a job runs", { queued: 1 }],
    ["jobs wait", { queued: 7 }],
    ["ComfyUI does not answer", { queued: undefined }],
    ["a WebSocket is open", { sockets: 1 }],
    ["the gateway does not answer", { sockets: undefined, posts: undefined }],
    ["a GPU works", { gpus: BUSY_GPU }],
    ["the driver does not answer", { gpus: undefined }],
    ["one GPU of two is silent", { gpus: SILENT_GPU }],
  ])("is none while %s", (_, use) => {
    expect(stopsAfter([[180, use]])).toBeUndefined();
  });

  it("is not stopped within the grace period after its start", () => {
    const justStarted = 0;
    expect(stopsAfter([[60]], justStarted)).toBe(Math.max(IDLE_MINUTES, GRACE_MS / MINUTE));
    const clock = new IdleClock(5);
    for (let at = 0; at < GRACE_MS; at += LOOK_MS) {
      expect(clock.observe({ at, uptimeSeconds: at / 1000, ...QUIET }).stop).toBe(false);
    }
    expect(clock.observe({ at: GRACE_MS, uptimeSeconds: GRACE_MS / 1000, ...QUIET }).stop).toBe(true);
  });

  it.each([
    ["a time without readings", 2 * MINUTE],
    ["a clock that was set forward", 10 * 60 * MINUTE],
    ["a clock that was set back", -60 * MINUTE],
  ])("begins anew after %s", (_, leap) => {
    const clock = new IdleClock(IDLE_MINUTES);
    const look = (at: number) => clock.observe({ at, uptimeSeconds: 36_000, ...QUIET }).stop;
    let at = 100 * 60 * MINUTE;
    for (const end = at + 19 * MINUTE; at < end; at += LOOK_MS) look(at);
    at += leap;
    for (const end = at + IDLE_MINUTES * MINUTE; at < end; at += LOOK_MS) expect(look(at)).toBe(false);
    expect(look(at)).toBe(true);
  });
});

describe("whatever happens", () => {
  const anything: fc.Arbitrary<Use> = fc.record({
    queued: fc.constantFrom(0, 0, 0, 1, undefined),
    sockets: fc.constantFrom(0, 0, 0, 2, undefined),
    posts: fc.constantFrom(12, 12, 12, 13, undefined),
    gpus: fc.constantFrom(IDLE_GPU, IDLE_GPU, IDLE_GPU, BUSY_GPU, undefined),
  });
  const stretches = fc.array(fc.tuple(fc.integer({ min: 1, max: 100 }), anything), { maxLength: 30 });
  const isQuiet = ({ queued, sockets, posts, gpus }: Use) =>
    queued === 0 && sockets === 0 && posts !== undefined && gpus === IDLE_GPU;

  it("a stop is told exactly when every reading of the set time was quiet, and no post came", () => {
    fc.assert(
      fc.property(stretches, fc.integer({ min: 1, max: 30 }), (parts, idleMinutes) => {
        const clock = new IdleClock(idleMinutes);
        const looks = parts.flatMap(([count, use]) => Array<Use>(count).fill(use));
        const needed = (idleMinutes * MINUTE) / LOOK_MS + 1;
        looks.forEach((use, index) => {
          const { stop } = clock.observe({
            at: index * LOOK_MS,
            uptimeSeconds: 86_400,
            ...QUIET,
            ...use,
          });
          const window = looks.slice(Math.max(0, index + 1 - needed), index + 1);
          const quiet = window.length === needed && window.every(isQuiet);
          const samePosts = new Set(window.map(({ posts }) => posts)).size === 1;
          expect([index, stop]).toEqual([index, quiet && samePosts]);
        });
      }),
    );
  });
});

describe("the verdict's line", () => {
  it("says what, when and why", () => {
    const at = Date.UTC(2026, 10, 24, 12);
    expect(renderVerdict({ stop: true, reason: "nothing has happened for 20 minutes" }, at)).toBe(
      "stop 1795521600 nothing has happened for 20 minutes\n",
    );
    expect(renderVerdict({ stop: false, reason: "1 in the queue" }, at)).toBe(
      "stay 1795521600 1 in the queue\n",
    );
  });
});
