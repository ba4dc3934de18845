import { describe, expect, it } from "vitest";
import { RENDER } from "../../policies/cli/formats";
import { isBlocking, type Line, lines, verdict } from "../../policies/cli/summary";
import { evaluate } from "../../policies/core/evaluate";
import type { ResourceRule } from "../../policies/core/rule";
import { UNKNOWN } from "../../policies/core/value";
import { resource } from "../support/policy";

const closed: ResourceRule = {
  description: "A door is closed.",
  why: "An open door lets everyone in.",
  fix: "close the door.",
  severity: "high",
  enforcement: "mandatory",
  references: [{ catalogue: "trivy", id: "AWS-1" }],
  types: ["door"],
  checkResource(one, report) {
    const { open } = one.props;
    if (open === UNKNOWN) report.unknown(one, "open");
    else if (open !== false) report.violation({ resource: one, path: "open", found: open, wanted: "false" });
  },
};
const rules = { soft: { ...closed, enforcement: "advisory" as const, severity: "low" as const }, closed };
const resources = [
  resource("door", { open: "a|b\n<script>" }, "front"),
  resource("door", { open: UNKNOWN }, "back"),
  resource("door", { open: true }, "shop"),
];
const exceptions = [
  { resource: "shop", reason: "It is a shop.", owner: "keeper", expires: "2026-12-31" },
  { resource: "*", reason: "Everything is open.", owner: "keeper", expires: "2026-12-31" },
];
const all = lines(evaluate(rules, { resources, complete: true }, { closed: { exceptions } }, "2026-11-24"));
const data = { source: "plan.json", rules, lines: all };

describe("the lines of a report", () => {
  it("has the worst first", () => {
    expect(all.map(({ kind, rule, resource: name }) => `${kind} ${rule} ${name}`)).toEqual([
      "violation closed front",
      "exception closed ",
      "violation soft front",
      "violation soft shop",
      "unknown closed back",
      "unknown soft back",
      "excused closed shop",
    ]);
  });

  it("blocks on mandatory violations and bad exceptions only", () => {
    expect(all.filter(isBlocking).map(({ kind }) => kind)).toEqual(["violation", "exception"]);
    expect(verdict(all)).toBe("2 mandatory, 2 advisory, 1 excused, 2 not known before the update.");
  });
});

describe("table", () => {
  it("says level, severity, rule, what and how to mend it", () => {
    const text = RENDER.table(data);
    expect(text).toContain(
      'mandatory  high      closed\n    front: open is "a|b\\n<script>"; wanted false.\n    fix: close the door.\n',
    );
    expect(text).toContain("    excused: It is a shop. (keeper, until 2026-12-31)\n");
    expect(text.endsWith(`plan.json: ${verdict(all)}`)).toBe(true);
  });
});

describe("json", () => {
  it("is the lines as they are", () => {
    expect(JSON.parse(RENDER.json(data))).toEqual({ source: "plan.json", verdict: verdict(all), lines: all });
  });
});

describe("markdown", () => {
  it("lets no value out of its cell", () => {
    const rows = RENDER.markdown(data).split("\n");
    expect(rows[0]).toBe("### Policy: refused");
    expect(rows[6]).toBe(
      '| mandatory | high | `closed` | front: open is "a\\|b\\n&lt;script&gt;"; wanted false. Fix: close the door. |',
    );
    expect(rows.slice(4).every((row) => row.match(/(?<!\\)\|/g)?.length === 5)).toBe(true);
  });

  it("says that all is well", () => {
    expect(RENDER.markdown({ ...data, lines: [] })).toBe(
      "### Policy: passed\n\n`plan.json`: 0 mandatory, 0 advisory, 0 excused, 0 not known before the update.",
    );
  });
});

describe("sarif", () => {
  const log = JSON.parse(RENDER.sarif(data));
  const [run] = log.runs;

  it("is version 2.1.0 with one run, whose results point at rules and at a place", () => {
    expect(log.version).toBe("2.1.0");
    expect(log.runs).toHaveLength(1);
    expect(run.tool.driver.name).toBe("comfy-fortress");
    for (const result of run.results) {
      expect(run.tool.driver.rules[result.ruleIndex].id).toBe(result.ruleId);
      expect(["none", "note", "warning", "error"]).toContain(result.level);
      // The standard: a kind other than "fail" goes with the level "none".
      expect(result.kind === "fail" || result.level === "none").toBe(true);
      expect(result.message.text).not.toBe("");
      expect(result.locations[0].physicalLocation.artifactLocation.uri).toBe("plan.json");
      expect(Object.values(result.partialFingerprints).every((one) => typeof one === "string")).toBe(true);
    }
  });

  it("gives each line its kind and level, and an excused one its justification", () => {
    expect(run.results.map((one: { kind: string; level: string }) => `${one.kind} ${one.level}`)).toEqual([
      ...["fail error", "fail error", "fail warning", "fail warning"],
      ...["review none", "review none", "fail error"],
    ]);
    expect(run.results[6].suppressions).toEqual([
      { kind: "external", status: "accepted", justification: "It is a shop. (keeper, until 2026-12-31)" },
    ]);
  });

  it.each(["critical", "high", "medium", "low"] as const)(
    "gives %s its place on GitHub's scale",
    (severity) => {
      const one = JSON.parse(
        RENDER.sarif({ source: "x", rules: { closed: { ...closed, severity } }, lines: [] }),
      );
      expect(one.runs[0].tool.driver.rules[0]).toEqual({
        id: "closed",
        shortDescription: { text: closed.description },
        fullDescription: { text: closed.why },
        help: { text: closed.fix },
        defaultConfiguration: { level: "error" },
        properties: {
          "security-severity": { critical: "9.5", high: "8.0", medium: "5.5", low: "3.0" }[severity],
          tags: ["security", "trivy/AWS-1"],
        },
      });
    },
  );

  it("has fingerprints of its own for every line", () => {
    const prints = run.results.map((one: { partialFingerprints: unknown }) =>
      JSON.stringify(one.partialFingerprints),
    );
    expect(new Set(prints).size).toBe((all as Line[]).length);
  });
});
