import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { emptyImageWorkflow, pngSize, render, send } from "../support/client";
import { leftOf } from "../support/docker";
import { type Attempt, HOST, STOPPERS } from "./attempt";
import { ATTEMPTS, GROUPS } from "./attempts";
import { type Files, Lab, type Packet, type Report } from "./lab";

/** A real ComfyUI's image takes minutes to build. */
const START_TIMEOUT_MS = 1_200_000;
/** What a control says where this kernel has no such thing: then it cannot be used against us either. */
const LACKING = ["EPROTONOSUPPORT", "ESOCKTNOSUPPORT", "EAFNOSUPPORT", "ENOSYS"];
const PROTOCOL_OF: Partial<Record<Attempt["act"]["do"], string>> = {
  ...{ tcp: "tcp", reach: "tcp", http: "tcp", fast_open: "tcp", dns_over_tcp: "tcp" },
  ...{ udp: "udp", dns: "udp", ping: "icmp" },
};

const checkout = process.env.COMFYUI_SOURCE;
if (!checkout) {
  console.log(
    "COMFYUI_SOURCE names no checkout of ComfyUI: the intruder attacks the stand-in's container only",
  );
}
const subjects: [string, string | undefined][] = [
  ["the stand-in", undefined],
  ...(checkout ? [["a real ComfyUI", checkout] as [string, string]] : []),
];

describe.each(subjects)("an intruder in the container of %s", (_, source) => {
  const kind = source === undefined ? "stand-in" : "checkout";
  const attempts = ATTEMPTS.filter(({ only }) => only === undefined || only === kind);
  const inside = attempts.filter(({ act }) => act.do !== "request");
  const exhausting = new Set(GROUPS["Exhausting the machine"].map(({ id }) => id));
  const quiet = inside.filter(({ id }) => !exhausting.has(id));
  const lab = new Lab(source);
  const controls = new Map<string, Report>();
  const reports = new Map<string, Report>();
  let rootBefore: Files;
  let dataBefore: Files;
  let packets: Packet[];

  beforeAll(async () => {
    await lab.start();
    rootBefore = lab.rootFiles();
    dataBefore = lab.dataFiles();
    for (const report of await lab.controls(inside)) {
      controls.set(report.id, report);
    }
    for (const report of await lab.drill(quiet)) {
      reports.set(report.id, report);
    }
    packets = lab.packets();
  }, START_TIMEOUT_MS);

  afterAll(async () => {
    const output = await lab.stop();
    expect(leftOf(lab.stack), output).toEqual({ container: [], network: [], volume: [], image: [] });
  }, START_TIMEOUT_MS);

  it.each(quiet)("$id: would work if it were not for us", ({ id, control }) => {
    if (typeof control === "string") {
      const { outcome, errno, said } = controls.get(id) as Report;
      expect(LACKING.includes(errno ?? "") ? "done" : outcome, said).toBe("done");
    }
  });

  it.each(quiet)("$id: is stopped by $stopper", ({ id, stopper }) => {
    const { outcome, errno, said } = reports.get(id) as Report;
    const says: readonly string[] = STOPPERS[stopper].says;
    expect([...says, ...LACKING], `${outcome}: ${said}`).toContain(outcome === "stopped" ? errno : outcome);
  });
});
