import { readFileSync, rmSync } from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { FOLDER } from "../../components/power/layout";
import { Meter } from "../../components/power/meter-container";
import type { Engine } from "../../components/shared/engine";
import { expectPosture } from "../support/posture";

// biome-ignore lint/suspicious/noExplicitAny: inputs are whatever the resource type takes
const registered: { type: string; name: string; inputs: any }[] = [];
const STACK = "mocked-meter";
const container = (name: string) =>
  registered.find((one) => one.name === `${name}-container`) ?? expect.unreachable(name);

beforeAll(async () => {
  await pulumi.runtime.setMocks({
    call: ({ inputs }) => inputs,
    newResource: ({ type, name, inputs }) => {
      registered.push({ type, name, inputs });
      return { id: `${name}-id`, state: { ...inputs, repoDigest: `sha256:${name}` } };
    },
  });
  await pulumi.runtime.runInPulumiStack(async () => {
    const docker = await import("@pulumi/docker");
    const engine: Engine = {
      stack: STACK,
      provider: new docker.Provider("engine"),
      baseImage: pulumi.output("base"),
      capacity: pulumi.output({ cpus: 4, memoryMiB: 16_384 }),
    };
    const args = { engine, networkMode: "container:pod-id", watcherMetrics: "comfy-watcher-noexec" };
    new Meter("idle", { ...args, gpu: true, idleMinutes: 30 });
    new Meter("measures", { ...args, gpu: false });
    return {};
  });
  // No output waits for them.
  await vi.waitFor(() => [container("idle"), container("measures")], 10_000);
}, 60_000);
afterAll(() => rmSync(`.comfy/build/${STACK}`, { recursive: true, force: true }));

describe("the meter", () => {
  it("is a container in the pod with the posture of all", () => {
    // With a GPU it may make files in memory besides, as NVIDIA's driver does.
    expectPosture("meter", container("measures").inputs);
    for (const { inputs } of ["idle", "measures"].map(container)) {
      expect([inputs.networkMode, inputs.user]).toEqual(["container:pod-id", "10003:10003"]);
    }
  });

  it("writes to memory alone, and reads the watcher's metrics and which namespace is the pod's", () => {
    expect(container("idle").inputs.volumes).toEqual([
      { volumeName: `comfy-${STACK}-meter`, containerPath: FOLDER.meter },
      { volumeName: "comfy-watcher-noexec", containerPath: FOLDER.watcher, readOnly: true },
      { volumeName: `comfy-${STACK}-pod-run`, containerPath: "/run/pod", readOnly: true },
    ]);
    const volume = registered.find(({ name }) => name === "idle-volume");
    expect(volume?.inputs.driverOpts.type).toBe("tmpfs");
    expect(volume?.inputs.driverOpts.o).toContain("nosuid,nodev,noexec");
  });

  it("asks GPUs only where there are any, and judges only where it is to", () => {
    expect(container("idle").inputs.gpus).toBe("all");
    expect(container("measures").inputs.gpus).toBeUndefined();
    expect(JSON.parse(container("idle").inputs.command[0])).toEqual({
      stack: STACK,
      gpu: true,
      idleMinutes: 30,
    });
    expect(JSON.parse(container("measures").inputs.command[0])).toEqual({ stack: STACK, gpu: false });
  });

  it("has an image whose program is where the Dockerfile starts it", () => {
    expect(readFileSync(`.comfy/build/${STACK}/meter/Dockerfile`, "utf8")).toContain('"/opt/meter/meter.js"');
    expect(readFileSync(`.comfy/build/${STACK}/meter/meter.js`, "utf8")).toContain("usage: ");
  });
});
