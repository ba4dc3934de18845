/**
 * The stack on an engine of its own that is restarted and loses its power. What must never happen is that something
 * runs in a namespace without the firewall. That everything runs again is up to the engine: it starts containers all at
 * once, and one that joins the pod's namespace before the pod runs is not tried again, so they are started once more.
 */
import { execSync } from "node:child_process";
import { readlinkSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { baseImageFor } from "../support/base-image";
import { send } from "../support/client";
import { freePort } from "../support/free-port";
import { eventually } from "../support/gateway-pod";
import { PrivateEngine } from "../support/private-engine";
import { embeddedDriver, type Outputs, type StackDriver } from "../support/stack-driver";

const UP_TIMEOUT_MS = 600_000;
const HEAL_TIMEOUT_MS = 90_000;
const STACK = `test-restart-${process.pid}`;
const BASE = `comfy-${STACK}-base:trixie`;
const MEMBERS = ["gateway", "authorizer", "comfyui"].map((part) => `comfy-${STACK}-${part}`);

describe.skipIf(!PrivateEngine.isPossible())("the stack, when the engine or the machine restarts", () => {
  const machinesEngine = process.env.DOCKER_HOST;
  let engine: PrivateEngine;
  let driver: StackDriver;
  let outputs: Outputs;
  const stateOf = (container: string): { Running: boolean; Pid: number } =>
    JSON.parse(engine.docker("inspect", "--format", "{{json .State}}", container));
  const namespaceOf = (container: string) => readlinkSync(`/proc/${stateOf(container).Pid}/ns/net`);
  const answers = async () => {
    const { endpoint, caCertificate, clients } = outputs;
    const apiKey = clients.worker?.apiKey;
    return (await send({ endpoint, caCertificate, apiKey }, "GET", "/system_stats")).status === 200;
  };

  beforeAll(async () => {
    engine = await PrivateEngine.start();
    baseImageFor(STACK);
    execSync(`docker save ${BASE} | docker --host ${engine.host} load`, { stdio: "ignore" });
    execSync(`docker rmi ${BASE}`, { stdio: "ignore" });
    process.env.DOCKER_HOST = engine.host;
    driver = embeddedDriver(STACK);
    driver.configure({ port: await freePort(), comfyui: { source: "stand-in" } });
    const { code, output } = await driver.up();
    expect(code, output).toBe(0);
    outputs = driver.outputs();
  }, UP_TIMEOUT_MS);

  afterAll(async () => {
    if (machinesEngine === undefined) delete process.env.DOCKER_HOST;
    else process.env.DOCKER_HOST = machinesEngine;
    driver?.cleanUp();
    await engine?.remove();
  }, UP_TIMEOUT_MS);

  it.each([
    ["the engine restarts", () => engine.restartDaemon()],
    [
      "the machine loses its power",
      async () => {
        await engine.cutPower();
        await engine.boot();
      },
    ],
  ])(
    "stands behind the same firewall after %s",
    async (_, restart) => {
      const pod = `comfy-${STACK}-pod`;
      const before = stateOf(pod).Pid;
      await restart();
      await eventually(async () => stateOf(pod).Running, "the pod runs", HEAL_TIMEOUT_MS);
      expect(stateOf(pod).Pid).not.toBe(before);
      expectNoneOutside(pod);

      engine.docker("start", ...MEMBERS);
      await eventually(answers, "the gateway answers", HEAL_TIMEOUT_MS);
      expectNoneOutside(pod);
      const attempt = `require("net").connect(443, "192.0.2.1").on("connect", () => console.log("open")).on("error", (e) => console.log(e.code))`;
      expect(engine.docker("exec", `comfy-${STACK}-comfyui`, "node", "-e", attempt)).toBe("EHOSTUNREACH");
      const counters = engine.docker("exec", pod, "cat", "/run/pod/counters.json");
      expect(counters).toContain("refused_out_comfyui");
    },
    3 * HEAL_TIMEOUT_MS,
  );

  function expectNoneOutside(pod: string): void {
    for (const member of MEMBERS.filter((one) => stateOf(one).Running)) {
      expect(namespaceOf(member), member).toBe(namespaceOf(pod));
    }
  }
});
