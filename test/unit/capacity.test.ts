import * as pulumi from "@pulumi/pulumi";
import { describe, expect, it } from "vitest";
import { comfyUiLimits } from "../../components/comfyui";
import { parseCapacity } from "../../components/docker-host/capacity";

const resolved = <T>(input: pulumi.Input<T>) =>
  new Promise<T>((resolve) => pulumi.output(input).apply((value) => resolve(value as T)));

describe("the capacity of the engine's machine", () => {
  it("is read from what the engine says", () => {
    expect(parseCapacity("16 67108864000\n")).toEqual({ cpus: 16, memoryMiB: 64000 });
  });

  it.each(["", "0 0", "2", "two 4096", "2 -1"])("refuses %j, and says how to look", (printed) => {
    expect(() => parseCapacity(printed)).toThrow(/docker info --format/);
  });

  it.each([
    [
      { cpus: 2, memoryMiB: 8192 },
      { cpus: 1.5, memoryMiB: 6144 },
    ],
    [
      { cpus: 16, memoryMiB: 65536 },
      { cpus: 15.5, memoryMiB: 63488 },
    ],
    [
      { cpus: 1, memoryMiB: 2048 },
      { cpus: 0.5, memoryMiB: 1024 },
    ],
    [
      { cpus: 1, memoryMiB: 1001 },
      { cpus: 0.5, memoryMiB: 500 },
    ],
  ])("of %j leaves ComfyUI %j", async (capacity, expected) => {
    const { cpus, memoryMiB } = comfyUiLimits(pulumi.output(capacity));
    expect({ cpus: await resolved(cpus), memoryMiB: await resolved(memoryMiB) }).toEqual(expected);
  });
});
