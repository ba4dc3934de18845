/**
 * The watcher beside a running stack: that it tells what happens in ComfyUI's container within seconds, tells nothing
 * while ComfyUI works or is slow to start, and keeps a ComfyUI down that it stopped until it is cleared. And the models:
 * fetched, refused, left alone.
 */

import { execFile } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { setImmediate, setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { clearCommand } from "../../components/watcher/commands";
import { baseImageFor } from "../support/base-image";
import { type Access, emptyImageWorkflow, render, send } from "../support/client";
import { bridgeAddress, docker } from "../support/docker";
import { freePort } from "../support/free-port";
import { safetensors, sha256 } from "../support/model-files";
import { bringDown, embeddedDriver, type StackDriver } from "../support/stack-driver";
import { testCertificate } from "../support/test-certificate";

const UP_TIMEOUT_MS = 600_000;
/** "Within seconds": three sightings a second apart, and five between two looks at the counters. */
const ALERT_MS = 15_000;
/** Far below the five minutes that ComfyUI may take to answer, also on a busy machine. */
const FAIL_FAST_MS = 90_000;
/** The engine waits twice as long before each start, up to a minute. */
const COME_BACK_MS = 90_000;

describe("the watcher and the models of a running stack", () => {
  let driver: StackDriver;
  let server: Server;
  let settings: Record<string, unknown>;
  const file = safetensors(2_000_000);
  const pickle = Buffer.from("80027d71002e", "hex");
  const comfyui = () => `comfy-${driver.stack}-comfyui`;
  const watcher = () => `comfy-${driver.stack}-watcher`;
  const lines = () =>
    docker("logs", watcher())
      .split("\n")
      .filter((line) => line !== "")
      .map((line): Record<string, unknown> => JSON.parse(line));
  const alerts = (event: string) => lines().filter((line) => line.level === "alert" && line.event === event);
  const access = (): Access => {
    const { endpoint, caCertificate, clients } = driver.outputs();
    return { endpoint, caCertificate, apiKey: clients.worker?.apiKey };
  };
  const metrics = () => docker("exec", watcher(), "cat", "/run/watcher/metrics.prom");
  const eventually = async (what: () => boolean | Promise<boolean>, limitMs = ALERT_MS) => {
    for (const end = Date.now() + limitMs; Date.now() < end && !(await what()); ) await sleep(300);
    expect(await what()).toBe(true);
  };

  beforeAll(async () => {
    const host = bridgeAddress();
    const { certificate, key } = await testCertificate([host]);
    server = createServer({ cert: certificate, key }, ({ url }, response) => {
      response.end(url?.startsWith("/pickle") ? pickle : file);
    });
    await new Promise<void>((resolve) => server.listen(0, host, resolve));
    const origin = `https://${host}:${(server.address() as AddressInfo).port}`;

    driver = embeddedDriver("test-watcher");
    writeFileSync(join(driver.folder, "ca.pem"), certificate);
    settings = {
      port: await freePort(),
      comfyui: { source: "stand-in" },
      clients: [{ name: "worker", role: "worker", rate: "100r/s", burst: 100 }],
      build: { caBundle: "./ca.pem" },
      models: [
        { url: `${origin}/pickle.safetensors`, sha256: sha256(pickle), folder: "loras" },
        { url: `${origin}/good.safetensors`, sha256: sha256(file), folder: "checkpoints" },
      ],
    };
    driver.configure(settings);
    baseImageFor(driver.stack);
  }, UP_TIMEOUT_MS);

  afterAll(async () => {
    server.close();
    await bringDown(driver);
  }, UP_TIMEOUT_MS);

  it("names the model that it keeps out, and lets the other in", { timeout: UP_TIMEOUT_MS }, async () => {
    const { code, output } = await driver.up();
    expect(code).toBe(1);
    expect(output).toContain("loras/pickle.safetensors: it is a pickle, which runs code when it is loaded");
    expect(docker("exec", comfyui(), "ls", "-R", "/data/models")).toContain("good.safetensors");
    expect(docker("exec", comfyui(), "ls", "-R", "/data/models")).not.toContain("pickle");
    expect(() => docker("exec", "--user", "0", comfyui(), "touch", "/data/models/x")).toThrow("Read-only");
  });

  it("is content once the list is right, and then starts nothing", { timeout: UP_TIMEOUT_MS }, async () => {
    settings.models = [(settings.models as unknown[])[1]];
    driver.configure(settings);
    const { code, output } = await driver.up();
    expect(code, output).toBe(0);
    const again = await driver.upUnchanged();
    expect(again.code, again.output).toBe(0);
  });

  it("tells nothing while ComfyUI renders, is checked and is started anew", { timeout: 90_000 }, async () => {
    await render(access(), emptyImageWorkflow(64, 64));
    docker("restart", comfyui());
    await sleep(20_000);
    expect(lines().filter(({ level }) => level === "alert")).toEqual([]);
  });

  it("tells of a process that is not ComfyUI's, whoever it runs as", { timeout: 60_000 }, async () => {
    docker("exec", "--detach", comfyui(), "sleep", "20");
    docker("exec", "--detach", "--user", "0", comfyui(), "sleep", "21");
    const told = (commandLine: string) => alerts("process").some((line) => line.commandLine === commandLine);
    await eventually(() => told("sleep 20") && told("sleep 21"));
  });

  it("tells of a connection that the firewall refused", { timeout: 60_000 }, async () => {
    docker("exec", comfyui(), "node", "-e", 'fetch("http://192.0.2.1:14433").catch(() => {})');
    await eventually(() =>
      alerts("refused-connections").some((line) => line.subject === "refused_out_comfyui"),
    );
  });

  it("has a metric for each alert", async () => {
    expect(metrics()).toMatch(/comfy_watcher_alerts_total\{kind="refused-connections"\} 1\n/);
    expect(metrics()).toContain("comfy_watcher_comfyui_held 0\n");
  });

  describe("where it is to stop ComfyUI", () => {
    it(
      "raises nothing when that is set right after a restart and while ComfyUI renders",
      async () => {
        // What the tests before left running there would do so.
        docker("restart", comfyui());
        driver.configure({ ...settings, watcher: { action: "stop" } });
        await eventually(isUp, COME_BACK_MS);
        const up = driver.up();
        let over = false;
        up.finally(() => {
          over = true;
        });
        while (!over) await render(access(), emptyImageWorkflow(64, 64));
        const { code, output } = await up;
        expect(code, output).toBe(0);
        await sleep(5000);
        expectQuiet();
      },
      UP_TIMEOUT_MS,
    );

    it("raises nothing while ComfyUI takes long to start", { timeout: 60_000 }, async () => {
      await restartSlowly(comfyui(), 6000);
      await eventually(isUp, COME_BACK_MS);
      expectQuiet();
    });

    it("keeps it down for a process that is not ComfyUI's, also when it is restarted", async () => {
      docker("exec", "--detach", comfyui(), "sleep", "60");
      await eventually(() => alerts("comfyui-stopped").length === 1);
      expect(alerts("process")).toMatchObject([{ commandLine: "sleep 60" }]);
      await expectDown();
      docker("restart", watcher());
      // Nobody keeps it down while the watcher itself starts, seconds on a busy machine.
      await eventually(async () => !(await isUp()));
      await expectDown();
      docker("restart", comfyui());
      await expectDown();
      expect(alerts("comfyui-stopped")).toHaveLength(1);
      await eventually(() => metrics().includes("comfy_watcher_comfyui_held 1\n"));
    }, 120_000);

    it("makes `npm start` fail at once, and say why and what to do", { timeout: 120_000 }, async () => {
      const started = Date.now();
      const { code, output } = await driver.up();
      expect(code, output).toBe(1);
      expect(Date.now() - started).toBeLessThan(FAIL_FAST_MS);
      expect(output).toMatch(
        /keeps ComfyUI down since .*a process is not ComfyUI's.*command line "sleep 60"/,
      );
      expect(output).toContain(clearCommand(driver.stack));
    });

    it("lets it go on once it is cleared", async () => {
      docker(...clearCommand(driver.stack).split(" ").slice(1));
      await eventually(isUp, COME_BACK_MS);
      await eventually(() => metrics().includes("comfy_watcher_comfyui_held 0\n"));
      await render(access(), emptyImageWorkflow(64, 64));
      await sleep(5000);
      expect(await isUp()).toBe(true);
      expect(alerts("comfyui-stopped")).toHaveLength(1);
    }, 180_000);
  });

  async function isUp(): Promise<boolean> {
    return (await send(access(), "GET", "/system_stats")).status === 200;
  }

  /** That the gateway says so in its own words, and that what the engine starts is gone before it serves anybody. */
  async function expectDown(): Promise<void> {
    const answers = [];
    for (let look = 0; look < 10; look++) {
      await sleep(1000);
      answers.push(await send(access(), "GET", "/system_stats"));
    }
    const down = answers.filter(({ status }) => status === 502 || status === 503);
    // The engine starts it again now and then, for a moment.
    expect(down.length).toBeGreaterThanOrEqual(8);
    for (const { headers, body } of down) {
      expect(headers["content-type"]).toMatch(/^application\/json/);
      expect(JSON.parse(body.toString()).error.message).toBeTypeOf("string");
    }
  }

  function expectQuiet(): void {
    expect(lines().filter(({ level }) => level === "alert")).toEqual([]);
    expect(metrics()).toContain("comfy_watcher_comfyui_held 0\n");
  }
});

/** Restarts a container whose engine gets no further with the start for a while, as on a machine that is busy. */
async function restartSlowly(container: string, ms: number): Promise<void> {
  const id = docker("inspect", "--format", "{{.Id}}", container);
  const before = new Set(readdirSync("/proc"));
  const restarted = promisify(execFile)("docker", ["restart", "--time", "1", container]);
  const held: number[] = [];
  for (const limit = Date.now() + 15_000; held.length === 0 && Date.now() < limit; await setImmediate()) {
    const runtime = readdirSync("/proc").filter(
      (name) => !before.has(name) && isRuntime(`/proc/${name}`, id),
    );
    for (const pid of runtime.map(Number)) {
      process.kill(pid, "SIGSTOP");
      held.push(pid);
    }
  }
  expect(held.length).toBeGreaterThan(0);
  await sleep(ms);
  for (const pid of held) process.kill(pid, "SIGCONT");
  await restarted;
}

/** Whether a process is the engine's runtime on its way into a container. */
function isRuntime(folder: string, container: string): boolean {
  try {
    return (
      readFileSync(`${folder}/cgroup`, "utf8").includes(container) &&
      readFileSync(`${folder}/cmdline`, "utf8") === "runc\0init\0"
    );
  } catch {
    return false;
  }
}
