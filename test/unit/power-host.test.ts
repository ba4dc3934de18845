import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { powerHost } from "../../components/power/host";
import { renderVerdict } from "../../components/power/idle";
import { VERDICT_FRESH_SECONDS } from "../../components/power/layout";

const { files, commands } = powerHost({ stack: "prod" });
const content = (path: string) =>
  files.find((file) => file.path === path)?.content ?? expect.unreachable(path);

/** A machine of files: programs that say what they are told, and note down that they ran. */
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "comfy-power-"));
  mkdirSync(join(folder, "bin"));
  mkdirSync(join(folder, "volume"));
  machine({});
});
afterEach(() => rmSync(folder, { recursive: true }));

interface Machine {
  readonly docker?: string;
  readonly ss?: string;
  readonly pgrep?: string;
}

function machine({ docker, ss = "exit 0", pgrep = "exit 1" }: Machine): void {
  program("docker", docker ?? `echo ${folder}/volume`);
  program("ss", ss);
  program("pgrep", pgrep);
  program("systemctl", "");
}

function program(name: string, script: string): void {
  const path = join(folder, "bin", name);
  writeFileSync(path, `#!/bin/sh\necho "${name} $*" >>${folder}/calls\n${script}\n`);
  chmodSync(path, 0o755);
}

const verdict = (text: string) => writeFileSync(join(folder, "volume", "verdict"), text);
const secondsAgo = (seconds: number) => Date.now() - seconds * 1000;
const stopAt = (at: number) =>
  renderVerdict({ stop: true, reason: "nothing has happened for 20 minutes" }, at);

function run(path: string): { said: string; calls: string[] } {
  const script = join(folder, "script");
  writeFileSync(script, content(path));
  const { stdout, stderr, status } = spawnSync("sh", [script, "prod"], {
    encoding: "utf8",
    env: { PATH: `${join(folder, "bin")}:/usr/bin:/bin` },
  });
  expect([status, stderr]).toEqual([0, ""]);
  return { said: stdout.trim(), calls: readFileSync(join(folder, "calls"), "utf8").trim().split("\n") };
}
const power = () => run("/usr/local/sbin/comfy-power");

describe("the machine", () => {
  it("powers itself off when the meter says so and nobody is logged in", () => {
    verdict(stopAt(secondsAgo(10)));
    const { said, calls } = power();
    expect(said).toBe("powers off: nothing has happened for 20 minutes");
    expect(calls).toEqual([
      "docker volume inspect --format {{.Mountpoint}} comfy-prod-meter",
      "ss --no-header --tcp --numeric state established ( sport = :22 )",
      "pgrep -f (^|/)ssm-session-worker ",
      "systemctl poweroff",
    ]);
  });

  it.each<[string, () => string, Machine, string]>([
    [
      "a job runs",
      () => renderVerdict({ stop: false, reason: "1 in the queue" }, secondsAgo(1)),
      {},
      "1 in the queue",
    ],
    ["the meter has ended", () => stopAt(secondsAgo(VERDICT_FRESH_SECONDS + 5)), {}, "the verdict is 12"],
    ["the verdict is of the future", () => stopAt(secondsAgo(-60)), {}, "the verdict is -"],
    ["the verdict has no time", () => "stop\n", {}, "the verdict has no time: stop"],
    ["the verdict's time is none", () => "stop 1e9 x\n", {}, "the verdict has no time"],
    ["the verdict's time is a command", () => "stop $(id) x\n", {}, "the verdict has no time"],
    [
      "the verdict's time would overflow",
      () => "stop 99999999999999999999 x\n",
      {},
      "the verdict has no time",
    ],
    ["there is no verdict", () => "", {}, "the verdict has no time"],
    ["the word is another", () => stopAt(secondsAgo(1)).replace("stop", "stopp"), {}, "nothing has happened"],
    ["there is no meter", () => stopAt(secondsAgo(1)), { docker: "exit 1" }, "there is no meter"],
    [
      "the meter wrote nothing",
      () => stopAt(secondsAgo(1)),
      { docker: "echo /nowhere" },
      "the meter says nothing",
    ],
    [
      "images are built over SSH",
      () => stopAt(secondsAgo(1)),
      { ss: "echo '0 0 10.0.0.5:22 203.0.113.9:50022'" },
      "somebody is logged in over SSH",
    ],
    [
      "somebody uses Session Manager",
      () => stopAt(secondsAgo(1)),
      { pgrep: "exit 0" },
      "somebody is logged in through Session Manager",
    ],
    ["ss fails", () => stopAt(secondsAgo(1)), { ss: "exit 255" }, "it is not known who is logged in"],
    ["pgrep fails", () => stopAt(secondsAgo(1)), { pgrep: "exit 3" }, "it is not known who is logged in"],
  ])("stays on when %s", (_, text, state, why) => {
    machine(state);
    verdict(text());
    const { said, calls } = power();
    expect(said).toContain(`stays on: ${why}`);
    expect(calls.filter((call) => call.startsWith("systemctl"))).toEqual([]);
  });

  it("starts what Docker left stopped, again until all of it runs", () => {
    // The second start succeeds: what the first one's container joins was not there yet.
    program(
      "docker",
      `case $1 in
  ps) [ -e ${folder}/second ] || echo 'aaa
bbb' ;;
  start) [ -e ${folder}/first ] && touch ${folder}/second; touch ${folder}/first; exit 1 ;;
esac`,
    );
    program("sleep", "");
    const { calls } = run("/usr/local/sbin/comfy-containers");
    expect(calls.filter((call) => call.startsWith("docker start"))).toEqual([
      "docker start aaa bbb",
      "docker start aaa bbb",
    ]);
    expect(calls[0]).toBe(
      "docker ps --all --quiet --filter label=comfy-fortress.stack=prod --filter status=exited --filter status=created",
    );
  });
});

describe("what cloud-init installs for it", () => {
  it("is two programs, their units, and the commands that enable them", () => {
    expect(files.map(({ path, permissions }) => `${permissions} ${path}`)).toEqual([
      "0755 /usr/local/sbin/comfy-power",
      "0755 /usr/local/sbin/comfy-containers",
      "0644 /etc/systemd/system/comfy-power.service",
      "0644 /etc/systemd/system/comfy-power.timer",
      "0644 /etc/systemd/system/comfy-containers.service",
    ]);
    expect(content("/etc/systemd/system/comfy-power.service")).toContain(
      "ExecStart=/usr/local/sbin/comfy-power prod\n",
    );
    expect(content("/etc/systemd/system/comfy-power.timer")).toContain("OnUnitActiveSec=1min\n");
    expect(commands).toContain("systemctl enable --now comfy-power.timer");
    for (const file of files) expect(file.content, file.path).not.toMatch(/@\w+@/);
  });
});
