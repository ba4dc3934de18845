import type { Board } from "./detection/board";
import type { Counters } from "./detection/counters";
import { KINDS } from "./detection/finding";
import type { GpuReading } from "./detection/gpu";

/** What the metrics tell. */
export interface Watched {
  readonly board: Board;
  readonly held: boolean;
  readonly counters: Counters | undefined;
  readonly gpus: readonly GpuReading[] | undefined;
  /** Milliseconds. */
  readonly now: number;
}

/** The watcher's state in Prometheus' text format. */
export function renderMetrics({ board, held, counters = {}, gpus = [], now }: Watched): string {
  return [
    ...metric(
      "alerts_total",
      "counter",
      "Things found to be wrong since the watcher started.",
      KINDS.map((kind) => [`{kind="${kind}"}`, board.count(kind).raised]),
    ),
    ...metric(
      "alerts_active",
      "gauge",
      "Things that are wrong now.",
      KINDS.map((kind) => [`{kind="${kind}"}`, board.count(kind).active]),
    ),
    ...metric("comfyui_held", "gauge", "1 while ComfyUI is kept down.", [["", held ? 1 : 0]]),
    ...metric(
      "refused_packets_total",
      "counter",
      "Packets that the pod's firewall refused since it was loaded.",
      Object.entries(counters).map(([name, packets]) => [`{counter="${name}"}`, packets]),
    ),
    ...metric(
      "gpu_utilization_percent",
      "gauge",
      "Share of the time in which the GPU computed.",
      gpus.flatMap(({ index, utilization }): [string, number][] =>
        utilization === undefined ? [] : [[`{gpu="${index}"}`, utilization]],
      ),
    ),
    ...metric("metrics_timestamp_seconds", "gauge", "When this was written.", [["", Math.floor(now / 1000)]]),
    "",
  ].join("\n");
}

function metric(
  name: string,
  type: string,
  help: string,
  values: [labels: string, value: number][],
): string[] {
  const full = `comfy_watcher_${name}`;
  const lines = values.map(([labels, value]) => `${full}${labels} ${value}`);
  return lines.length === 0 ? [] : [`# HELP ${full} ${help}`, `# TYPE ${full} ${type}`, ...lines];
}
