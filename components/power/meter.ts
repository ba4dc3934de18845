import { appendFileSync, readFileSync, readlinkSync, renameSync, statSync, writeFileSync } from "node:fs";
import { statfs } from "node:fs/promises";
import { uptime } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { embeddedMetrics } from "../monitoring/embedded-metrics";
import { METRICS_SECONDS } from "../monitoring/layout";
import { RUN_FOLDER } from "../pod/run-folder";
import { PORT } from "../shared/pod-layout";
import { readGpus } from "../watcher/readers/nvidia-smi";
import { askQueue } from "../watcher/readers/queue";
import { gatewayFigures, watcherFigures } from "./gateway-figures";
import { IdleClock, renderVerdict } from "./idle";
import { FOLDER, METRICS_FILE, type MeterConfig, VERDICT_FILE } from "./layout";
import { type Look, Measurement } from "./measure";

const LOOK_MS = 15_000;
const ASK_MS = 5000;
/** The volume has room for several times as much. */
const FULL_BYTES = 1024 * 1024;
/** Containers lie on the disk of the first, volumes on that of the second. */
const ON_DISKS = ["/", FOLDER.watcher];

/**
 * Looks at the pod again and again, writes down whether the machine may be stopped, and once a minute what it measured.
 *
 * Ends when the pod's container was replaced or restarted: the engine's restart joins the namespace that is then there.
 */
export async function runMeter({ stack, gpu, idleMinutes }: MeterConfig): Promise<void> {
  const clock = idleMinutes === undefined ? undefined : new IdleClock(idleMinutes);
  const measurement = new Measurement();
  let measuredAt = Number.NEGATIVE_INFINITY;
  let told = "";
  for (; isInPod(); await sleep(LOOK_MS)) {
    const look = await lookAround(gpu);
    if (clock !== undefined) {
      const { at, queued, gpus, gateway } = look;
      const { sockets, posts } = gateway ?? {};
      const verdict = clock.observe({ at, uptimeSeconds: uptime(), queued, sockets, posts, gpus });
      replace(`${FOLDER.meter}/${VERDICT_FILE}`, renderVerdict(verdict, at));
      if (verdict.reason !== told) {
        told = verdict.reason;
        console.log(JSON.stringify({ time: new Date(at).toISOString(), level: "info", ...verdict }));
      }
    }
    if (look.at - measuredAt >= METRICS_SECONDS * 1000) {
      measuredAt = look.at;
      append(`${FOLDER.meter}/${METRICS_FILE}`, embeddedMetrics(stack, look.at, measurement.measure(look)));
    }
  }
}

async function lookAround(gpu: boolean): Promise<Look> {
  const [queued, gateway, gpus, ...disks] = await Promise.all([
    orUndefined(askQueue),
    orUndefined(async () => gatewayFigures(await askGateway())),
    gpu ? orUndefined(readGpus) : [],
    ...ON_DISKS.map((folder) => orUndefined(() => usedShare(folder))),
  ]);
  // Afterwards: what the clock says then is when all of it was so at the latest.
  const at = Date.now();
  const watcher = await orUndefined(async () =>
    watcherFigures(readFileSync(`${FOLDER.watcher}/metrics.prom`, "utf8"), at),
  );
  return { at, queued, gateway, watcher, gpus, disks: disks.filter((share) => share !== undefined) };
}

/** What could not be read is unknown; that shows in the verdict and the metrics. */
async function orUndefined<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch {
    return undefined;
  }
}

async function askGateway(): Promise<string> {
  const response = await fetch(`http://127.0.0.1:${PORT.metrics}/metrics`, {
    signal: AbortSignal.timeout(ASK_MS),
  });
  if (!response.ok) {
    throw new Error(`the metrics answer ${response.status}`);
  }
  return response.text();
}

/** Percent in use, as `df` counts it: of what others than root may use. */
async function usedShare(folder: string): Promise<number> {
  const { blocks, bfree, bavail } = await statfs(folder);
  const used = blocks - bfree;
  return Math.ceil((100 * used) / (used + bavail));
}

function isInPod(): boolean {
  return readlinkSync("/proc/self/ns/net") === readFileSync(`${RUN_FOLDER}/namespace`, "utf8").trim();
}

/** Never half written. */
function replace(path: string, text: string): void {
  writeFileSync(`${path}.new`, text, { mode: 0o644 });
  renameSync(`${path}.new`, path);
}

/** What reads the file follows its name: the old one is kept beside it for a while. */
function append(path: string, text: string): void {
  if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) > FULL_BYTES) {
    renameSync(path, `${path}.old`);
  }
  appendFileSync(path, text, { mode: 0o644 });
}
