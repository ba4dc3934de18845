import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Board } from "../../components/watcher/detection/board";
import { CounterDetector } from "../../components/watcher/detection/counters";
import { BUSY_MS, GpuDetector, type GpuReading } from "../../components/watcher/detection/gpu";
import { SilenceDetector } from "../../components/watcher/detection/silence";
import { renderMetrics } from "../../components/watcher/metrics";
import { parseCounters } from "../../components/watcher/readers/counters";
import { parseGpus } from "../../components/watcher/readers/nvidia-smi";
import { queueRemaining } from "../../components/watcher/readers/queue";

const STEP_MS = 5000;
const MINUTE = 60_000;

/** A stretch of time: minutes, the GPUs' utilization (undefined: not known), jobs in the queue (undefined: not known). */
type Stretch = [minutes: number, utilization: number | number[] | undefined, queued: number | undefined];

/** When each alert began, in minutes, with a clock of our own. */
function alertsOver(...stretches: Stretch[]): number[] {
  const detector = new GpuDetector();
  const board = new Board();
  const began: number[] = [];
  let at = 0;
  for (const [minutes, utilization, queued] of stretches) {
    for (const end = at + minutes * MINUTE; at < end; at += STEP_MS) {
      const { raised } = board.update("gpu", detector.observe(at, gpus(utilization), queued));
      began.push(...raised.map(() => at / MINUTE));
    }
  }
  return began;
}

function gpus(utilization: number | number[] | undefined): GpuReading[] | undefined {
  return utilization === undefined
    ? undefined
    : [utilization].flat().map((value, index) => ({
        index,
        name: "NVIDIA H100",
        utilization: value,
        memoryUsed: 1,
        memoryTotal: 2,
      }));
}

describe("a GPU that works while the queue is empty", () => {
  it.each<[string, number[], Stretch[]]>([
    ["a miner from the start", [5], [[6, 99, 0]]],
    [
      "a miner after a render",
      [15],
      [
        [10, 100, 1],
        [6, 99, 0],
      ],
    ],
    ["one GPU of two", [5], [[6, [3, 97], 0]]],
    ["both GPUs, each once", [5, 5], [[6, [97, 97], 0]]],
    [
      "a miner that pauses for seconds",
      [5],
      [
        [2, 100, 0],
        [0.25, 0, 0],
        [4, 100, 0],
      ],
    ],
    [
      "a miner again, after it had ended",
      [5, 25],
      [
        [6, 99, 0],
        [14, 0, 0],
        [6, 99, 0],
      ],
    ],
  ])("is told: %s", (_, minutes, stretches) => {
    const found = alertsOver(...stretches);
    expect(found).toHaveLength(minutes.length);
    // The mean counts: a pause costs it a little time, and after idle minutes four busy ones are enough.
    minutes.forEach((minute, at) => {
      expect(found[at]).toBeGreaterThan(minute - 1);
      expect(found[at]).toBeLessThan(minute + 1);
    });
  });

  it.each<[string, Stretch[]]>([
    ["a render of 10 minutes", [[10, 100, 1]]],
    ["a render of 10 hours", [[600, 100, 1]]],
    [
      "a render, then its tail without a queue",
      [
        [10, 100, 1],
        [0.5, 100, 0],
        [30, 0, 0],
      ],
    ],
    [
      "renders one after the other with short breaks",
      Array.from({ length: 20 }, (_, at): Stretch => [at % 2 ? 0.2 : 4, 100, at % 2 ? 0 : 1]),
    ],
    [
      "spikes in an idle hour",
      Array.from({ length: 60 }, (_, at): Stretch => [1, at % 4 === 0 ? 100 : 0, 0]),
    ],
    ["80 %, which is not over it", [[20, 80, 0]]],
    [
      "four minutes, after which the mean falls again",
      [
        [4, 100, 0],
        [10, 0, 0],
      ],
    ],
    ["a queue that nobody knows", [[30, 100, undefined]]],
    ["GPUs that nobody knows", [[30, undefined, 0]]],
    [
      "a ComfyUI that restarts in between",
      [
        [4, 100, 0],
        [0.5, 0, undefined],
        [4, 100, 0],
      ],
    ],
  ])("is not: %s", (_, stretches) => {
    expect(alertsOver(...stretches)).toEqual([]);
  });

  it("is never told within five minutes of a job in the queue, whatever the load", () => {
    const stretch = fc.record({
      seconds: fc.integer({ min: 5, max: 600 }),
      load: fc.integer({ min: 0, max: 100 }),
    });
    fc.assert(
      fc.property(
        fc.array(fc.tuple(stretch, fc.integer({ min: 0, max: 3 })), { maxLength: 12 }),
        (script) => {
          const detector = new GpuDetector();
          let at = 0;
          let busySince = 0;
          for (const [{ seconds, load }, queued] of script) {
            for (const end = at + seconds * 1000; at < end; at += STEP_MS) {
              if (queued > 0) busySince = at;
              const found = detector.observe(at, gpus(load), queued);
              if (at - busySince < BUSY_MS) expect(found).toEqual([]);
            }
          }
        },
      ),
    );
  });

  it("is not told over a time that nobody watched", () => {
    const detector = new GpuDetector();
    expect(detector.observe(0, gpus(100), 0)).toEqual([]);
    expect(detector.observe(BUSY_MS + STEP_MS, gpus(100), 0)).toEqual([]);
  });
});

