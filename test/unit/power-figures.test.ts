import { describe, expect, it } from "vitest";
import { GatewayMetrics } from "../../components/gateway/authorizer/metrics/registry";
import { embeddedMetrics } from "../../components/monitoring/embedded-metrics";
import { METRICS } from "../../components/monitoring/layout";
import { gatewayFigures, watcherFigures } from "../../components/power/gateway-figures";
import { type Look, Measurement } from "../../components/power/measure";
import { parsePrometheusText } from "../../components/shared/prometheus-text";
import { Board } from "../../components/watcher/detection/board";
import { renderMetrics } from "../../components/watcher/metrics";
import { parseGpus } from "../../components/watcher/readers/nvidia-smi";

const NOW = Date.UTC(2026, 10, 24, 12);
const DAY_MS = 86_400_000;

/** The page as the authorizer makes it, with the line that its server adds. */
async function page(
  requests: readonly (readonly [route: string, method: string, status: string, times: number])[],
  { sockets = 0, up = 1, expires }: { sockets?: number; up?: number; expires?: Date } = {},
): Promise<string> {
  const metrics = new GatewayMetrics({ openSockets: () => sockets });
  for (const [route, method, status, times] of requests) {
    for (let time = 0; time < times; time++) {
      metrics.count({
        ...{ method, route, status, verdict: "allow", auth: "apiKey", handling: "authorizer" },
        upstreamSeconds: "0.010",
      });
    }
  }
  if (expires !== undefined) metrics.takeCertificateExpiry(expires);
  return `${await metrics.registry.metrics()}comfy_gateway_nginx_up ${up}\n`;
}

describe("Prometheus's text format", () => {
  it("is read with labels, times and odd values", () => {
    const text =
      '# HELP a b\n# TYPE a counter\na 1\nb{x="1",y="q\\"\\\\\\n,}"} 2.5 1795521600000\nc{} +Inf\nd{z="é"} NaN\n';
    expect(parsePrometheusText(text)).toEqual([
      { name: "a", labels: {}, value: 1 },
      { name: "b", labels: { x: "1", y: 'q"\\\n,}' }, value: 2.5 },
      { name: "c", labels: {}, value: Number.POSITIVE_INFINITY },
      { name: "d", labels: { z: "é" }, value: Number.NaN },
    ]);
  });

  it.each(["<html>", "a b c", "a"])("is not what %j is", (text) => {
    expect(() => parsePrometheusText(text)).toThrow(`not a line of metrics: ${text}`);
  });
});

describe("the gateway's figures", () => {
  it("are read from the page that the authorizer makes", async () => {
    const text = await page(
      [
        ["prompt", "POST", "200", 3],
        ["upload-image", "POST", "200", 2],
        ["prompt", "POST", "401", 5],
        ["prompt", "POST", "429", 4],
        ["system-stats", "GET", "200", 7],
        ["-", "GET", "401", 1],
      ],
      { sockets: 2, expires: new Date(NOW + 30 * DAY_MS) },
    );
    expect(gatewayFigures(text)).toEqual({
      up: true,
      sockets: 2,
      posts: 5,
      unauthorized: 6,
      rateLimited: 4,
      certificateExpires: NOW + 30 * DAY_MS,
    });
  });

  it("know of no certificate before one was read, and of an nginx that is down", async () => {
    const figures = gatewayFigures(await page([], { up: 0 }));
    expect(figures).toMatchObject({ up: false, certificateExpires: undefined, posts: 0 });
  });

  it("are none where the page is another", () => {
    expect(() => gatewayFigures("a 1\n")).toThrow("do not say whether nginx is up");
  });
});

