import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import type { ClientCredentials } from "../../components/access";
import { baseImageFor } from "./base-image";
import { leftOf } from "./docker";
import { copyProject } from "./project-copy";

/** What a run of a command line gave. */
export interface Run {
  readonly code: number;
  /** Standard output and error, in order. */
  readonly output: string;
}

export interface Outputs {
  metrics: string;
  readonly endpoint: string;
  readonly caCertificate: string;
  readonly clients: Record<string, ClientCredentials>;
  readonly images: { gateway: string; comfyui: string; comfyuiCommit: string };
  readonly vm: unknown;
}

/** One way to bring the program up and down, in a copy of the project. */
export interface StackDriver {
  readonly name: string;
  readonly stack: string;
  readonly folder: string;
  /** Environment of its command line. */
  readonly env: NodeJS.ProcessEnv;
  /** Writes the stack's settings, and those of others where a key has a namespace. */
  configure(settings: Record<string, unknown>): void;
  up(): Promise<Run>;
  /** `up` that notices what somebody removed by hand. */
  heal(): Promise<Run>;
  /** `up` that fails if anything would change. */
  upUnchanged(): Promise<Run>;
  outputs(): Outputs;
  destroy(): Promise<Run>;
  cleanUp(): void;
}

/** Brings a stack up for the first time, with these settings and the base image that the machine has. Throws with its output. */
export async function bringUp(driver: StackDriver, settings: Record<string, unknown>): Promise<Outputs> {
  driver.configure(settings);
  baseImageFor(driver.stack);
  const { code, output } = await driver.up();
  if (code !== 0) {
    throw new Error(output);
  }
  return driver.outputs();
}

/** Destroys a stack and its copy of the project. Throws where something of it is left on the engine. */
export async function bringDown(driver: StackDriver): Promise<void> {
  const { output } = await driver.destroy();
  const left = Object.entries(leftOf(driver.stack)).filter(([, ids]) => ids.length > 0);
  driver.cleanUp();
  if (left.length > 0) {
    throw new Error(
      `the stack ${driver.stack} has left ${JSON.stringify(left)}; the end of it said:\n${output}`,
    );
  }
}

/** @param input what it reads from standard input */
export function run(
  command: string,
  args: string[],
  cwd: string,
  env: NodeJS.ProcessEnv,
  input = "",
): Promise<Run> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env, stdio: ["pipe", "pipe", "pipe"] });
    // Who ends without reading it all is no error.
    child.stdin.on("error", () => {});
    child.stdin.end(input);
    let output = "";
    child.stdout.on("data", (chunk) => {
      output += chunk;
    });
    child.stderr.on("data", (chunk) => {
      output += chunk;
    });
    child.on("error", reject);
    child.on("close", (code) => resolve({ code: code ?? 1, output }));
  });
}

/** `npm start` and `npm stop`. */
export function embeddedDriver(stack: string): StackDriver {
  const { folder, remove } = copyProject();
  const env = { ...process.env, COMFY_FORTRESS_STACK: stack };
  const npm = (...args: string[]) => run("npm", args, folder, env);
  return {
    name: "npm start",
    stack,
    folder,
    env,
    configure: (settings) => writeSettings(folder, stack, settings),
    up: () => npm("start"),
    heal: () => npm("start"),
    async upUnchanged() {
      const { code, output } = await npm("start");
      return { code: code === 0 && !/nothing changed/i.test(output) ? 1 : code, output };
    },
    outputs: () => JSON.parse(readFileSync(join(folder, ".comfy", "outputs.json"), "utf8")),
    destroy: () => npm("stop"),
    cleanUp: remove,
  };
}

/** The Pulumi CLI with a file backend. */
export function cliDriver(stack: string): StackDriver {
  const { folder, remove } = copyProject();
  const backend = mkdtempSync(join(tmpdir(), "comfy-fortress-backend-"));
  const env = { ...process.env, PULUMI_BACKEND_URL: `file://${backend}`, PULUMI_CONFIG_PASSPHRASE: "test" };
  const pulumi = (...args: string[]) =>
    run("pulumi", [...args, "--stack", stack, "--non-interactive"], folder, env);
  const up = (...more: string[]) => pulumi("up", "--yes", ...more);
  let initialised = false;
  return {
    name: "pulumi up",
    stack,
    folder,
    env,
    configure(settings) {
      if (!initialised) {
        spawnSync("pulumi", ["stack", "init", stack, "--non-interactive"], { cwd: folder, env });
        initialised = true;
      }
      const salt = readFileSync(join(folder, `Pulumi.${stack}.yaml`), "utf8").match(
        /^encryptionsalt: .*$/m,
      )?.[0];
      writeSettings(folder, stack, settings, `${salt}\n`);
    },
    up: () => up(),
    heal: () => up("--refresh"),
    upUnchanged: () => up("--refresh", "--expect-no-changes"),
    outputs() {
      const shown = spawnSync("pulumi", ["stack", "output", "--json", "--show-secrets", "--stack", stack], {
        cwd: folder,
        env,
        encoding: "utf8",
      });
      return JSON.parse(shown.stdout);
    },
    destroy: () => pulumi("destroy", "--yes"),
    cleanUp() {
      remove();
      rmSync(backend, { recursive: true, force: true });
    },
  };
}

/** Whether the Pulumi CLI is on PATH. */
export function hasPulumi(): boolean {
  return spawnSync("pulumi", ["version"], { stdio: "ignore" }).status === 0;
}

/** Whether the Pulumi CLI has the providers that put containers on a machine; they come from a host of their own. */
export function hasProviders(): boolean {
  return (
    hasPulumi() &&
    ["command", "docker"].every(
      (name) =>
        spawnSync(`pulumi-resource-${name}`, ["-help"], { stdio: "ignore" }).error === undefined ||
        spawnSync("pulumi", ["plugin", "install", "resource", name], { stdio: "ignore", timeout: 120_000 })
          .status === 0,
    )
  );
}

function writeSettings(folder: string, stack: string, settings: Record<string, unknown>, head = ""): void {
  const config = Object.fromEntries(
    Object.entries(settings).map(([key, value]) => [
      key.includes(":") ? key : `comfy-fortress:${key}`,
      value,
    ]),
  );
  writeFileSync(join(folder, `Pulumi.${stack}.yaml`), `${head}${stringify({ config })}`);
}
