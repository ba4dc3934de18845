import { readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { CATALOGUE } from "../../policies/catalogue";
import { parts } from "../mutation/parts";
import { parsePage, renderPage, score, tally } from "../mutation/tally";

const report = {
  files: {
    "a.ts": { mutants: ["Killed", "Timeout", "Survived", "Ignored"].map((status) => ({ status })) },
    "b.ts": { mutants: ["Killed", "NoCoverage"].map((status) => ({ status })) },
  },
};
const one = tally("core", "2026-11-24, abc def", report);

describe("the figures of a mutation run", () => {
  it("count what is noticed, and against it what survives or has no test", () => {
    expect(one).toEqual({
      ...{ part: "core", when: "2026-11-24, abc def" },
      ...{ killed: 3, survived: 1, uncovered: 1, ignored: 1 },
    });
    expect(score([one])).toBe(60);
    expect(score([one, { ...one, killed: 8, survived: 0, uncovered: 1 }])).toBeCloseTo(78.57, 2);
  });

  it("stand on a page that can be read again, whose other rows a later run keeps", () => {
    const order = ["core", "cli", "rules/sg"];
    const first = renderPage([{ ...one, part: "rules/sg" }, one], order);
    expect(parsePage(first)).toEqual([one, { ...one, part: "rules/sg" }]);
    expect(first).toContain("| **all** | 6 | 2 | 2 | 2 | **60.0 %** | |\n\nNot run yet: cli.\n");
    const better = { ...one, survived: 0, when: "2026-11-25, abc fed" };
    expect(parsePage(renderPage([better], order, first))).toEqual([better, { ...one, part: "rules/sg" }]);
  });

  it("leave no rule out", () => {
    const globs = parts(Object.keys(CATALOGUE)).flatMap(({ mutate }) => mutate);
    for (const id of Object.keys(CATALOGUE))
      expect(globs).toContain(`policies/rules/${id.split("-")[0]}-*.ts`);
  });

  it("leave no module of facts out, and count none twice", () => {
    const globs = parts(Object.keys(CATALOGUE)).flatMap(({ mutate }) => mutate);
    const modules = readdirSync("policies/facts").map((name) => `policies/facts/${name}`);
    expect(globs.filter((glob) => glob.startsWith("policies/facts/")).sort()).toEqual(modules.sort());
  });
});