describe("the watcher's figures", () => {
  const written = (now: number, alerts: number) => {
    const board = new Board();
    const found = Array.from({ length: alerts }, (_, at) => ({
      kind: "process" as const,
      subject: `${at}`,
      reason: "it mines",
    }));
    board.update("process", found);
    board.update("process", found.slice(1));
    return renderMetrics({ board, held: false, counters: {}, gpus: [], now });
  };

  it("are read from what the watcher writes", () => {
    expect(watcherFigures(written(NOW, 3), NOW + 5000)).toEqual({ active: 2, raised: 3 });
  });

  it("are none when they are old, or have no time", () => {
    expect(() => watcherFigures(written(NOW, 3), NOW + 61_000)).toThrow("are old");
    expect(() => watcherFigures("comfy_watcher_alerts_active 1\n", NOW)).toThrow("are old");
  });
});

describe("what is measured", () => {
  const gateway = {
    ...{ up: true, sockets: 1, posts: 0, unauthorized: 100, rateLimited: 10 },
    certificateExpires: NOW + 20.25 * DAY_MS,
  };
  const look: Look = {
    at: NOW,
    queued: 2,
    gateway,
    watcher: { active: 0, raised: 4 },
    gpus: parseGpus("0, NVIDIA L4, 97, 11517, 23034\n1, NVIDIA L4, 3, 100, 23034\n"),
    disks: [40, 86],
  };

  it("is every metric that there is", () => {
    expect(new Measurement().measure(look)).toEqual({
      ...{ GatewayUp: 1, ComfyUiUp: 1, QueueLength: 2, OpenSockets: 1 },
      ...{ GpuUtilization: 97, GpuMemoryUsed: 50, DiskUsed: 86 },
      ...{ Unauthorized: 0, RateLimited: 0, CertificateDays: 20.3, WatcherAlerts: 0 },
    });
  });

  it("is of counters what was added, also over a restart and a gap", () => {
    const measurement = new Measurement();
    const next = (change: Partial<Look>) => measurement.measure({ ...look, ...change });
    next({});
    expect(next({ gateway: { ...gateway, unauthorized: 130, rateLimited: 11 } })).toMatchObject({
      Unauthorized: 30,
      RateLimited: 1,
    });
    expect(next({ gateway: undefined })).toMatchObject({ GatewayUp: 0, Unauthorized: undefined });
    expect(next({ gateway: { ...gateway, unauthorized: 135 } })).toMatchObject({ Unauthorized: 5 });
    expect(next({ gateway: { ...gateway, unauthorized: 3 } })).toMatchObject({ Unauthorized: 3 });
  });

  it("tells an alert that came and went between two measurements", () => {
    const measurement = new Measurement();
    const alerts = (active: number, raised: number) =>
      measurement.measure({ ...look, watcher: { active, raised } }).WatcherAlerts;
    expect([alerts(0, 4), alerts(0, 5), alerts(0, 5), alerts(2, 7)]).toEqual([0, 1, 0, 2]);
  });

  it("leaves out what is not known", () => {
    const measured = new Measurement().measure({
      ...{ at: NOW, queued: undefined, gateway: undefined, watcher: undefined, gpus: undefined, disks: [] },
    });
    const line = JSON.parse(embeddedMetrics("prod", NOW, measured));
    expect(line).toEqual({
      _aws: {
        Timestamp: NOW,
        CloudWatchMetrics: [
          {
            Namespace: "ComfyFortress",
            Dimensions: [["Stack"]],
            Metrics: [
              { Name: "GatewayUp", Unit: "None" },
              { Name: "ComfyUiUp", Unit: "None" },
            ],
          },
        ],
      },
      Stack: "prod",
      GatewayUp: 0,
      ComfyUiUp: 0,
    });
  });

  it("is one line that names every metric with its unit", () => {
    const text = embeddedMetrics("prod", NOW, new Measurement().measure(look));
    expect(text.match(/\n/g)).toHaveLength(1);
    const line = JSON.parse(text);
    const named = line._aws.CloudWatchMetrics[0].Metrics as { Name: string; Unit: string }[];
    expect(Object.fromEntries(named.map(({ Name, Unit }) => [Name, Unit]))).toEqual(METRICS);
    for (const { Name } of named) expect(line[Name], Name).toEqual(expect.any(Number));
  });
});
