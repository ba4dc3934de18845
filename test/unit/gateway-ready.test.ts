/** The wait for ComfyUI as a shell runs it, with a `docker` of ours that says what the containers would. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readyCommand } from "../../components/gateway/ready";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "comfy-ready-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** @param docker shell lines by what `docker` is asked for */
function wait({ held, probe }: { held: string; probe: string }, timeoutSeconds: number) {
  const calls = join(folder, "calls");
  const script = `#!/bin/sh
echo "$*" >>${calls}
case "$*" in
  *"-watcher node /opt/watcher/watcher.js held") ${held} ;;
  *"-authorizer node /opt/authorizer/authorizer.js probe --timeout 5") ${probe} ;;
  "logs --tail 30 comfy-local-comfyui") echo 'its last words' ;;
  *) exit 64 ;;
esac
`;
  writeFileSync(join(folder, "docker"), script, { mode: 0o755 });
  const env = { PATH: `${folder}:${process.env.PATH}` };
  const { status, stderr } = spawnSync("sh", ["-c", readyCommand("local", timeoutSeconds)], {
    env,
    encoding: "utf8",
    timeout: 10_000,
  });
  return { status, stderr, calls: readFileSync(calls, "utf8").trim().split("\n") };
}

describe("the wait for ComfyUI", () => {
  it("ends when it answers", () => {
    expect(wait({ held: ":", probe: "exit 0" }, 300)).toMatchObject({ status: 0, stderr: "" });
  });

  it("goes on until it answers", () => {
    const counter = join(folder, "counter");
    const probe = `echo x >>${counter}; [ "$(wc -l <${counter})" -ge 3 ]`;
    const { status, calls } = wait({ held: ":", probe }, 300);
    expect(status).toBe(0);
    expect(calls.filter((call) => call.includes("probe"))).toHaveLength(3);
  });

  it("fails at once where the watcher keeps it down, and says why, though it may answer for a moment", () => {
    const { status, stderr, calls } = wait({ held: "printf %s 'kept down since'", probe: "exit 0" }, 300);
    expect({ status, stderr }).toEqual({ status: 1, stderr: "kept down since\n" });
    expect(calls).toHaveLength(1);
  });

  it.each([
    ["is not there", "echo 'Error: No such container' >&2; exit 1"],
    ["never answers", "exec sleep 60"],
    ["is being replaced", "echo 'OCI runtime exec failed: cannot exec in a stopped container'; exit 126"],
  ])("does not take a watcher that %s for one that keeps it down", (_, held) => {
    expect(wait({ held, probe: "exit 0" }, 300)).toMatchObject({ status: 0, stderr: "" });
  });

  it("ends with what was seen last, and the end of its log", () => {
    const { status, stderr } = wait({ held: ":", probe: "echo 'connect ECONNREFUSED' >&2; exit 1" }, 0);
    expect(status).toBe(1);
    expect(stderr).toContain("connect ECONNREFUSED\n");
    expect(stderr).toContain("its last words\n");
  });
});