describe("nvidia-smi's output", () => {
  it("is read: one GPU, several, and figures that the driver does not tell", () => {
    expect(parseGpus("0, NVIDIA H100 80GB HBM3, 97, 40536, 81559\n")).toEqual([
      { index: 0, name: "NVIDIA H100 80GB HBM3", utilization: 97, memoryUsed: 40536, memoryTotal: 81559 },
    ]);
    const several = parseGpus("0, Tesla T4, 0, 2, 15360\n1, Tesla T4, 100, 14830, 15360\n");
    expect(several.map(({ utilization }) => utilization)).toEqual([0, 100]);
    const mixed = parseGpus(
      "0, NVIDIA A100-SXM4-40GB, [N/A], 3, 40960\n1, NVIDIA GeForce GT 710, 5, [Not Supported], 2002\n",
    );
    expect(mixed.map(({ utilization, memoryUsed }) => [utilization, memoryUsed])).toEqual([
      [undefined, 3],
      [5, undefined],
    ]);
  });

  it.each([
    ["No devices were found\n"],
    [
      "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver. Make sure that the latest NVIDIA driver is installed and running.\n",
    ],
    ["Failed to initialize NVML: Driver/library version mismatch\nNVML library version: 560.35\n"],
    ["Unable to determine the device handle for GPU0000:01:00.0: Unknown Error\n"],
    ["0, Quadro K600, [Not Supported], 100, 1024\n"],
    ["0, Tesla T4, [GPU requires reset], [GPU requires reset], [GPU requires reset]\n"],
    ["0, Tesla T4, 5\n"],
    [""],
  ])("is not taken for figures where it is none: %j", (printed) => {
    expect(() => parseGpus(printed)).toThrow(/nvidia-smi: /);
  });
});

describe("the firewall's counters", () => {
  const printed = (packets: number) =>
    `{"nftables": [{"metainfo": {"version": "1.1.3", "json_schema_version": 1}}, {"counter": {"family": "inet", "name": "refused_out_comfyui", "table": "pod", "handle": 2, "packets": ${packets}, "bytes": 120}}]}`;

  it("are read from what nft prints, and refused where there are none", () => {
    expect(parseCounters(printed(2))).toEqual({ refused_out_comfyui: 2 });
    expect(() => parseCounters('{"nftables": []}')).toThrow("no counters");
  });

  it("raise an alert when they rise, once for as long as it goes on", () => {
    const detector = new CounterDetector();
    const board = new Board();
    const at = (minute: number, packets: number) =>
      board.update(
        "refused-connections",
        detector.observe(minute * MINUTE, { refused_out_comfyui: packets }),
      );
    expect(at(0, 4).raised).toEqual([]);
    expect(at(1, 4).raised).toEqual([]);
    expect(at(2, 5).raised).toMatchObject([{ subject: "refused_out_comfyui", facts: { packets: 1 } }]);
    expect(at(4, 9).raised).toEqual([]);
    expect(at(8, 9)).toEqual({ raised: [], cleared: [] });
    expect(at(10, 9).cleared).toHaveLength(1);
    expect(at(11, 10).raised).toHaveLength(1);
  });

  it("count from nothing in a pod that was started anew", () => {
    const detector = new CounterDetector();
    detector.observe(0, { refused_out_gateway: 7 });
    expect(detector.observe(1, { refused_out_gateway: 0 })).toEqual([]);
    expect(detector.observe(2, { refused_out_gateway: 3 })).toMatchObject([{ facts: { packets: 3 } }]);
  });

  it("mean nothing where strangers and the kernel raise them", () => {
    const detector = new CounterDetector();
    detector.observe(0, { refused_in: 0, refused_out_other: 0 });
    expect(detector.observe(1, { refused_in: 500, refused_out_other: 9 })).toEqual([]);
  });
});

describe("a silent source", () => {
  it("is told after a minute, and no more once it speaks", () => {
    const silence = new SilenceDetector();
    silence.note(0, "counters", undefined);
    silence.note(30_000, "counters", "no such file");
    expect(silence.findings(59_000)).toEqual([]);
    silence.note(61_000, "counters", "no such file");
    expect(silence.findings(61_000)).toMatchObject(
      [{ kind: "blind", subject: "counters", reason: /no such file/ }].map((one) => ({
        ...one,
        reason: expect.stringMatching(one.reason),
      })),
    );
    silence.note(62_000, "counters", undefined);
    expect(silence.findings(200_000)).toEqual([]);
  });
});

describe("the queue's length", () => {
  it("is what ComfyUI says, and refused where it is no number of jobs", () => {
    expect(queueRemaining({ exec_info: { queue_remaining: 3 } })).toBe(3);
    for (const answer of [
      null,
      {},
      { exec_info: {} },
      { exec_info: { queue_remaining: "0" } },
      { exec_info: { queue_remaining: -1 } },
    ]) {
      expect(() => queueRemaining(answer)).toThrow("no queue_remaining");
    }
  });
});

describe("metrics", () => {
  it("tell alerts, the hold, counters and GPUs in Prometheus' format", () => {
    const board = new Board();
    board.update("process", [{ kind: "process", subject: "a", reason: "" }]);
    board.update("process", []);
    const text = renderMetrics({
      board,
      held: true,
      counters: { refused_in: 2 },
      gpus: gpus([97]),
      now: 1_700_000_000_999,
    });
    expect(text).toContain('comfy_watcher_alerts_total{kind="process"} 1\n');
    expect(text).toContain('comfy_watcher_alerts_active{kind="process"} 0\n');
    expect(text).toContain("comfy_watcher_comfyui_held 1\n");
    expect(text).toContain('comfy_watcher_refused_packets_total{counter="refused_in"} 2\n');
    expect(text).toContain('comfy_watcher_gpu_utilization_percent{gpu="0"} 97\n');
    expect(text).toContain("comfy_watcher_metrics_timestamp_seconds 1700000000\n");
    for (const line of text.trimEnd().split("\n")) {
      expect(line).toMatch(/^(# (HELP|TYPE) )?comfy_watcher_\w+/);
    }
  });
});
