import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { bornAt, takeLock } from "../../infra/embedded/lock";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "comfy-lock-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const holder = (over: object) =>
  JSON.stringify({
    token: "dead",
    pid: process.pid,
    born: bornAt(process.pid),
    since: "2026-01-01T00:00:00.000Z",
    ...over,
  });

/** The pid of a process that has ended. */
async function deadPid(): Promise<number> {
  const child = spawn("true");
  await new Promise((resolve) => child.on("close", resolve));
  return child.pid ?? 0;
}

describe("the lock of .comfy", () => {
  it("is given back completely", () => {
    takeLock(folder)();
    expect(readdirSync(folder)).toEqual([]);
  });

  it("names who holds it and since when", () => {
    writeFileSync(join(folder, "lock"), holder({}));
    expect(() => takeLock(folder)).toThrow(`process ${process.pid}, since 2026-01-01T00:00:00.000Z`);
    expect(readdirSync(folder)).toEqual(["lock"]);
  });

  it("is taken over from a dead process", async () => {
    writeFileSync(join(folder, "lock"), holder({ pid: await deadPid() }));
    const release = takeLock(folder);
    expect(JSON.parse(readFileSync(join(folder, "lock"), "utf8")).pid).toBe(process.pid);
    expect(readdirSync(folder)).toEqual(["lock"]);
    release();
  });

  it("is taken over when its pid belongs to another process now, or the machine was restarted", () => {
    for (const born of ["other-boot/1", `${bornAt(process.pid).split("/")[0]}/1`]) {
      writeFileSync(join(folder, "lock"), holder({ born }));
      takeLock(folder)();
      expect(readdirSync(folder)).toEqual([]);
    }
  });

  it("is taken over when the one who took it over died on the way", async () => {
    const pid = await deadPid();
    writeFileSync(join(folder, "lock"), holder({ pid }));
    writeFileSync(join(folder, "lock.dead"), holder({ pid, token: "dead-too" }));
    takeLock(folder)();
    expect(readdirSync(folder)).toEqual([]);
  });

  it("belongs to exactly one of many that find it stale at once", async () => {
    const pid = await deadPid();
    const script = `
      const { takeLock } = require(${JSON.stringify(join(__dirname, "../../infra/embedded/lock"))});
      process.stdin.once("data", () => {
        try { takeLock(${JSON.stringify(folder)}); process.stdout.write("taken"); setTimeout(() => process.exit(), 800); }
        catch (error) { process.stdout.write(error.message); process.exit(); }
      });
      process.stdout.write("ready ");`;
    writeFileSync(join(folder, "lock"), holder({ pid }));
    const children = Array.from({ length: 4 }, () =>
      spawn(process.execPath, ["--import", "tsx", "-e", script]),
    );
    const outputs = children.map(() => "");
    const ready = children.map(
      (child, index) =>
        new Promise<void>((resolve) => {
          child.stdout.on("data", (data) => {
            outputs[index] += data;
            resolve();
          });
        }),
    );
    const ended = children.map((child) => new Promise((resolve) => child.on("close", resolve)));
    await Promise.all(ready);
    for (const child of children) child.stdin.write("go");
    await Promise.all(ended);
    expect(outputs.filter((output) => output === "ready taken")).toHaveLength(1);
    expect(outputs.filter((output) => output.includes("Another run is at work here"))).toHaveLength(3);
  });
});
