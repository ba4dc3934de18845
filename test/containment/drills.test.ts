import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Access, emptyImageWorkflow, pngSize, render, send } from "../support/client";
import { leftOf } from "../support/docker";
import { eventually } from "../support/gateway-pod";
import { type Attempt, STOPPERS } from "./attempt";
import { ATTEMPTS, GROUPS } from "./attempts";
import { type Alert, type Files, Lab, type Report } from "./lab";

/** A real ComfyUI's image takes minutes to build. */
const START_TIMEOUT_MS = 1_200_000;
const DRILL_TIMEOUT_MS = 300_000;
/** How long one answer in a hundred may take: this, or this many times as long as without the intruder. */
const SLOW_ANSWER_MS = 2_000;
const SLOWER_THAN_USUAL = 10;
const USUAL_MS = 3_000;
/** The watcher looks every few seconds and wants to see a thing more than once. */
const ALARM_MS = 20_000;
const GIBIBYTE = 2 ** 30;
/** What a control says where this kernel has no such thing: then it cannot be used against us either. */
const LACKING = ["EPROTONOSUPPORT", "ESOCKTNOSUPPORT", "EAFNOSUPPORT", "ENOSYS"];
/** What Python names a temporary folder. */
const OWN_TEMPORARY = /^tmp[a-z0-9_]{8}$/;
/** The intruder's own marks; ComfyUI's database and log go on beside them. */
const OWN_DATA = /^\/data\/((input|output|user)\/(.*\/)?drill-|user\/comfyui[^/]*\.(db|log)[^/]*$)/;

const checkout = process.env.COMFYUI_SOURCE;
if (!checkout) {
  console.log(
    "COMFYUI_SOURCE names no checkout of ComfyUI: the intruder attacks the stand-in's container only",
  );
}
const subjects: [string, string | undefined][] = [["the stand-in", undefined]];
if (checkout) {
  subjects.push(["a real ComfyUI", checkout]);
}

