import { spawn } from "node:child_process";
import { existsSync, openSync, readFileSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import type Docker from "dockerode";
import { Interrupted, lastLines, UserError } from "./errors";
import { runProcess } from "./run-process";

const DEFAULT_HOST = "unix:///var/run/docker.sock";
const DOCKERD_LOG = "/var/log/comfy-fortress-dockerd.log";
/** How long a Docker Engine that we start may take, in seconds. */
const START_TIMEOUT_S = 60;
/** How long an address may take to answer, in milliseconds. */
const ANSWER_TIMEOUT_MS = 10_000;

export interface DockerEngineOptions {
  /** Told in one line what is being done, when anything is. */
  onProgress?: (line: string) => void;
  signal?: AbortSignal;
  /** Whether a missing engine is installed and a stopped one started. Defaults to true. */
  setUp?: boolean;
}

/**
 * Finds a Docker Engine that answers, and where there is none installs (Debian and Ubuntu, as root) and starts one. Sets
 * DOCKER_HOST to what was found, so that the program, its commands and we all use the same.
 * @returns the engine's address
 * @throws UserError saying exactly what to install or start
 */
export async function ensureDockerEngine(options: DockerEngineOptions = {}): Promise<string> {
  const { onProgress = () => {}, signal } = options;
  const facts = await look(signal);
  const step = planEngine(facts);
  if (step.kind === "use") return use(step.host);
  if (step.kind === "refuse" || options.setUp === false) {
    throw new UserError(
      step.kind === "refuse"
        ? step.message
        : "The Docker Engine does not answer. Start it, then run this again.",
    );
  }
  if (step.kind === "install") {
    onProgress("installing Docker from the distribution (apt-get)");
    await install(signal);
  }
  const working = facts.hosts.find((candidate) => candidate.problem === "");
  if (working) return use(working.host);
  if ((await answers(DEFAULT_HOST)) !== "") {
    onProgress("starting the Docker Engine");
    await startEngine(facts.systemd, signal);
  }
  return use(DEFAULT_HOST);
}

function use(host: string): string {
  process.env.DOCKER_HOST = host;
  // Some tools let it win over DOCKER_HOST.
  delete process.env.DOCKER_CONTEXT;
  return host;
}

/** What is known about this machine. */
export interface EngineFacts {
  /** Addresses worth a try in order, each with how the engine there answered ("" when it did). */
  hosts: { host: string; problem: string }[];
  /** DOCKER_HOST was set by the user: nothing else is tried. */
  chosen: boolean;
  hasClient: boolean;
  hasDaemon: boolean;
  isRoot: boolean;
  hasApt: boolean;
  systemd: boolean;
}

export type EngineStep =
  | { kind: "use"; host: string }
  | { kind: "start" }
  | { kind: "install" }
  | { kind: "refuse"; message: string };

/** Decides what to do about the Docker Engine. */
export function planEngine(facts: EngineFacts): EngineStep {
  const working = facts.hosts.find((candidate) => candidate.problem === "");
  if (working && facts.hasClient) return { kind: "use", host: working.host };
  const first = facts.hosts[0];
  if (facts.chosen && first && !working) {
    return refuse(
      `DOCKER_HOST is ${first.host}, and no Docker Engine answers there: ${first.problem}. Correct it or unset it.`,
    );
  }
  const denied = facts.hosts.find((candidate) => /permission denied/i.test(candidate.problem));
  if (denied && !working) {
    return refuse(
      `You may not use the Docker Engine at ${denied.host}. Run this as root, or let yourself in with \`sudo usermod -aG docker $USER\` and log in again.`,
    );
  }
  const complete = facts.hasClient && facts.hasDaemon;
  if (facts.isRoot && complete) return { kind: "start" };
  if (facts.isRoot && facts.hasApt) return { kind: "install" };
  if (complete) return refuse("The Docker Engine does not run. Start it: sudo systemctl start docker");
  return refuse(
    facts.hasApt
      ? "There is no Docker here. Install it: sudo apt-get install docker.io docker-cli iptables (without docker-cli where apt does not know it), or run this as root."
      : "There is no Docker here. Install the Docker Engine and its command line (https://docs.docker.com/engine/install/), start it, then run this again.",
  );
}

function refuse(message: string): EngineStep {
  return { kind: "refuse", message };
}

async function look(signal?: AbortSignal): Promise<EngineFacts> {
  const hasClient = await succeeds("docker", ["--version"], signal);
  const chosen = process.env.DOCKER_HOST;
  const addresses = chosen ? [chosen] : await candidates(hasClient, signal);
  const hosts: EngineFacts["hosts"] = [];
  for (const host of addresses) {
    const problem = await answers(host);
    hosts.push({ host, problem });
    if (problem === "") break;
  }
  return {
    hosts,
    chosen: Boolean(chosen),
    hasClient,
    hasDaemon: await succeeds("dockerd", ["--version"], signal),
    isRoot: process.getuid?.() === 0,
    hasApt: process.platform === "linux" && (await succeeds("apt-get", ["--version"], signal)),
    systemd: existsSync("/run/systemd/system"),
  };
}

async function candidates(hasClient: boolean, signal?: AbortSignal): Promise<string[]> {
  const hosts: string[] = [];
  if (hasClient) {
    const context = await runProcess(
      "docker",
      ["context", "inspect", "--format", "{{.Endpoints.docker.Host}}"],
      { signal },
    );
    if (context.code === 0) hosts.push(context.stdout.trim());
  }
  const runtime = process.env.XDG_RUNTIME_DIR;
  hosts.push(
    DEFAULT_HOST,
    ...(runtime ? [`unix://${runtime}/docker.sock`] : []),
    `unix://${homedir()}/.docker/run/docker.sock`,
  );
  return [...new Set(hosts.filter((host) => host !== ""))].filter(
    (host) =>
      host === DEFAULT_HOST || !host.startsWith("unix://") || existsSync(host.slice("unix://".length)),
  );
}

/** "" when a Docker Engine answers at this address, otherwise what went wrong. */
async function answers(host: string): Promise<string> {
  try {
    await (await dockerAt(host)).ping();
    return "";
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return code === "EACCES" ? "permission denied" : message || String(error);
  }
}

/** dockerode takes its address from DOCKER_HOST only, with all the forms that the docker command knows. */
async function dockerAt(host: string): Promise<Docker> {
  const { default: Docker } = await import("dockerode");
  const asked = process.env.DOCKER_HOST;
  process.env.DOCKER_HOST = host;
  try {
    return new Docker({ timeout: ANSWER_TIMEOUT_MS });
  } finally {
    if (asked === undefined) delete process.env.DOCKER_HOST;
    else process.env.DOCKER_HOST = asked;
  }
}

async function install(signal?: AbortSignal): Promise<void> {
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  await must("apt-get", ["update", "-qq"], { env, signal });
  // Newer releases split the command line off docker.io.
  const separate = await succeeds("apt-cache", ["show", "docker-cli"], signal);
  const packages = ["docker.io", "iptables", ...(separate ? ["docker-cli"] : [])];
  // With AppArmor in the kernel no container starts without its parser.
  if (existsSync("/sys/kernel/security/apparmor")) packages.push("apparmor");
  await must("apt-get", ["install", "-y", "-qq", "--no-install-recommends", ...packages], { env, signal });
}

async function startEngine(systemd: boolean, signal?: AbortSignal): Promise<void> {
  let ended = false;
  if (systemd) await must("systemctl", ["start", "docker"], { signal });
  else {
    removeStalePidFile("/var/run/docker.pid");
    const log = openSync(DOCKERD_LOG, "w");
    const daemon = spawn("dockerd", [], { detached: true, stdio: ["ignore", log, log] });
    for (const event of ["error", "exit"]) {
      daemon.on(event, () => {
        ended = true;
      });
    }
    daemon.unref();
  }
  let problem = "";
  for (let second = 0; second < START_TIMEOUT_S && !ended; second++) {
    if (signal?.aborted) throw new Interrupted();
    problem = await answers(DEFAULT_HOST);
    if (problem === "") return;
    await sleep(1000);
  }
  const log = !systemd && existsSync(DOCKERD_LOG) ? `\n${lastLines(readFileSync(DOCKERD_LOG, "utf8"))}` : "";
  throw new UserError(
    `The Docker Engine did not start ${ended ? "" : `within ${START_TIMEOUT_S} s `}(${problem}).${log}`,
  );
}

/** A pid file of a dockerd that died with the machine would keep a new one from starting. */
function removeStalePidFile(path: string): void {
  if (!existsSync(path)) return;
  const pid = readFileSync(path, "utf8").trim();
  const isDockerd =
    existsSync(`/proc/${pid}/comm`) && readFileSync(`/proc/${pid}/comm`, "utf8").trim() === "dockerd";
  if (!isDockerd) rmSync(path, { force: true });
}

async function succeeds(program: string, args: string[], signal?: AbortSignal): Promise<boolean> {
  try {
    return (await runProcess(program, args, { signal })).code === 0;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return false;
    throw error;
  }
}

async function must(
  program: string,
  args: string[],
  options: { env?: NodeJS.ProcessEnv; signal?: AbortSignal },
): Promise<void> {
  const result = await runProcess(program, args, options);
  if (result.code !== 0)
    throw new UserError(`${program} ${args.join(" ")} failed:\n${lastLines(result.output)}`);
}
