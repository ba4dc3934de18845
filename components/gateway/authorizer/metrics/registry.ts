import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import { FORBIDDEN_USERDATA, ROUTES } from "../../routes";
import { METHOD_NAMES } from "../methods/names";
import type { TallyLine } from "./tally";

const ROUTE_IDS: ReadonlySet<string> = new Set([...ROUTES.map(({ id }) => id), FORBIDDEN_USERDATA.id]);
const HTTP_METHODS: ReadonlySet<string> = new Set([
  "GET",
  "HEAD",
  "POST",
  "PUT",
  "PATCH",
  "DELETE",
  "OPTIONS",
]);
const AUTH_METHODS: ReadonlySet<string> = new Set(METHOD_NAMES);

/** The codes of verdicts are in many places; this many are more than there are. */
const MAX_VERDICTS = 100;

/** From a kept connection's answer to a workflow's whole inspection. */
const UPSTREAM_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** Gauges that are looked up when somebody asks. */
export interface Sources {
  /** WebSockets that are open. */
  openSockets(): number;
}

/**
 * Everything the gateway counts. Labels come from fixed sets: what is not in them is `other`, so that no client can make
 * new series.
 */
export class GatewayMetrics {
  readonly registry = new Registry();
  readonly #verdicts = new Set<string>();

  readonly #requests = new Counter({
    name: "comfy_gateway_requests_total",
    help: "Requests by route of the route table (none: of no route), HTTP method and status.",
    labelNames: ["route", "method", "status"],
    registers: [this.registry],
  });
  readonly #decided = new Counter({
    name: "comfy_gateway_verdicts_total",
    help: "Requests by verdict (allow, or the reason of the refusal) and authentication method (none: not verified).",
    labelNames: ["verdict", "auth"],
    registers: [this.registry],
  });
  readonly #upstream = new Histogram({
    name: "comfy_gateway_upstream_seconds",
    help: "Time until the whole answer was there, by who gave it: comfyui, or the authorizer on its way to it.",
    labelNames: ["upstream"],
    buckets: UPSTREAM_BUCKETS,
    registers: [this.registry],
  });
  readonly #refusedLines = new Counter({
    name: "comfy_gateway_tally_refused_total",
    help: "Lines of nginx's tally that could not be read.",
    registers: [this.registry],
  });
  readonly #connections = new Gauge({
    name: "comfy_gateway_connections",
    help: "Client connections of nginx by state.",
    labelNames: ["state"],
    registers: [this.registry],
  });
  readonly #certificate = new Gauge({
    name: "comfy_gateway_certificate_not_after_timestamp_seconds",
    help: "When the certificate that is served expires.",
    registers: [this.registry],
  });

  constructor(sources: Sources) {
    new Gauge({
      name: "comfy_gateway_websockets_open",
      help: "WebSockets that are open.",
      registers: [this.registry],
      collect() {
        this.set(sources.openSockets());
      },
    });
    collectDefaultMetrics({ register: this.registry, prefix: "comfy_authorizer_" });
  }

  /** Counts a request, or so many that are alike. */
  count(line: TallyLine | undefined, times = 1): void {
    if (!line || !/^[1-5]\d\d$|^0$/.test(line.status)) {
      this.#refusedLines.inc(times);
      return;
    }
    const route = line.route === "-" ? "none" : known(ROUTE_IDS, line.route);
    const method = known(HTTP_METHODS, line.method);
    this.#requests.inc({ route, method, status: line.status }, times);
    const auth = line.auth === "-" ? "none" : known(AUTH_METHODS, line.auth);
    this.#decided.inc({ verdict: this.#verdict(line.verdict), auth }, times);
    // A WebSocket's time is how long it was open.
    if (line.status !== "101") this.#observe(line, times);
  }

  /** An inspected request was at the authorizer first, and then at ComfyUI. */
  #observe({ handling, upstreamSeconds }: TallyLine, times: number): void {
    const upstreams = {
      authorizer: ["authorizer"],
      inspected: ["authorizer", "comfyui"],
    }[handling] ?? ["comfyui"];
    const taken = upstreamSeconds.split(/[:,]/).map(Number.parseFloat);
    for (const [index, upstream] of upstreams.entries()) {
      const seconds = taken[index];
      if (seconds === undefined || !(seconds >= 0)) continue;
      for (let time = 0; time < times; time++) this.#upstream.observe({ upstream }, seconds);
    }
  }

  /** Takes over what nginx's stub_status says. */
  takeConnections(status: string): void {
    const active = /^Active connections: (\d+)/m.exec(status)?.[1];
    const states = /^Reading: (\d+) Writing: (\d+) Waiting: (\d+)/m.exec(status);
    const [, reading, writing, waiting] = states ?? [];
    for (const [state, value] of Object.entries({ active, reading, writing, waiting })) {
      if (value !== undefined) this.#connections.set({ state }, Number(value));
    }
  }

  takeCertificateExpiry(notAfter: Date): void {
    this.#certificate.set(notAfter.getTime() / 1000);
  }

  #verdict(code: string): string {
    if (this.#verdicts.has(code)) return code;
    if (!/^[a-z0-9_]{1,40}$/.test(code) || this.#verdicts.size >= MAX_VERDICTS) return "other";
    this.#verdicts.add(code);
    return code;
  }
}

function known(values: ReadonlySet<string>, value: string): string {
  return values.has(value) ? value : "other";
}
