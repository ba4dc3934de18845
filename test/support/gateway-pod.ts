import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import type { AuthorizerClient, AuthorizerSettings } from "../../components/gateway/authorizer/render";
import { renderAuthorizerConfig } from "../../components/gateway/authorizer/render";
import { publicOrigins } from "../../components/gateway/handover";
import { type NginxBundleSettings, renderNginxBundle } from "../../components/gateway/nginx/render";
import { TALLY_FOLDER, TALLY_VOLUME } from "../../components/gateway/tally";
import { bundle } from "../../components/shared/bundle";
import { docker } from "./docker";
import { gatewayImages, TEST_STACK } from "./gateway-images";
import { HARDENED } from "./hardened";
import { type CertificateKind, testCertificate } from "./test-certificate";

/** A request that reached the upstream; see recording-upstream.ts. */
export interface Hit {
  method: string;
  target: string;
  headers: Record<string, string | string[] | undefined>;
  /** Base64. */
  body: string;
  bodySha256: string;
  bodyLength: number;
}

export interface Applied {
  status: number;
  output: string;
}

const HOST_NAMES = ["localhost", "127.0.0.1", "[::1]", "comfy.example.com"];

/** For clients of tests that are not about limits. */
export const UNLIMITED = { rate: "100000r/s", burst: 1000 };

/** A new API key, as the product makes them. */
export function newKey(): string {
  return `cf_${randomBytes(32).toString("hex")}`;
}

export function digest(key: string): string {
  return createHash("sha256").update(key).digest("hex");
}

/** The built gateway in a pod of its own, in front of an upstream that records. */
export class GatewayPod {
  readonly keys = { worker: newKey(), user: newKey(), admin: newKey() };
  readonly #name = `comfy-${TEST_STACK}-${randomBytes(4).toString("hex")}`;
  readonly #folder = mkdtempSync(join(tmpdir(), "gateway-pod-"));
  readonly #audit: string[] = [];
  #follower: ChildProcess | undefined;
  #controlPort = 0;
  #metricsPort = 0;
  #certificate = { certificate: "", key: "" };
  #trusted = "";
  /** Where the gateway listens on 127.0.0.1. */
  port = 0;

  /** PEM of every certificate that the server has had, to trust. */
  get ca(): string {
    return this.#trusted;
  }

  /** PEM of the server's certificate. */
  get certificate(): string {
    return this.#certificate.certificate;
  }

  /** PEM of the private key of the server's certificate. */
  get certificateKey(): string {
    return this.#certificate.key;
  }

  get origin(): string {
    return `https://localhost:${this.port}`;
  }

  /**
   * Starts everything and applies the configuration with one client of each role, named after it.
   *
   * @param network Docker's default unless given
   * @param upstream the program that stands where ComfyUI stands; the recording one unless given
   */
  static async start(
    network = "bridge",
    upstream = "test/support/recording-upstream.ts",
  ): Promise<GatewayPod> {
    const pod = new GatewayPod();
    try {
      await pod.#start(network, upstream);
      return pod;
    } catch (error) {
      pod.stop();
      throw error;
    }
  }

  async #start(network: string, upstream: string): Promise<void> {
    const images = gatewayImages();
    await this.makeCertificate();
    writeFileSync(join(this.#folder, "upstream.js"), bundle(upstream));
    const label = ["--label", `comfy-fortress.stack=${TEST_STACK}`];
    const name = (part: string) => ["--name", `${this.#name}-${part}`, ...label];
    const inside = ["--network", `container:${this.#name}-pod`];

    docker(
      ...[
        "run",
        "--detach",
        "--init",
        ...name("pod"),
        ...["--network", network],
        "--publish",
        "127.0.0.1::8443",
        "--publish",
        "127.0.0.1::8199",
        "--publish",
        "127.0.0.1::9145",
      ],
      ...[images.base, "sleep", "infinity"],
    );
    docker(
      ...["run", "--detach", "--init", ...name("upstream"), ...inside],
      ...[
        "--volume",
        `${this.#folder}/upstream.js:/upstream.js:ro`,
        "--entrypoint",
        "node",
        images.authorizer,
        "/upstream.js",
      ],
    );
    const options = Object.entries(TALLY_VOLUME).flatMap(([name, value]) => ["--opt", `${name}=${value}`]);
    docker("volume", "create", ...label, ...options, `${this.#name}-tally`);
    for (const [part, folder] of [
      ["nginx", "/etc/comfy-gateway"],
      ["authorizer", "/etc/comfy-authorizer"],
    ] as const) {
      docker("volume", "create", ...label, `${this.#name}-${part}`);
      docker(
        ...["run", "--detach", ...name(part), ...inside, ...HARDENED],
        ...["--volume", `${this.#name}-tally:${TALLY_FOLDER}`],
        ...["--volume", `${this.#name}-${part}:${folder}`, images[part]],
      );
    }
    this.#readPorts();
    this.#followAudit();
    this.#expectApplied(this.applyAuthorizer(this.clients()));
    this.#expectApplied(this.applyNginx());
    await eventually(async () => (await this.hits()) !== undefined, "the upstream answers");
  }

  /** Makes a new server certificate, for the next `applyNginx`. */
  async makeCertificate(kind?: CertificateKind): Promise<void> {
    this.#certificate = await testCertificate(HOST_NAMES, kind);
    this.#trusted += `${this.#certificate.certificate}\n`;
  }

  #expectApplied({ status, output }: Applied): void {
    if (status !== 0) throw new Error(`the configuration was refused: ${output}`);
  }

