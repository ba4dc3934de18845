import { parsePrometheusText, type Sample } from "../shared/prometheus-text";

/** What the gateway's metrics tell, as far as they do. */
export interface GatewayFigures {
  /** Whether nginx answers. */
  readonly up: boolean;
  readonly sockets: number | undefined;
  /** Counters since the authorizer started: POST requests that succeeded, and answers 401 and 429. */
  readonly posts: number;
  readonly unauthorized: number;
  readonly rateLimited: number;
  /** When the served certificate expires, in milliseconds. */
  readonly certificateExpires: number | undefined;
}

/** Reads the page that the gateway's metrics endpoint answers. @throws where it is not one */
export function gatewayFigures(page: string): GatewayFigures {
  const samples = parsePrometheusText(page);
  const gauge = (name: string) => samples.find((sample) => sample.name === name)?.value;
  const requests = (wanted: (labels: Sample["labels"]) => boolean) =>
    samples
      .filter(({ name, labels }) => name === "comfy_gateway_requests_total" && wanted(labels))
      .reduce((sum, { value }) => sum + value, 0);
  const up = gauge("comfy_gateway_nginx_up");
  if (up === undefined) {
    throw new Error("the metrics do not say whether nginx is up");
  }
  const seconds = gauge("comfy_gateway_certificate_not_after_timestamp_seconds");
  return {
    up: up === 1,
    sockets: gauge("comfy_gateway_websockets_open"),
    posts: requests(({ method, status = "" }) => method === "POST" && status.startsWith("2")),
    unauthorized: requests(({ status }) => status === "401"),
    rateLimited: requests(({ status }) => status === "429"),
    // A gauge that was never set is 0.
    certificateExpires: seconds ? seconds * 1000 : undefined,
  };
}

/** What the watcher's metrics tell. */
export interface WatcherFigures {
  /** Things that are wrong now. */
  readonly active: number;
  /** Things found wrong since the watcher started. */
  readonly raised: number;
}

/** Reads what the watcher wrote. @throws where it does not say when, or that was more than a minute ago */
export function watcherFigures(page: string, now: number): WatcherFigures {
  const samples = parsePrometheusText(page);
  const sum = (name: string) =>
    samples.filter((sample) => sample.name === name).reduce((total, { value }) => total + value, 0);
  const written = sum("comfy_watcher_metrics_timestamp_seconds") * 1000;
  if (!(now - written < 60_000)) {
    throw new Error("the watcher's metrics are old");
  }
  return { active: sum("comfy_watcher_alerts_active"), raised: sum("comfy_watcher_alerts_total") };
}
