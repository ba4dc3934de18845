import { chmodSync, existsSync, mkdirSync, readdirSync, rmdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { styleText } from "node:util";
import * as pulumi from "@pulumi/pulumi";
import Docker from "dockerode";
import { objectName } from "../../components/shared/engine";
import { removeClientFiles, writeClientFiles } from "./client-files";
import { ensureDockerEngine } from "./docker-engine";
import { checkPort, waitUntilReady } from "./endpoint";
import { Engine } from "./engine";
import { takeLock } from "./lock";
import { Progress, summary } from "./progress";
import { State } from "./state";
import { sweep } from "./sweep";
import { isRecord, type Properties } from "./values";

export interface RunOptions {
  project: string;
  stack: string;
  /** `.comfy`: the state, the outputs, the clients' files. */
  folder: string;
  signal: AbortSignal;
}

export interface StartOptions extends RunOptions {
  /** Full key to text, as `readConfig` gives it. */
  config: Record<string, string>;
  /** Checks the configuration; its SettingsError ends the run before anything is touched. Gives the port to publish. */
  validate?: () => { readonly port: number };
  /**
   * Judges what the program asks for; its UserError ends the run before anything is made.
   * @returns a line for the person at the terminal; undefined for none
   */
  judge?: () => Promise<string | undefined>;
  /** Loads the Pulumi program; its exports are the stack's outputs. */
  program: () => unknown;
}

/**
 * `npm start`: brings the stack up on this machine and says how to use it.
 * @throws UserError or SettingsError; by then nothing is under way and the state is true
 */
export async function start(options: StartOptions): Promise<void> {
  const { project, stack, folder, signal, config } = options;
  pulumi.runtime.setAllConfig(config);
  const port = options.validate?.().port;
  await locked(folder, async () => {
    const progress = new Progress();
    try {
      // Read first: nothing is installed for a state that cannot be used.
      const state = new State(folder, stack);
      const advice = await options.judge?.();
      if (advice !== undefined) progress.line(advice);
      await ensureDockerEngine({ onProgress: (line) => progress.line(line), signal });
      const docker = new Docker();
      if (port !== undefined) await checkPort(port, docker, stack);

      const engine = new Engine({ project, stack, state, docker, progress, signal });
      const outputs = await engine.up(options.program);
      writeClientFiles(folder, outputs);
      const client = firstClient(outputs);
      const pinned = config[`${project}:certificate`] !== "letsencrypt";
      // A public certificate may not be there for minutes; the program itself has asked ComfyUI by then.
      if (client && pinned) {
        const { endpoint, caCertificate } = outputs as Record<string, string>;
        const step = progress.step("waiting for ComfyUI behind the gateway");
        const probe = { endpoint: endpoint ?? "", caCertificate: caCertificate ?? "", apiKey: client.apiKey };
        await waitUntilReady(probe, docker, stack, signal).catch((error) => {
          step.end("it does not answer");
          throw error;
        });
        step.end("it answers");
      }
      progress.close();
      console.log(`\n${summary(engine.counts)}`);
      if (client) console.log(howTo(outputs, { client: client.name, folder, stack, pinned }));
    } finally {
      progress.close();
    }
  });
}

/**
 * `npm stop`: removes everything that the stack made on this machine, the files with its secrets included.
 * @param options.keepData leaves the volumes and what the state knows of them
 */
export async function stop(options: RunOptions & { keepData: boolean }): Promise<void> {
  const { project, stack, folder, signal, keepData } = options;
  await locked(folder, async () => {
    const progress = new Progress();
    try {
      const state = new State(folder, stack);
      const known = state.all().length > 0;
      try {
        await ensureDockerEngine({ setUp: false, signal });
      } catch (error) {
        // Without an engine and without a state there can be nothing of ours.
        if (known) throw error;
        console.log("Nothing to remove.");
        return removeFiles(folder, stack, state);
      }
      const docker = new Docker();
      const engine = new Engine({ project, stack, state, docker, progress, signal });
      await engine.down(keepData);
      const swept = await sweep(docker, stack, keepData);
      progress.close();
      removeFiles(folder, stack, state);
      const removed = engine.counts.deleted + swept;
      console.log(removed === 0 ? "Nothing to remove." : `Removed ${removed} resources.`);
      if (state.all().length > 0) {
        const names = state.all().map((entry) => entry.id);
        console.log(
          `Kept the data: ${names.join(", ")}. The next \`npm start\` uses it again; \`npm stop\` removes it.`,
        );
      }
    } finally {
      progress.close();
    }
  });
}

/** Runs with the lock on `.comfy` held, and leaves no empty folder behind. */
async function locked(folder: string, work: () => Promise<void>): Promise<void> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  chmodSync(folder, 0o700);
  const release = takeLock(folder);
  try {
    await work();
  } finally {
    release();
    removeIfEmpty(folder);
  }
}

