/**
 * The watcher beside a running stack: that it tells what happens in ComfyUI's container within seconds, tells nothing
 * while ComfyUI works, and keeps a ComfyUI down that it stopped. And the models: fetched, refused, left alone.
 */
import { writeFileSync } from "node:fs";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { baseImageFor } from "../support/base-image";
import { emptyImageWorkflow, render } from "../support/client";
import { docker, leftOf } from "../support/docker";
import { freePort } from "../support/free-port";
import { safetensors, sha256 } from "../support/model-files";
import { embeddedDriver, type StackDriver } from "../support/stack-driver";
import { testCertificate } from "../support/test-certificate";

const UP_TIMEOUT_MS = 600_000;
/** "Within seconds": three sightings a second apart, and five between two looks at the counters. */
const ALERT_MS = 15_000;

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
  const eventually = async (what: () => boolean, limitMs = ALERT_MS) => {
    for (const end = Date.now() + limitMs; Date.now() < end && !what(); ) await sleep(300);
    expect(what()).toBe(true);
  };

  beforeAll(async () => {
    // A container reaches this machine at the address of the engine's bridge.
    const host = docker("network", "inspect", "bridge", "--format", "{{(index .IPAM.Config 0).Gateway}}");
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
    const { output } = await driver.destroy();
    const left = leftOf(driver.stack);
    driver.cleanUp();
    expect(left, output).toEqual({ container: [], network: [], volume: [], image: [] });
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
    const { endpoint, caCertificate, clients } = driver.outputs();
    await render({ endpoint, caCertificate, apiKey: clients.worker?.apiKey }, emptyImageWorkflow(64, 64));
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
    const metrics = docker("exec", watcher(), "cat", "/run/watcher/metrics.prom");
    expect(metrics).toMatch(/comfy_watcher_alerts_total\{kind="refused-connections"\} 1\n/);
    expect(metrics).toContain("comfy_watcher_comfyui_held 0\n");
  });
});
