import { describe, expect, it } from "vitest";
import {
  initOf,
  ProcessDetector,
  type ProcessView,
  SIGHTINGS,
} from "../../components/watcher/detection/processes";

const HEALTH_CHECK = ["/bin/sh", "-c", "check that it listens"];
const START = ["/bin/sh", "-c", 'until it stands; do sleep 0.1; done; exec "$@"', "pod-member", "comfyui"];
const PYTHON = "/usr/bin/python3.13";
const MAIN = ["/opt/venv/bin/python", "-s", "/opt/comfyui/main.py", "--listen", "127.0.0.1"];
const SPAWN = ["python", "-s", "-c", "from multiprocessing.spawn import spawn_main; spawn_main(5)"];

const process = (pid: number, parent: number, more: Partial<ProcessView>): ProcessView => ({
  pid: 1000 + pid,
  innerPid: pid,
  parent: parent === 0 ? 1 : 1000 + parent,
  uid: 10002,
  started: pid,
  program: PYTHON,
  argv: MAIN,
  ...more,
});
const init = process(1, 0, {
  program: "/usr/sbin/docker-init",
  argv: ["/sbin/docker-init", "--", "comfyui"],
});
const main = process(7, 1, {});
const standIn = process(7, 1, {
  program: "/usr/bin/node",
  argv: ["node", "/opt/stand-in/stand-in.js", "--port"],
});

/** What the engine's runtime is before it becomes the container's init: root's, and not to be looked into. */
const BEGINNING = process(1, 0, { uid: 0, program: undefined, argv: ["runc", "init"] });

/** What is found when the same processes are seen so often. */
function findings(processes: readonly ProcessView[], times = SIGHTINGS) {
  const detector = new ProcessDetector([START, HEALTH_CHECK]);
  return Array.from({ length: times }, () => detector.observe(processes)).at(-1) ?? [];
}
const reasons = (extra: ProcessView[]) => findings([init, main, ...extra]).map(({ reason }) => reason);

