import { X509Certificate } from "node:crypto";
import { createServer, request, type Server, type ServerResponse } from "node:http";
import { PORT } from "../../../shared/pod-layout";
import { STATUS_PATH, STATUS_SOCKET, TALLY_LOG } from "../../tally";
import { GatewayMetrics, type Sources } from "./registry";
import { parseTallyLine, TallyReader } from "./tally";

const DRAIN_MS = 1000;
const STATUS_TIMEOUT_MS = 2000;

/**
 * The metrics endpoint: `GET /metrics` in Prometheus's text format on every IPv4 address of the pod. The pod's firewall
 * lets only the host in. Nothing that decides on requests listens here.
 */
export class MetricsServer {
  readonly #metrics: GatewayMetrics;
  readonly #server: Server;
  readonly #tally = new TallyReader(TALLY_LOG);
  #draining: Promise<void> = Promise.resolve();

  constructor(sources: Sources) {
    this.#metrics = new GatewayMetrics(sources);
    this.#server = createServer({ requestTimeout: 10_000 }, (incoming, response) => {
      if (incoming.url !== "/metrics") response.writeHead(404).end();
      else if (incoming.method !== "GET") response.writeHead(405, { Allow: "GET" }).end();
      else this.#answer(response).catch((error) => this.#fail(error, response));
    });
    this.#server.maxConnections = 16;
  }

  async listen(): Promise<void> {
    await this.#drain();
    setInterval(() => void this.#drain(), DRAIN_MS).unref();
    await new Promise<void>((resolve, reject) => {
      this.#server.once("error", reject);
      this.#server.listen(PORT.metrics, "0.0.0.0", resolve);
    });
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  async #answer(response: ServerResponse): Promise<void> {
    await this.#drain();
    const [connections, certificate, issuance] = await Promise.all([
      askNginx(STATUS_PATH.connections),
      askNginx(STATUS_PATH.certificate),
      askNginx(STATUS_PATH.issuance),
    ]);
    if (connections !== undefined) this.#metrics.takeConnections(connections);
    if (certificate !== undefined) {
      this.#metrics.takeCertificateExpiry(new Date(new X509Certificate(certificate).validTo));
    }
    const { registry } = this.#metrics;
    const up = `# HELP comfy_gateway_nginx_up 1 when nginx answers.\n# TYPE comfy_gateway_nginx_up gauge\ncomfy_gateway_nginx_up ${connections === undefined ? 0 : 1}\n`;
    response
      .writeHead(200, { "Content-Type": registry.contentType, Connection: "close" })
      .end((await registry.metrics()) + up + (issuance ?? ""));
  }

  #fail(error: unknown, response: ServerResponse): void {
    console.error("authorizer: metrics:", error);
    response.destroy();
  }

  /** One at a time. */
  #drain(): Promise<void> {
    this.#draining = this.#draining.then(async () => {
      try {
        await this.#tally.drain((line, times) => this.#metrics.count(parseTallyLine(line), times));
      } catch (error) {
        // Before nginx's first start there is none.
        if ((error as NodeJS.ErrnoException).code !== "ENOENT") console.error("authorizer: tally:", error);
      }
    });
    return this.#draining;
  }
}

/** What nginx's status socket answers; undefined where it does not, or has nothing. */
function askNginx(path: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const asked = request(
      { socketPath: STATUS_SOCKET, path, timeout: STATUS_TIMEOUT_MS, headers: { Host: "status" } },
      (answer) => {
        let text = "";
        answer.setEncoding("utf8");
        answer.on("data", (chunk: string) => {
          text += chunk;
        });
        answer.on("end", () => resolve(answer.statusCode === 200 ? text : undefined));
        answer.on("error", () => resolve(undefined));
      },
    );
    asked.on("timeout", () => asked.destroy());
    asked.on("error", () => resolve(undefined));
    asked.end();
  });
}
