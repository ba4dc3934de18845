import { CERTIFICATE_DAYS, DISK_PERCENT } from "./alarms";
import { DIMENSION, logGroupName, type MetricName, NAMESPACE } from "./layout";

/** Columns of a dashboard. */
const COLUMNS = 24;
const HEIGHT = 6;

interface Graph {
  readonly title: string;
  readonly metrics: readonly MetricName[];
  readonly statistic: "Average" | "Maximum" | "Minimum" | "Sum";
  /** A line across, with what it means. */
  readonly limit?: { readonly value: number; readonly label: string };
}

const GRAPHS: readonly Graph[] = [
  { title: "Up", metrics: ["GatewayUp", "ComfyUiUp"], statistic: "Minimum" },
  { title: "The watcher's alerts", metrics: ["WatcherAlerts"], statistic: "Maximum" },
  { title: "Jobs and open sockets", metrics: ["QueueLength", "OpenSockets"], statistic: "Maximum" },
  { title: "GPU, percent", metrics: ["GpuUtilization", "GpuMemoryUsed"], statistic: "Average" },
  {
    title: "Refused: without a key (401), too often (429)",
    metrics: ["Unauthorized", "RateLimited"],
    statistic: "Sum",
  },
  {
    title: "Disk, percent",
    metrics: ["DiskUsed"],
    statistic: "Maximum",
    limit: { value: DISK_PERCENT, label: "alarm" },
  },
  {
    title: "Certificate, days left",
    metrics: ["CertificateDays"],
    statistic: "Minimum",
    limit: { value: CERTIFICATE_DAYS, label: "alarm" },
  },
];

/** Arguments of `renderDashboard`. */
export interface DashboardArgs {
  readonly stack: string;
  readonly region: string;
  /** ARNs of the stack's alarms. */
  readonly alarmArns: readonly string[];
}

/** The body of the stack's dashboard in CloudWatch, as JSON: its alarms, its metrics, and the watcher's alerts. */
export function renderDashboard({ stack, region, alarmArns }: DashboardArgs): string {
  const alarmsAt = { x: 0, y: 0, width: COLUMNS, height: 3 };
  const width = COLUMNS / 3;
  const graphs = GRAPHS.map(({ title, metrics, statistic, limit }, at) => ({
    type: "metric",
    x: (at % 3) * width,
    y: alarmsAt.height + Math.floor(at / 3) * HEIGHT,
    width,
    height: HEIGHT,
    properties: {
      title,
      region,
      view: "timeSeries",
      period: 60,
      stat: statistic,
      metrics: metrics.map((metric) => [NAMESPACE, metric, DIMENSION, stack]),
      yAxis: { left: { min: 0 } },
      ...(limit && { annotations: { horizontal: [limit] } }),
    },
  }));
  const alerts = {
    type: "log",
    x: 0,
    y: alarmsAt.height + Math.ceil(GRAPHS.length / 3) * HEIGHT,
    width: COLUMNS,
    height: HEIGHT,
    properties: {
      title: "The watcher's alerts, newest first",
      region,
      view: "table",
      // Docker wraps each line of a container as JSON, so that the quotes in it are escaped.
      query: `SOURCE '${logGroupName(stack)}' | fields @timestamp, log | filter log like /"level":"alert"/ | sort @timestamp desc | limit 50`,
    },
  };
  return JSON.stringify({
    widgets: [
      { type: "alarm", ...alarmsAt, properties: { title: `comfy-fortress ${stack}`, alarms: alarmArns } },
      ...graphs,
      alerts,
    ],
  });
}
