import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type ReadinessArgs, readinessScript } from "../../components/docker-host/readiness";

/** What a machine that can take the stack answers, by program. */
const READY = {
  "cloud-init": "echo ...; echo status: done",
  docker: `case $1 in version) echo 28.5.1 ;; info) echo '{"nvidia":{"path":"nvidia-container-runtime"},"runc":{}}' ;; esac`,
  "nvidia-smi": "echo 580.95.05; echo 580.95.05",
  "nvidia-ctk": "echo NVIDIA Container Toolkit CLI version 1.17.8; echo commit: abc",
};

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "comfy-fortress-ready-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Runs the script on a machine whose programs answer like this; undefined: it has none of the name. */
function ask(
  changes: Partial<Record<keyof typeof READY, string | undefined>>,
  args?: Partial<ReadinessArgs>,
) {
  for (const [name, script] of Object.entries({ ...READY, ...changes })) {
    if (script === undefined) continue;
    writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(folder, name), 0o755);
  }
  for (const tool of ["date", "head", "sed", "sleep", "sort", "tail", "timeout"]) {
    const path = spawnSync("sh", ["-c", `command -v ${tool}`], { encoding: "utf8" }).stdout.trim();
    writeFileSync(join(folder, tool), `#!/bin/sh\nexec ${path} "$@"\n`);
    chmodSync(join(folder, tool), 0o755);
  }
  const script = readinessScript({ gpu: true, setUpSeconds: 2, serviceSeconds: 1, ...args });
  const started = Date.now();
  const run = spawnSync("/bin/sh", ["-c", script], {
    encoding: "utf8",
    env: { PATH: folder, FOLDER: folder },
  });
  return { ...run, seconds: (Date.now() - started) / 1000 };
}

describe("the readiness script", () => {
  it("passes a machine that has everything, and says what", () => {
    const { status, stdout, stderr } = ask({});
    expect(stderr).toBe("");
    expect(stdout).toBe("docker 28.5.1, driver 580.95.05, toolkit 1.17.8\n");
    expect(status).toBe(0);
  });

  it.each([
    [
      "a driver and a toolkit that are newer",
      { "nvidia-smi": "echo 1000.1", "nvidia-ctk": "echo version 1.18.0" },
    ],
    ["a toolkit with more digits", { "nvidia-ctk": "echo version 1.17.10" }],
    ["a release candidate of a newer toolkit", { "nvidia-ctk": "echo version 1.19.0-rc.1" }],
    ["cloud-init that made do with something", { "cloud-init": "echo status: done; exit 2" }],
  ])("passes %s", (_, changes) => {
    expect(ask(changes).status).toBe(0);
  });

  it("asks for no GPU where none is to be used", () => {
    const { status, stdout } = ask({ "nvidia-smi": undefined, "nvidia-ctk": undefined }, { gpu: false });
    expect({ status, stdout }).toEqual({ status: 0, stdout: "docker 28.5.1\n" });
  });

  it.each<[string, Parameters<typeof ask>[0], RegExp]>([
    ["no cloud-init", { "cloud-init": undefined }, /has no cloud-init.*\nFix: take an Ubuntu-based/],
    [
      "cloud-init that failed",
      { "cloud-init": "echo status: error; exit 1" },
      /cloud-init failed: status: error/,
    ],
    ["cloud-init that does not end", { "cloud-init": "exec sleep 60" }, /still at work after 2 s/],
    [
      "no engine",
      { docker: "echo Cannot connect to the Docker daemon >&2; exit 1" },
      /Engine does not answer: Cannot connect.*\nFix: .*systemctl status docker/,
    ],
    [
      "no GPU",
      { "nvidia-smi": "echo No devices were found; exit 6" },
      /nvidia-smi finds no GPU within 1 s: No devices/,
    ],
    [
      "an old driver",
      { "nvidia-smi": "echo 570.172.08" },
      /driver is 570\.172\.08, older than 580\.\nFix: .*AMI/,
    ],
    ["a driver of two digits", { "nvidia-smi": "echo 99.1" }, /driver is 99\.1, older/],
    ["words for a driver", { "nvidia-smi": "echo error" }, /says 'error' where/],
    ["no toolkit", { "nvidia-ctk": undefined }, /has no NVIDIA Container Toolkit/],
    [
      "an old toolkit",
      { "nvidia-ctk": "echo CLI version 1.17.7" },
      /Toolkit is 1\.17\.7, older than 1\.17\.8/,
    ],
    ["a toolkit of a shorter version", { "nvidia-ctk": "echo CLI version 1.9" }, /Toolkit is 1\.9, older/],
    ["words for a toolkit", { "nvidia-ctk": "echo hello" }, /says 'hello' where/],
    [
      "an engine without the runtime",
      { docker: `case $1 in version) echo 28 ;; info) echo '{"runc":{}}' ;; esac` },
      /does not know the nvidia runtime.\nFix: sudo nvidia-ctk/,
    ],
  ])("refuses %s, with the fix, in time", (_, changes, message) => {
    const { status, stderr, stdout, seconds } = ask(changes);
    expect(stderr).toMatch(message);
    expect(stderr).toContain("\nFix: ");
    expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
    expect(seconds).toBeLessThan(12);
  });

  it("waits for a service that comes up late", () => {
    const late = `n=$(cat "$FOLDER/n" 2>/dev/null || echo 0); echo $((n + 1)) > "$FOLDER/n"; [ $n -ge 1 ] && echo 28`;
    writeFileSync(join(folder, "cat"), '#!/bin/sh\nexec /bin/cat "$@"\n', { mode: 0o755 });
    expect(ask({ docker: late }, { gpu: false, serviceSeconds: 30 }).status).toBe(0);
  });
});
