import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** Beyond what Docker gives its own networks, and not to be met on the way to anywhere. */
const SUBNET = "172.31.251.0/24";
const BRIDGE_ADDRESS = "172.31.251.1/24";
const START_TIMEOUT_MS = 60_000;

/**
 * A Docker Engine of the test's own, beside the machine's: it can be restarted and lose its power without harm to
 * anybody. Needs root, `dockerd`, `ip` and `iptables`.
 */
export class PrivateEngine {
  readonly #id = randomBytes(3).toString("hex");
  // Not on tmpfs, where overlay mounts cannot have their upper layer.
  readonly #folder = mkdtempSync("/var/tmp/comfy-fortress-engine-");
  readonly #bridge = `cf${this.#id}`;
  #daemon: ChildProcess | undefined;

  /** For DOCKER_HOST. */
  readonly host = `unix://${join(this.#folder, "docker.sock")}`;

  static isPossible(): boolean {
    return process.getuid?.() === 0 && spawnSync("dockerd", ["--version"]).status === 0;
  }

  /** Starts it; builds on it reach the network through the machine's address. */
  static async start(): Promise<PrivateEngine> {
    const engine = new PrivateEngine();
    // Never `--bridge none`: that removes the machine's own docker0.
    ip("link", "add", engine.#bridge, "type", "bridge");
    ip("address", "add", BRIDGE_ADDRESS, "dev", engine.#bridge);
    ip("link", "set", engine.#bridge, "up");
    for (const rule of RULES) execFileSync("iptables", ["--wait", "--insert", ...rule]);
    await engine.boot();
    return engine;
  }

  /** Ends it and everything that it runs, and removes its data. */
  async remove(): Promise<void> {
    await this.cutPower();
    spawnSync("ip", ["link", "delete", this.#bridge]);
    for (const rule of RULES) spawnSync("iptables", ["--wait", "--delete", ...rule]);
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** Runs the docker command line on it. */
  docker(...args: string[]): string {
    return execFileSync("docker", ["--host", this.host, ...args], { encoding: "utf8" }).trim();
  }

  /** As `systemctl restart docker` does it. */
  async restartDaemon(): Promise<void> {
    const ended = new Promise((resolve) => this.#daemon?.once("exit", resolve));
    this.#daemon?.kill("SIGTERM");
    await ended;
    await this.boot();
  }

  /** As when the machine loses its power: every process is gone at once, and what lay in memory. */
  async cutPower(): Promise<void> {
    const doomed = processes().filter(({ command }) => command.includes(this.#folder));
    const shims = new Set(doomed.map(({ pid }) => pid));
    const contained = processes().filter(({ parent }) => shims.has(parent));
    for (const { pid } of [...doomed, ...contained]) {
      try {
        process.kill(pid, "SIGKILL");
      } catch {
        // It went with its parent.
      }
    }
    await sleep(500);
    const mounts = readFileSync("/proc/mounts", "utf8")
      .split("\n")
      .map((line) => line.split(" ")[1] ?? "")
      .filter((target) => target.startsWith(this.#folder));
    for (const target of mounts.reverse()) spawnSync("umount", ["--lazy", target]);
    for (const entry of ["exec", "pid", "docker.sock"]) {
      rmSync(join(this.#folder, entry), { recursive: true, force: true });
    }
    for (const network of this.#networks()) spawnSync("ip", ["link", "delete", network]);
  }

  async boot(): Promise<void> {
    const log = openSync(join(this.#folder, "log"), "a");
    this.#daemon = spawn(
      "dockerd",
      [
        ...["--data-root", join(this.#folder, "data"), "--exec-root", join(this.#folder, "exec")],
        ...["--host", this.host, "--pidfile", join(this.#folder, "pid"), "--bridge", this.#bridge],
        // Where the machine has a containerd of its own, theirs and ours stay apart.
        ...["--containerd-namespace", `cf${this.#id}`, "--containerd-plugins-namespace", `cfp${this.#id}`],
        ...["--iptables=false", "--ip6tables=false", "--ip-forward=false", "--ip-masq=false"],
      ],
      { stdio: ["ignore", log, log] },
    );
    const deadline = Date.now() + START_TIMEOUT_MS;
    while (spawnSync("docker", ["--host", this.host, "info"]).status !== 0) {
      if (Date.now() > deadline) {
        throw new Error(
          `the private engine does not start:\n${readFileSync(join(this.#folder, "log"), "utf8")}`,
        );
      }
      await sleep(200);
    }
  }

  /** The bridges of the networks that were made on it; they outlive it. */
  #networks(): string[] {
    const store = join(this.#folder, "data", "network", "files", "local-kv.db");
    if (!existsSync(store)) return [];
    const known = readFileSync(store, "latin1");
    return readdirSync("/sys/class/net").filter((link) => link.startsWith("br-") && known.includes(link));
  }
}

const RULES = [
  ["FORWARD", "--source", SUBNET, "--jump", "ACCEPT"],
  ["FORWARD", "--destination", SUBNET, "--jump", "ACCEPT"],
  ["POSTROUTING", "--table", "nat", "--source", SUBNET, "!", "--destination", SUBNET, "--jump", "MASQUERADE"],
];

function ip(...args: string[]): void {
  execFileSync("ip", args);
}

function processes(): { pid: number; parent: number; command: string }[] {
  return execFileSync("ps", ["-eo", "pid=,ppid=,args="], { encoding: "utf8", maxBuffer: 64 * 1024 * 1024 })
    .trim()
    .split("\n")
    .map((line) => /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line))
    .flatMap((match) =>
      match ? [{ pid: Number(match[1]), parent: Number(match[2]), command: match[3] ?? "" }] : [],
    );
}