function removeIfEmpty(folder: string): void {
  if (existsSync(folder) && readdirSync(folder).length === 0) rmdirSync(folder);
}

/** Removes the state unless it still knows something, the outputs, the clients' files and the stack's build contexts. */
function removeFiles(folder: string, stack: string, state: State): void {
  removeClientFiles(folder);
  const builds = join(folder, "build");
  rmSync(join(builds, stack), { recursive: true, force: true });
  removeIfEmpty(builds);
  if (state.all().length === 0) rmSync(state.path, { force: true });
  // Left by runs that were killed.
  for (const name of readdirSync(folder)) {
    if (/^(lock[-.]|.*\.tmp$)/.test(name)) rmSync(join(folder, name), { force: true });
  }
}

/** The client whose key we use and show: `me`, or else the first. */
function firstClient(outputs: Properties): { name: string; apiKey: string } | undefined {
  const clients = isRecord(outputs.clients) ? outputs.clients : {};
  const name = Object.hasOwn(clients, "me") ? "me" : Object.keys(clients)[0];
  const client = name === undefined ? undefined : clients[name];
  return name !== undefined && isRecord(client) && typeof client.apiKey === "string"
    ? { name, apiKey: client.apiKey }
    : undefined;
}

interface Shown {
  /** Name of the client whose key is used. */
  client: string;
  folder: string;
  stack: string;
  /** Whether the server's certificate is from the stack's own authority, which clients must be told to trust. */
  pinned: boolean;
}

function howTo(outputs: Properties, { client, folder, stack, pinned }: Shown): string {
  const endpoint = String(outputs.endpoint);
  const { hostname, port } = new URL(endpoint);
  const own = join(folder, "clients", client);
  // A name that is not this machine's in DNS (yet) would lead nowhere.
  const resolve = ["localhost", "127.0.0.1"].includes(hostname)
    ? ""
    : ` --resolve ${hostname}:${port || 443}:127.0.0.1`;
  const lines = [
    "",
    `ComfyUI is at   ${endpoint}   (only with a key)`,
    `Try it:         curl${pinned ? ` --cacert ${own}/ca.crt` : ""}${resolve} -H "X-API-Key: $(cat ${own}/api-key)" ${endpoint}/system_stats`,
    `The keys:       ${join(folder, "clients")}/<name>/api-key${pinned ? ", with ca.crt to trust" : ""}; everything in ${join(folder, "outputs.json")}`,
    "Stop it:        npm stop   (npm stop -- --keep-data keeps models and images)",
  ];
  if (!pinned)
    lines.push(
      "Certificate:    of an ACME authority; until the first is there (minutes), a placeholder that clients refuse:",
      `                docker logs ${objectName(stack, "certificate")}`,
    );
  const images = isRecord(outputs.images) ? outputs.images : {};
  if (images.comfyuiCommit === "stand-in") lines.push("", standInNotice());
  return lines.join("\n");
}

function standInNotice(): string {
  const text = [
    "THIS IS NOT COMFYUI: a stand-in with its API runs here. It makes no real images.",
    "The official source could not be reached, or the stand-in was asked for.",
    "For the real one: npm start -- --comfyui official   (or the path of a checkout)",
  ];
  const width = Math.max(...text.map((line) => line.length));
  const edge = "#".repeat(width + 6);
  const box = [edge, ...text.map((line) => `## ${line.padEnd(width)} ##`.slice(0, width + 6)), edge].join(
    "\n",
  );
  return process.stdout.isTTY ? styleText(["bold", "yellow"], box) : box;
}

/** The signals that end a run, as an AbortSignal; a second one, later than two seconds, ends it at once. */
export function abortOnSignals(): AbortSignal {
  const controller = new AbortController();
  let first = 0;
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(name, () => {
      if (first === 0) {
        first = Date.now();
        controller.abort();
      } else if (Date.now() - first > 2000) process.exit(130);
    });
  }
  return controller.signal;
}
