/** Namespace of the stack's metrics in CloudWatch. */
export const NAMESPACE = "ComfyFortress";
/** The one dimension of every metric: the stack's name. */
export const DIMENSION = "Stack";

/** Every metric with its unit in CloudWatch's words. */
export const METRICS = {
  /** 1 while nginx and the authorizer answer, otherwise 0. */
  GatewayUp: "None",
  /** 1 while ComfyUI tells its queue, otherwise 0. */
  ComfyUiUp: "None",
  /** Jobs that run or wait. */
  QueueLength: "Count",
  /** WebSockets open at the gateway. */
  OpenSockets: "Count",
  /** Of the busiest GPU. */
  GpuUtilization: "Percent",
  /** Of the fullest GPU. */
  GpuMemoryUsed: "Percent",
  /** Of the fullest disk that containers or volumes lie on. */
  DiskUsed: "Percent",
  /** Answers 401 and 429 since the last measurement. */
  Unauthorized: "Count",
  RateLimited: "Count",
  /** Days until the served certificate expires. */
  CertificateDays: "None",
  /** What the watcher finds wrong now, or found since the last measurement, whichever is more. */
  WatcherAlerts: "Count",
} as const;
export type MetricName = keyof typeof METRICS;

/** How often a line is written, in seconds. */
export const METRICS_SECONDS = 60;

/** Name of the stack's log group. */
export function logGroupName(stack: string): string {
  return `/comfy-fortress/${stack}`;
}

/** The retention times, in days, that CloudWatch takes and the policies allow. */
export const RETENTION_DAYS: readonly number[] = [
  90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

/** Name of one of the stack's alarms; `*` for all of them. */
export function alarmNames(stack: string, alarm = "*"): string {
  return `comfy-${stack}-${alarm}`;
}