describe.each(subjects)("an intruder in the container of %s", (_, source) => {
  const kind = source === undefined ? "stand-in" : "checkout";
  const of = (...acts: Attempt["act"]["do"][]) => ATTEMPTS.filter(({ act }) => acts.includes(act.do));
  const elsewhere = new Set([
    ...of("request", "serve"),
    ...GROUPS["Being noticed"],
    ...GROUPS["Exhausting the machine"],
  ]);
  const inside = ATTEMPTS.filter(
    (attempt) => !elsewhere.has(attempt) && (attempt.only === undefined || attempt.only === kind),
  );
  const lab = new Lab(source);
  const controls = new Map<string, Report>();
  const reports = new Map<string, Report>();
  const heard = new Map<string, string>();
  let quiet: Alert[];
  let usual: number;
  let before: {
    root: Files;
    data: Files;
    changes: string[];
    history: string;
    refused: number;
    programs: string[];
  };

  const history = async () => (await send(lab.access("me"), "GET", "/history")).body.toString();
  const expectStopped = ({ id, stopper }: Attempt) => {
    const { outcome, errno, said } = reports.get(id) as Report;
    const says: readonly string[] = STOPPERS[stopper].says;
    expect([...says, ...LACKING], `${outcome}: ${said}`).toContain(outcome === "stopped" ? errno : outcome);
  };
  const expectControlled = ({ id, control }: Attempt) => {
    if (typeof control === "string") {
      const { outcome, errno, said } = controls.get(id) as Report;
      expect(LACKING.includes(errno ?? "") ? "done" : outcome, said).toBe("done");
    }
  };

  beforeAll(async () => {
    await lab.start();
    const note = (into: Map<string, Report>, ...some: Report[]) => {
      for (const report of some) {
        into.set(report.id, report);
      }
    };
    await render(lab.access("worker"), emptyImageWorkflow(32, 32));
    quiet = lab.alerts();
    usual = (await answersDuring(lab.access("worker"), sleep(USUAL_MS))).slowest;
    note(controls, ...(await lab.controls(inside)));
    await render(lab.access("worker"), emptyImageWorkflow(32, 32));
    before = {
      root: await lab.rootFiles(),
      data: lab.dataFiles(),
      changes: lab.changes(),
      history: await history(),
      refused: lab.refusedByFirewall(),
      programs: lab.processes(),
    };
    for (const attempt of of("request")) {
      note(reports, await lab.request(attempt));
    }
    note(reports, ...(await lab.drill(inside)));
    for (const attempt of of("serve")) {
      const [control, drill] = [await lab.lure(attempt, "witness"), await lab.lure(attempt, "pod")];
      note(controls, control.report);
      note(reports, drill.report);
      heard.set(`${attempt.id} beside the pod`, control.heard).set(attempt.id, drill.heard);
    }
  }, START_TIMEOUT_MS);

  afterAll(async () => {
    const output = await lab.stop();
    expect(leftOf(lab.stack), output).toEqual({ container: [], network: [], volume: [], image: [] });
    printTable(reports);
  }, START_TIMEOUT_MS);

  it.each(inside)("$id: works where nothing stops it", expectControlled);

  it.each(inside)("$id: is stopped by the $stopper", expectStopped);

  it.each(of("request"))("$id: is refused by the gateway", expectStopped);

  it.each(of("serve"))("$id: is reached by nobody, though it is beside the pod", (attempt) => {
    expectControlled(attempt);
    expect(heard.get(`${attempt.id} beside the pod`)).toBe("intruder");
    expectStopped(attempt);
    expect(heard.get(attempt.id)).toBe("");
  });

  it("sends not one packet to the canary, which hears the witness on every port", () => {
    const packets = lab.packets();
    const from = (...addresses: string[]) => packets.filter((packet) => addresses.includes(packet.from));
    expect(from(...lab.ownAddresses("pod"))).toEqual([]);
    const heardOf = new Set(
      from(...lab.ownAddresses("witness")).map(({ protocol, to, port }) => `${protocol} ${to} ${port}`),
    );
    const expected = inside.flatMap((attempt) => lab.packetOf(attempt) ?? []);
    expect(expected.length).toBeGreaterThanOrEqual(30);
    expect(expected.filter((packet) => !heardOf.has(packet))).toEqual([]);
  });

  it("shows in the firewall's counter, which the host reads", () => {
    const attempts = inside.filter(({ stopper }) => stopper === "firewall");
    expect(lab.refusedByFirewall() - before.refused).toBeGreaterThanOrEqual(attempts.length);
  });

  it("has the watcher tell of refused connections, which it did not do before", async () => {
    const told = (alerts: readonly Alert[]) => alerts.map(({ event, subject }) => `${event} ${subject}`);
    expect(told(quiet)).toEqual([]);
    await eventually(
      async () => told(lab.alerts()).includes("refused-connections refused_out_comfyui"),
      "an alert",
      ALARM_MS,
    );
  });

  it.each(GROUPS["Being noticed"])(
    "$id: is told by the watcher while it runs",
    async (attempt) => {
      const drill = lab.drill([attempt]);
      const isOurs = ({ event, commandLine }: Alert) =>
        event === "process" && commandLine?.includes(`/tmp/drill-${attempt.id}.py`);
      await eventually(async () => lab.alerts().some(isOurs), "an alert", ALARM_MS);
      reports.set(attempt.id, (await drill)[0] as Report);
      expectStopped(attempt);
    },
    DRILL_TIMEOUT_MS,
  );

  it("starts no program of its own", async () => {
    const ran = (await lab.list("/tmp")).filter((name) => name.startsWith("ran-"));
    expect(ran).toEqual([]);
    // ComfyUI itself is told the name of its custom node.
    const since = lab.processes().filter((line) => !before.programs.includes(line));
    expect(since.filter((line) => line.includes("drill"))).toEqual([]);
  });

  it("changes no file but data, and leaves nothing beside what ComfyUI itself may write", async () => {
    expect(lab.changes()).toEqual(before.changes);
    expect(await lab.rootFiles()).toEqual(before.root);
    const after = lab.dataFiles();
    const differing = Object.keys({ ...before.data, ...after }).filter(
      (path) => after[path] !== before.data[path],
    );
    expect(differing.filter((path) => !OWN_DATA.test(path))).toEqual([]);
    expect(differing.length).toBeGreaterThan(0);
  });

  it("cannot hide what was rendered before it came", async () => {
    const kept = Object.keys(JSON.parse(before.history));
    expect(kept.length).toBeGreaterThan(0);
    expect(Object.keys(JSON.parse(await history()))).toEqual(expect.arrayContaining(kept));
  });

  it(
    "would find the authority's key in no container and no volume, and the server's where nginx reads it",
    async () => {
      // A volume and the overlay that is mounted in its place.
      const configuration = lab.name("gateway-config");
      expect(await lab.holders(lab.keyLine("pki-server-key"))).toEqual([
        configuration,
        `${configuration}-noexec`,
      ]);
      expect(await lab.holders(lab.keyLine("pki-ca-key"))).toEqual([]);
    },
    DRILL_TIMEOUT_MS,
  );

  it("is to the kernel what ComfyUI is, when `docker exec` starts it", async () => {
    const posture = await lab.posture("comfyui");
    expect(posture).toMatch(/^CapEff:\t0+$/m);
    expect(posture).toMatch(/^CapBnd:\t0+$/m);
    expect(posture).toMatch(/^NoNewPrivs:\t1$/m);
    expect(posture).toMatch(/^Seccomp:\t2$/m);
    expect(posture).toMatch(/^Uid:(\t10002){4}$/m);
    expect(await lab.posture("self")).toBe(posture);
  });

  it.each(GROUPS["Exhausting the machine"])(
    "$id: is stopped by the $stopper while the gateway answers as ever",
    async (attempt) => {
      const access = lab.access("worker");
      const started = lab.startedAt();
      const memory = lab.memoryLimit();
      expect(memory).toBeGreaterThan(0);
      const [control] = await lab.controls([attempt]);
      controls.set(attempt.id, control as Report);
      expectControlled(attempt);
      if (attempt.stopper === "memory limit") {
        lab.limitMemory(GIBIBYTE);
      }
      try {
        const drill = lab.drill([attempt]);
        const { slowest, statuses } = await answersDuring(access, drill);
        reports.set(attempt.id, (await drill)[0] as Report);
        expect([...statuses]).toEqual([200]);
        console.log(
          `${attempt.id}: 99 of 100 answers in ${Math.round(slowest)} ms, without it in ${Math.round(usual)} ms`,
        );
        expect(slowest).toBeLessThan(Math.max(SLOW_ANSWER_MS, SLOWER_THAN_USUAL * usual));
      } finally {
        lab.limitMemory(memory);
      }
      expectStopped(attempt);
      expect(lab.startedAt()).toBe(started);
    },
    DRILL_TIMEOUT_MS,
  );

  it(
    "is gone when the container is made anew, and nothing that it left behind runs",
    async () => {
      const data = lab.dataFiles();
      const folders = ["/tmp", "/data/temp", "/dev/shm"];
      const held = await Promise.all(folders.map((folder) => lab.list(folder)));
      await lab.recreate();
      expect(lab.changes()).toEqual(before.changes);
      expect(await lab.rootFiles()).toEqual(before.root);
      // A real ComfyUI makes a folder of its own there, by another name each time.
      for (const [at, folder] of folders.entries()) {
        const left = (await lab.list(folder)).filter(
          (name) => held[at]?.includes(name) || !OWN_TEMPORARY.test(name),
        );
        expect(left, folder).toEqual([]);
      }
      const differing = Object.entries(lab.dataFiles()).filter(([path, sum]) => data[path] !== sum);
      expect(differing.filter(([path]) => !OWN_DATA.test(path))).toEqual([]);
      expect(await history()).toBe("{}");
      const queue = JSON.parse((await send(lab.access("me"), "GET", "/queue")).body.toString());
      expect(queue).toEqual({ queue_running: [], queue_pending: [] });
    },
    DRILL_TIMEOUT_MS,
  );

  it("has not kept anybody from rendering", async () => {
    const { image } = await render(lab.access("worker"), emptyImageWorkflow(96, 64));
    expect(pngSize(image.body)).toEqual({ width: 96, height: 64 });
  });
});

/** Requests, one after the other, until something is over: how long the slowest in a hundred took. */
async function answersDuring(access: Access, something: Promise<unknown>) {
  let over = false;
  const end = () => {
    over = true;
  };
  something.then(end, end);
  const times: number[] = [];
  const statuses = new Set<number>();
  do {
    const started = performance.now();
    statuses.add((await send(access, "GET", "/system_stats")).status);
    times.push(performance.now() - started);
  } while (!over);
  times.sort((a, b) => a - b);
  return { slowest: times[Math.floor(times.length * 0.99)] ?? Number.POSITIVE_INFINITY, statuses };
}

/** What each attempt met, for the reader of the test's log. */
function printTable(reports: ReadonlyMap<string, Report>): void {
  for (const [group, attempts] of Object.entries(GROUPS)) {
    console.log(`\n${group}`);
    for (const { id, tries, stopper } of attempts) {
      const report = reports.get(id);
      if (report !== undefined) {
        console.log(`  ${tries.padEnd(88)} ${stopper} (${report.errno ?? report.outcome})`);
      }
    }
  }
}
