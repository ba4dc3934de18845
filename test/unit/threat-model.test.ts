import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { ATTEMPTS, GROUPS } from "../containment/attempts";
import { namedTests, REGENERATE, renderThreatModel, THREAT_MODEL } from "../containment/threat-model";
import { GHOST_CHAIN, WHAT_AUTHENTICATION_CANNOT_FIX } from "../containment/threats";

describe("the threat model", () => {
  it("is what the drills' data says", () => {
    const written = readFileSync(THREAT_MODEL, "utf8");
    expect(written === renderThreatModel(), `${THREAT_MODEL} is stale: run \`${REGENERATE}\``).toBe(true);
  });

  it.each(namedTests())("names a test that there is: $file, $test", ({ file, test }) => {
    const calls = readFileSync(file, "utf8").replaceAll(/\(\s+"/g, '("');
    expect(calls.includes(`("${test}"`)).toBe(true);
  });

  it("points at every group of the drills", () => {
    const shown = [...GHOST_CHAIN, ...WHAT_AUTHENTICATION_CANNOT_FIX].flatMap(({ shownBy }) => shownBy);
    const groups = new Set(shown.flatMap((proof) => ("drills" in proof ? [proof.drills] : [])));
    expect([...groups].sort()).toEqual(Object.keys(GROUPS).sort());
  });
});

describe("the drills", () => {
  it("are at least the sixty that were asked for, each by a name of its own and doing something of its own", () => {
    expect(ATTEMPTS.length).toBeGreaterThanOrEqual(60);
    expect(new Set(ATTEMPTS.map(({ id }) => id)).size).toBe(ATTEMPTS.length);
    expect(new Set(ATTEMPTS.map(({ act }) => JSON.stringify(act))).size).toBe(ATTEMPTS.length);
  });

  it("are shown to work without us, but for those that say why they cannot be", () => {
    const unproven = ATTEMPTS.filter(
      ({ control, stopper }) => typeof control !== "string" && stopper !== "gateway",
    );
    expect(unproven.length).toBeLessThan(ATTEMPTS.length / 4);
  });
});