  #readPorts(): void {
    const published = (port: number) =>
      Number(docker("port", `${this.#name}-pod`, String(port)).split(":").pop());
    this.port = published(8443);
    this.#controlPort = published(8199);
    this.#metricsPort = published(9145);
  }

  #followAudit(): void {
    this.#follower = spawn("docker", ["logs", "--follow", this.container("nginx")], {
      stdio: ["ignore", "pipe", "ignore"],
    });
    const { stdout } = this.#follower;
    if (stdout) createInterface({ input: stdout }).on("line", (line) => this.#audit.push(line));
  }

  container(part: "pod" | "nginx" | "authorizer" | "upstream"): string {
    return `${this.#name}-${part}`;
  }

  /** One client of each role with the keys given. */
  clients(keys: Partial<Record<"worker" | "user" | "admin", string>> = this.keys): AuthorizerClient[] {
    return (["worker", "user", "admin"] as const).map((role) => ({
      name: role,
      role,
      apiKeyDigests: keys[role] === undefined ? [] : [digest(keys[role])],
      ...UNLIMITED,
    }));
  }

  applyAuthorizer(
    clients: readonly AuthorizerClient[],
    settings: Partial<Omit<AuthorizerSettings, "clients">> = {},
  ): Applied {
    const origins = publicOrigins(HOST_NAMES, this.port);
    return this.applyAuthorizerText(
      renderAuthorizerConfig({
        clients,
        origins,
        deniedNodes: [],
        failedAuthenticationsPerMinute: 100_000,
        ...settings,
      }),
    );
  }

  applyAuthorizerText(text: string): Applied {
    return this.#exec(["authorizer", "node", "/opt/authorizer/authorizer.js", "apply"], text);
  }

  nginxBundle(settings: Partial<NginxBundleSettings> = {}): string {
    return renderNginxBundle({
      hostNames: HOST_NAMES,
      publicPort: this.port,
      serverCertificate: this.#certificate.certificate,
      serverKey: this.#certificate.key,
      ...settings,
    });
  }

  applyNginx(text = this.nginxBundle()): Applied {
    return this.#exec(["nginx", "apply-config"], text);
  }

  #exec([part, ...command]: [part: "nginx" | "authorizer", ...command: string[]], input: string): Applied {
    const result = spawnSync("docker", ["exec", "--interactive", this.container(part), ...command], {
      input,
      encoding: "utf8",
    });
    return { status: result.status ?? 1, output: result.stdout + result.stderr };
  }

  /** What reached the upstream since the last `forget`. */
  async hits(): Promise<Hit[]> {
    return (await this.#control("GET")).hits;
  }

  async openSockets(): Promise<number> {
    return (await this.#control("GET")).openSockets;
  }

  async forget(): Promise<void> {
    await this.#control("DELETE");
  }

  async #control(method: string): Promise<{ hits: Hit[]; openSockets: number }> {
    const answer = await fetch(`http://127.0.0.1:${this.#controlPort}/`, { method });
    return (await answer.json()) as { hits: Hit[]; openSockets: number };
  }

  /** The metrics of nginx and the authorizer: value by series, as `name{label="value"}`. */
  async metrics(): Promise<Map<string, number>> {
    const answer = await fetch(`http://127.0.0.1:${this.#metricsPort}/metrics`);
    const samples = (await answer.text()).split("\n").filter((line) => line !== "" && !line.startsWith("#"));
    return new Map(
      samples.map((line) => {
        const space = line.lastIndexOf(" ");
        return [line.slice(0, space), Number(line.slice(space + 1))];
      }),
    );
  }

  /** Number of audit lines so far; hand it to `auditSince`. */
  auditMark(): number {
    return this.#audit.length;
  }

  /** Audit lines after the mark, as soon as one of them has this status. */
  async auditSince(mark: number, status: number): Promise<string[]> {
    const lines = () => this.#audit.slice(mark);
    await eventually(
      async () => lines().some((line) => JSON.parse(line).status === status),
      `there is an audit line with status ${status}`,
      5000,
    );
    return lines();
  }

  /** After a container of the pod was restarted. */
  async restarted(): Promise<void> {
    this.#follower?.kill();
    this.#audit.length = 0;
    this.#followAudit();
    await sleep(300);
  }

  stop(): void {
    this.#follower?.kill();
    rmSync(this.#folder, { recursive: true, force: true });
    const parts = ["nginx", "authorizer", "upstream", "pod"] as const;
    spawnSync("docker", ["rm", "--force", "--volumes", ...parts.map((part) => this.container(part))]);
    spawnSync("docker", [
      "volume",
      "rm",
      "--force",
      `${this.#name}-nginx`,
      `${this.#name}-authorizer`,
      `${this.#name}-tally`,
    ]);
  }
}

/** Waits until the condition holds; errors in it count as "not yet". */
export async function eventually(
  condition: () => Promise<boolean>,
  what: string,
  timeoutMs = 15_000,
): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  let last: unknown;
  while (Date.now() < deadline) {
    try {
      if (await condition()) return;
    } catch (error) {
      last = error;
    }
    await sleep(25);
  }
  throw new Error(`waited ${timeoutMs} ms in vain until ${what}${last ? `: ${last}` : ""}`);
}
