import { describe, expect, it } from "vitest";
import type { Finding } from "../../components/watcher/detection/finding";
import { sentenceOf } from "../../components/watcher/hold";

const say = (finding: Finding) =>
  sentenceOf({ time: "2026-11-24T15:48:29.565Z", ...finding, fix: "clear it" });

describe("why ComfyUI is kept down", () => {
  it("is said with the alert, what it was about, and how it goes on", () => {
    expect(
      say({
        kind: "process",
        subject: "process 4711 started at 99",
        reason: "a process is not ComfyUI's",
        facts: { commandLine: "sleep 60" },
      }),
    ).toBe(
      'The watcher keeps ComfyUI down since 2026-11-24T15:48:29.565Z: a process is not ComfyUI\'s (alert "process", process 4711 started at 99, command line "sleep 60"). Look into it, then let ComfyUI go on: clear it',
    );
  });

  it("is said without a command line where there is none", () => {
    const said = say({ kind: "preload", subject: "/etc/ld.so.preload", reason: "it is not empty" });
    expect(said).toContain('(alert "preload", /etc/ld.so.preload). Look');
  });

  it("does nothing to the terminal that shows it", () => {
    const facts = { commandLine: "x\u001b]0;title\u0007\u009b2J\n\u202etxt.exe" };
    const said = say({ kind: "code", subject: "/data/custom_nodes/\u001b[2K", reason: "changed", facts });
    expect(said).toMatch(/^[\x20-\x7e]+$/);
    expect(said).toContain('command line "x?]0;title??2J??txt.exe"');
  });
});
