import { existsSync, readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { CATALOGUE } from "../../policies/catalogue";

const files = readdirSync("policies/rules").map((file) => file.replace(/\.ts$/, ""));

describe("the catalogue", () => {
  it("lists every rule by the name of its file, in order", () => {
    expect(Object.keys(CATALOGUE)).toEqual(files.sort());
  });

  it.each(Object.entries(CATALOGUE))("%s says what it is and has tests", (id, rule) => {
    expect(rule.description, "a sentence").toMatch(/^[A-Z].{20,}\.$/s);
    expect(rule.why, "a sentence").toMatch(/^[A-Z].{20,}\.$/s);
    // It ends a sentence that begins with "Fix: ".
    expect(rule.fix).toMatch(/^[a-z`].{15,}\.$/s);
    expect(existsSync(`test/policy/rules/${id}.test.ts`)).toBe(true);
  });
});
