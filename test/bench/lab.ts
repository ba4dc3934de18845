import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import Docker from "dockerode";
import type { AuthorizerSettings } from "../../components/gateway/authorizer/render";
import { renderAuthorizerConfig } from "../../components/gateway/authorizer/render";
import { renderNginxBundle } from "../../components/gateway/nginx/render";
import { PORT } from "../../components/shared/pod-layout";
import { Interrupted } from "../../infra/embedded/errors";
import { type RunOptions, type RunResult, runProcess } from "../../infra/embedded/run-process";
import { docker } from "../support/docker";
import { gatewayImages } from "../support/gateway-images";
import { HARDENED } from "../support/hardened";
import { testCertificate } from "../support/test-certificate";
import { LAB_FOLDER, NO_MEMORY, ONE_WORKER, patched, STATIC_UPSTREAM } from "./configs";
import { type Measurement, parseResult } from "./wrk";

/** Everything the benchmark makes in Docker carries this stack's label. */
export const BENCH_STACK = "bench";
const LABEL = ["--label", `comfy-fortress.stack=${BENCH_STACK}`];
/** As the product's containers have it. */
const LOGGING = ["--log-driver", "json-file", "--log-opt", "max-size=10m", "--log-opt", "max-file=5"];

/** What differs between labs. */
export interface LabSettings {
  readonly authorizer: Pick<AuthorizerSettings, "clients" | "jwt">;
  /** Whether nginx remembers verdicts. Defaults to true, as the product does. */
  readonly remembers?: boolean;
  /** Image of the upstream, which listens on 127.0.0.1:8188. Defaults to an nginx that answers everything at once. */
  readonly upstreamImage?: string;
}

/** A run of wrk. */
export interface Load {
  /** Names the contender's containers, whose CPU time counts. */
  readonly containers: readonly string[];
  /** Base URL, from inside the lab. */
  readonly url: string;
  readonly target: string;
  /** Header lines; each request takes the next. */
  readonly credentials: readonly string[];
  /** For a POST; `SEED` in it is another number in every request. */
  readonly body?: string;
}

/**
 * The built gateway, an upstream and a load generator in one network namespace, each in a container of its own; other
 * contenders can be added. Nothing is published: the load comes from within.
 */
export class Lab {
  readonly #name = `comfy-${BENCH_STACK}-${randomBytes(4).toString("hex")}`;
  readonly #folder = mkdtempSync(join(tmpdir(), "comfy-bench-"));
  readonly #containers: string[] = [];
  readonly #docker = new Docker();
  #loads = 0;

  private constructor(private readonly signal: AbortSignal) {}

  /** Starts the gateway of these settings. */
  static async start(settings: LabSettings, signal: AbortSignal): Promise<Lab> {
    const lab = new Lab(signal);
    try {
      await lab.#start(settings);
      return lab;
    } catch (error) {
      lab.stop();
      throw error;
    }
  }

