import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { deletionOrder, type Entry, STATE_VERSION, State } from "../../infra/embedded/state";

let folder: string;
beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), "comfy-state-")), ".comfy");
});
afterEach(() => rmSync(join(folder, ".."), { recursive: true, force: true }));

const entry = (urn: string, over: Partial<Entry> = {}): Entry => ({
  urn,
  type: "t",
  id: urn,
  inputs: {},
  outputs: {},
  dependencies: [],
  sequence: 1,
  ...over,
});

describe("the state file", () => {
  it("keeps what was put, privately and after every step", () => {
    const state = new State(folder, "local");
    const { sequence: _, ...first } = entry("a", { inputs: { x: [1, { y: null }] } });
    state.put(first);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(statSync(state.path).mode & 0o777).toBe(0o600);
    expect(new State(folder, "local").get("a")?.inputs).toEqual({ x: [1, { y: null }] });
    state.put({ ...first, urn: "b" });
    expect(new State(folder, "local").get("b")?.sequence).toBe(2);
    state.remove("a");
    expect(new State(folder, "local").all().map((kept) => kept.urn)).toEqual(["b"]);
    expect(readdirSync(folder)).toEqual(["state.json"]);
  });

  it("goes on counting after a reload", () => {
    const { sequence: _, ...one } = entry("a");
    new State(folder, "local").put(one);
    expect(new State(folder, "local").put({ ...one, urn: "b" }).sequence).toBe(2);
  });

  it("refuses what it cannot trust, and leaves it alone", () => {
    const state = new State(folder, "local");
    state.put(entry("a"));
    const good = JSON.parse(readFileSync(state.path, "utf8"));
    const cases: [unknown, RegExp][] = [
      ["{ half", /damaged \(it is not JSON\).*npm stop/],
      [[], /damaged \(it has no version\)/],
      [{ ...good, version: STATE_VERSION + 1 }, /version 2; this program reads version 1/],
      [{ ...good, stack: "other" }, /belongs to stack "other", not local/],
      [{ ...good, resources: [{ urn: "a" }] }, /damaged \(a resource is incomplete\)/],
    ];
    for (const [content, message] of cases) {
      const text = typeof content === "string" ? content : JSON.stringify(content);
      writeFileSync(state.path, text);
      expect(() => new State(folder, "local")).toThrow(message);
      expect(readFileSync(state.path, "utf8")).toBe(text);
    }
  });
});

describe("deletionOrder", () => {
  it("deletes the youngest first", () => {
    expect(
      deletionOrder([entry("a"), entry("c", { sequence: 3 }), entry("b", { sequence: 2 })]).map((e) => e.urn),
    ).toEqual(["c", "b", "a"]);
  });

  it("deletes nothing before what depends on it, even when that is older", () => {
    const replaced = entry("pod", { sequence: 9 });
    const dependent = entry("gateway", { sequence: 2, dependencies: ["pod"] });
    expect(deletionOrder([replaced, dependent]).map((e) => e.urn)).toEqual(["gateway", "pod"]);
  });

  it("ends also when the dependencies go round", () => {
    const order = deletionOrder([entry("a", { dependencies: ["b"] }), entry("b", { dependencies: ["a"] })]);
    expect(order).toHaveLength(2);
  });
});