describe("processes in ComfyUI's container", () => {
  it.each<[string, ProcessView[]]>([
    ["ComfyUI", [init, main]],
    ["the stand-in", [init, standIn]],
    ["nothing, while it restarts", []],
    ["the init alone", [init]],
    [
      "the start that waits for the firewall",
      [init, process(7, 1, { program: "/usr/bin/dash", argv: START })],
    ],
    [
      "the launcher that checks the code",
      [init, process(7, 1, { argv: ["/opt/venv/bin/python", "-s", "/opt/launcher/launch.py"] })],
    ],
    [
      "the stand-in's launcher",
      [init, process(7, 1, { program: "/usr/bin/dash", argv: ["/bin/sh", "/usr/local/bin/comfyui"] })],
    ],
    [
      "a health check that takes long",
      [init, main, process(9, 0, { program: "/usr/bin/dash", argv: HEALTH_CHECK })],
    ],
    ["forked workers", [init, main, process(9, 7, {}), process(10, 9, {})]],
    [
      "multiprocessing's helpers",
      [init, main, process(9, 7, { argv: SPAWN }), process(10, 9, { argv: SPAWN })],
    ],
    [
      "the search for libraries",
      [init, main, process(9, 7, { program: "/usr/sbin/ldconfig", argv: ["ldconfig", "-p"] })],
    ],
    // Recorded while the container's start was held up for eight seconds.
    ["a start that is slow to begin", [BEGINNING]],
    [
      "a health check that is slow to begin",
      [init, main, process(9, 0, { ...BEGINNING, pid: 1009, innerPid: 9 })],
    ],
    [
      "one whose program is read from memory meanwhile",
      [
        init,
        main,
        process(9, 0, { program: "/memfd:runc_cloned:/proc/self/exe (deleted)", argv: ["runc", "init"] }),
      ],
    ],
    [
      "a runtime that is called by its path",
      [process(1, 0, { uid: 0, program: undefined, argv: ["/usr/local/sbin/runc", "init"] })],
    ],
    [
      "what the shell of a health check runs",
      [
        init,
        main,
        process(9, 0, { program: "/usr/bin/dash", argv: HEALTH_CHECK }),
        process(10, 9, { program: "/usr/bin/readlink", argv: ["readlink", "/proc/self/ns/net"] }),
        process(11, 9, { program: "/usr/bin/grep", argv: ["grep", "-q", ":1FFC"] }),
      ],
    ],
    [
      "what the start runs while it waits for the firewall",
      [
        init,
        process(7, 1, { program: "/usr/bin/dash", argv: START }),
        process(8, 7, { program: "/usr/bin/sleep", argv: ["sleep", "0.1"] }),
      ],
    ],
  ])("are what they should be: %s", (_, processes) => {
    expect(findings(processes, 10)).toEqual([]);
  });

  it.each<[string, ProcessView, RegExp]>([
    ["a shell", process(9, 7, { program: "/usr/bin/dash", argv: ["sh", "-i"] }), /not ComfyUI's/],
    [
      "a program started by hand",
      process(9, 0, { program: "/usr/bin/sleep", argv: ["sleep", "9"] }),
      /not ComfyUI's/,
    ],
    ["another script", process(9, 7, { argv: ["python", "/data/user/x.py"] }), /not ComfyUI's/],
    ["code on the command line", process(9, 7, { argv: ["python", "-c", "import os"] }), /not ComfyUI's/],
    ["a program on a volume", process(9, 7, { program: "/data/output/x" }), /not ComfyUI's/],
    [
      "a program on a volume called as python is",
      process(9, 7, { program: "/tmp/usr/bin/python3" }),
      /not ComfyUI's/,
    ],
    [
      "a health check by another program",
      process(9, 0, { program: "/tmp/sh", argv: HEALTH_CHECK }),
      /not ComfyUI's/,
    ],
    [
      "a health check with another word",
      process(9, 0, { program: "/usr/bin/dash", argv: [...HEALTH_CHECK, "x"] }),
      /not ComfyUI's/,
    ],
    ["a second ComfyUI beside the first", process(9, 1, {}), /not ComfyUI's/],
    ["ComfyUI's words from outside", process(9, 0, {}), /not ComfyUI's/],
    ["a helper that nobody asked for", process(9, 1, { argv: SPAWN }), /not ComfyUI's/],
    ["an init that is not the first", process(9, 7, { program: "/usr/sbin/docker-init" }), /not ComfyUI's/],
    ["a program in memory", process(9, 7, { program: "/memfd:kworker (deleted)" }), /memory only/],
    ["a program that was deleted", process(9, 7, { program: "/tmp/.x (deleted)" }), /was deleted/],
    ["ComfyUI's words over a program in memory", process(9, 7, { program: "/memfd:python3" }), /memory only/],
    [
      "another user's",
      process(9, 0, { uid: 0, program: undefined, argv: ["sleep", "9"] }),
      /hides its program/,
    ],
    ["the runtime's words in the container", process(9, 7, { argv: ["runc", "init"] }), /not ComfyUI's/],
    [
      "the runtime's words over a program in memory",
      process(9, 1, { program: "/memfd:runc_cloned:/proc/self/exe (deleted)", argv: ["runc", "init"] }),
      /memory only/,
    ],
    [
      "the runtime's words and one more",
      process(9, 0, { uid: 0, program: undefined, argv: ["runc", "init", "x"] }),
      /hides its program/,
    ],
    [
      "a tool that no health check runs",
      process(9, 7, { program: "/usr/bin/cat", argv: ["cat"] }),
      /not ComfyUI's/,
    ],
    [
      "a tool started by hand",
      process(9, 0, { program: "/usr/bin/sleep", argv: ["sleep", "0.1"] }),
      /not ComfyUI's/,
    ],
    ["XMRig", process(9, 7, { program: "/tmp/x", argv: ["./x", "--donate-level", "1"] }), /miner's words/],
    ["lolMiner by its name", process(9, 7, { program: "/tmp/lolMiner", argv: ["a"] }), /miner's words/],
    [
      "a pool on ComfyUI's own command line",
      process(9, 7, { argv: [...MAIN, "-o", "stratum+tcp://pool:14433"] }),
      /miner's words/,
    ],
    ["GHOST's pool", process(9, 7, { argv: ["x", "xmr.kryptex.network:7029"] }), /miner's words/],
  ])("are told apart: %s", (_, extra, message) => {
    expect(reasons([extra])).toEqual([expect.stringMatching(message)]);
  });

  it("are judged only when they stay", () => {
    const passing = process(9, 7, { program: "/usr/bin/uname", argv: ["uname"] });
    const detector = new ProcessDetector([]);
    const found = [[passing], [passing], [], [passing], [passing], [passing]].map((extra) =>
      detector.observe([init, main, ...extra]),
    );
    expect(found.map(({ length }) => length)).toEqual([0, 0, 0, 0, 0, 1]);
  });

  it("are judged by what they have become, not by how they began", () => {
    const begun = { ...BEGINNING, pid: 1009, innerPid: 9 };
    const become = { ...begun, argv: ["sleep", "9"] };
    const detector = new ProcessDetector([]);
    const found = [begun, begun, begun, begun, become, become, become].map((view) =>
      detector.observe([init, main, view]),
    );
    expect(found.map(({ length }) => length)).toEqual([0, 0, 0, 0, 0, 0, 1]);
  });

  it("stand once the init is the container's own", () => {
    expect(initOf([main, init])).toBe(init);
    expect(initOf([BEGINNING])).toBeUndefined();
    expect(initOf([])).toBeUndefined();
  });

  it("are the same whatever they call themselves: changing names does not begin the count anew", () => {
    const detector = new ProcessDetector([]);
    const named = (name: string) => process(9, 7, { program: `/tmp/${name}`, argv: [name] });
    const found = ["a", "b", "c", "d"].map((name) => detector.observe([init, main, named(name)]));
    expect(found.map(({ length }) => length)).toEqual([0, 0, 1, 1]);
    expect(found[2]?.[0]?.subject).toBe(found[3]?.[0]?.subject);
  });

  it("are told with what somebody needs to look into it", () => {
    const [found] = findings([
      init,
      main,
      process(9, 0, { program: "/usr/bin/sleep", argv: ["sleep", "9"] }),
    ]);
    expect(found).toMatchObject({
      kind: "process",
      facts: { pid: 9, hostPid: 1009, uid: 10002, program: "/usr/bin/sleep", commandLine: "sleep 9" },
    });
  });

  it("end neither in a loop of parents nor on a process without a command line", () => {
    const loop = [process(9, 10, { argv: SPAWN }), process(10, 9, { argv: [] })];
    expect(reasons(loop)).toHaveLength(2);
  });
});