  async #start({ authorizer, remembers = true, upstreamImage }: LabSettings): Promise<void> {
    const { certificate, key } = await testCertificate(["localhost"]);
    this.write("server.crt", certificate);
    this.write("server.key", key);
    this.write("server.pem", `${certificate}\n${key}`);
    this.write("upstream.conf", STATIC_UPSTREAM);
    for (const tool of ["ask.js", "load.lua"])
      copyFileSync(`test/bench/tools/${tool}`, join(this.#folder, tool));
    const images = gatewayImages();
    this.#run("tools", ["--init", "--network", "none"], [toolsImage(), "sleep", "infinity"]);
    if (upstreamImage === undefined) this.add("upstream", ["nginx", "-c", `${LAB_FOLDER}/upstream.conf`]);
    else this.#run("upstream", [...this.#inside(), ...UPSTREAM_TMPFS], [upstreamImage]);
    for (const [part, folder] of [
      ["nginx", "/etc/comfy-gateway"],
      ["authorizer", "/etc/comfy-authorizer"],
    ] as const) {
      // An anonymous volume takes the folder's owner from the image and goes with the container.
      this.#run(part, [...this.#inside(), ...HARDENED, "--volume", folder], [images[part]]);
    }
    await this.#apply(
      ["authorizer", "node", "/opt/authorizer/authorizer.js", "apply"],
      renderAuthorizerConfig({ origins: [ORIGIN], deniedNodes: [], ...authorizer }),
    );
    const bundle = renderNginxBundle({
      hostNames: ["localhost"],
      publicPort: PORT.gateway,
      serverCertificate: certificate,
      serverKey: key,
    });
    await this.#apply(
      ["nginx", "apply-config"],
      patched(bundle, remembers ? [ONE_WORKER] : [ONE_WORKER, NO_MEMORY]),
    );
  }

  /** Puts a file into the lab's folder, which every container of the lab sees as `LAB_FOLDER`. */
  write(name: string, content: string): void {
    writeFileSync(join(this.#folder, name), content, { mode: 0o644 });
  }

  /** Starts another program of the tools' image in the lab. */
  add(part: string, command: readonly string[], options: readonly string[] = []): void {
    this.#run(part, [...this.#inside(), "--init", ...options], [toolsImage(), ...command]);
  }

  #inside(): string[] {
    return ["--network", `container:${this.#name}-tools`];
  }

  #run(part: string, options: readonly string[], command: readonly string[]): void {
    if (this.signal.aborted) throw new Interrupted();
    const name = `${this.#name}-${part}`;
    this.#containers.push(name);
    const shared = ["--name", name, ...LABEL, ...LOGGING, "--volume", `${this.#folder}:${LAB_FOLDER}:ro`];
    docker("run", "--detach", ...shared, ...options, ...command);
  }

  async #apply([part, ...command]: [part: string, ...command: string[]], stdin: string): Promise<void> {
    const { code, output } = await this.exec(part, command, { stdin });
    if (code !== 0) throw new Error(`the configuration was refused: ${output}`);
  }

  /** Runs a command in one of the lab's containers. */
  exec(part: string, command: readonly string[], options: RunOptions = {}): Promise<RunResult> {
    const flags = options.stdin === undefined ? [] : ["--interactive"];
    return runProcess("docker", ["exec", ...flags, `${this.#name}-${part}`, ...command], options);
  }

  /** Waits until the upstream answers, as the authorizer sees it. */
  async upstreamAnswers(signal: AbortSignal): Promise<void> {
    const probe = ["node", "/opt/authorizer/authorizer.js", "probe"];
    const { code, output } = await this.exec("authorizer", probe, { signal });
    if (code !== 0) throw new Error(output);
  }

  /** Lets wrk loose for some seconds, and measures. Every answer must be a good one. */
  async load(
    load: Load,
    seconds: number,
    signal: AbortSignal,
  ): Promise<Measurement & { cpuMicroseconds: number }> {
    const prefix = `load-${this.#loads++}`;
    this.write(`${prefix}.credentials`, `${load.credentials.join("\n")}\n`);
    if (load.body !== undefined) this.write(`${prefix}.body`, load.body);
    const files = [`${prefix}.credentials`, ...(load.body === undefined ? [] : [`${prefix}.body`])];
    const before = await this.#cpuMicroseconds(load.containers);
    const { output } = await this.exec(
      "tools",
      [
        ...["wrk", "--threads", "1", "--connections", String(CONNECTIONS), "--duration", `${seconds}s`],
        ...["--timeout", "10s", "--script", `${LAB_FOLDER}/load.lua`, load.url, "--", load.target],
        ...files.map((file) => `${LAB_FOLDER}/${file}`),
      ],
      { signal },
    );
    const measured = parseResult(output);
    const after = await this.#cpuMicroseconds(load.containers);
    if (measured.refused > 0 || measured.failed > 0) {
      throw new Error(
        `${load.url}${load.target}: of ${measured.requests} answers ${measured.refused} were refusals, and ${measured.failed} requests failed`,
      );
    }
    return { ...measured, cpuMicroseconds: (after - before) / measured.requests };
  }

  /** Lets the contender work until it listens, its code is compiled and its caches are filled. */
  async warmUp(load: Load, signal: AbortSignal): Promise<void> {
    // One request first: a proxy that hashes a password at each would be busy with 32 of them for half a minute.
    const ask = ["node", `${LAB_FOLDER}/ask.js`, `${load.url}${load.target}`, load.credentials[0] ?? ""];
    for (let attempt = 1; ; attempt++) {
      const { code, output } = await this.exec("tools", ask, { signal });
      if (code === 0) break;
      if (attempt === WARM_UP_ATTEMPTS) throw new Error(`${load.url} does not answer: ${output}`);
      await sleep(500);
    }
    await this.load(load, 1, signal);
  }

  async #cpuMicroseconds(parts: readonly string[]): Promise<number> {
    const used = await Promise.all(
      parts.map(async (part) => {
        const container = this.#docker.getContainer(`${this.#name}-${part}`);
        const { cpu_stats } = await container.stats({ stream: false, "one-shot": true });
        return cpu_stats.cpu_usage.total_usage / 1000;
      }),
    );
    return used.reduce((sum, microseconds) => sum + microseconds, 0);
  }

  /** Resident memory of the gateway's own processes, nginx and authorizer, in bytes. */
  async memoryBytes(): Promise<number> {
    const script = "for p in /proc/[0-9]*; do grep -hE '^(Name|VmRSS)' $p/status; done";
    let kibibytes = 0;
    for (const part of ["nginx", "authorizer"]) {
      const { stdout } = await this.exec(part, ["sh", "-c", script]);
      for (const [, size] of stdout.matchAll(/^Name:\s+(?:nginx|node)\nVmRSS:\s+(\d+) kB$/gm)) {
        kibibytes += Number(size);
      }
    }
    return kibibytes * 1024;
  }

  stop(): void {
    spawnSync("docker", ["rm", "--force", "--volumes", ...this.#containers.reverse()], { stdio: "ignore" });
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

const ORIGIN = `https://localhost:${PORT.gateway}`;
export const GATEWAY = { url: ORIGIN, containers: ["nginx", "authorizer"] } as const;

/** Containers that were just started may not listen yet. */
const WARM_UP_ATTEMPTS = 10;

/** Keep-alive connections of a run. */
export const CONNECTIONS = 32;

const UPSTREAM_TMPFS = ["--tmpfs", "/tmp", "--tmpfs", "/data/temp:uid=10002,gid=10002"];

/** Made once; what Docker has kept of the last time is found again. */
function toolsImage(): string {
  const tag = `comfy-${BENCH_STACK}-tools:trixie`;
  if (docker("image", "ls", "--quiet", tag) === "") {
    const args = ["--build-arg", `BASE_IMAGE=${gatewayImages().base}`, "--build-arg", `STACK=${BENCH_STACK}`];
    docker("build", "--quiet", ...args, "--tag", tag, "test/bench/tools");
  }
  return tag;
}
