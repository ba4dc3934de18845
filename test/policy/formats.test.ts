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

  it("say of a secret that the file does not show how to have it judged", () => {
    const door = { ...resource("door", { open: UNKNOWN }, "back"), secretPaths: ["open"] };
    const [outcome] = evaluate({ closed }, { resources: [door], complete: true }, {}, "2026-11-24");
    expect(lines(outcome === undefined ? [] : [outcome]).map(({ message }) => message)).toEqual([
      "back: open is a secret that the file does not show; pipe in `pulumi stack export --show-secrets`, or run the policy pack in a preview.",
    ]);
  });

  it("blocks on mandatory violations and bad exceptions only", () => {
    expect(all.filter(isBlocking).map(({ kind }) => kind)).toEqual(["violation", "exception"]);
    expect(verdict(all)).toBe("2 mandatory, 2 advisory, 1 excused, 2 not known.");
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

describe("every format, as a whole", () => {
  const few = {
    source: "plan.json",
    rules,
    lines: [all[0], all[1], all[2], all[4], all[6]].filter((line) => line !== undefined),
  };

  it("as a table", () => {
    expect(RENDER.table(few)).toMatchInlineSnapshot(`
      "mandatory  high      closed
          front: open is "a|b\\n<script>"; wanted false.
          fix: close the door.

      mandatory  high      closed
          The exception for "*" names no resource: give its logical name; * may stand for a part of it only, beside three letters or more.

      advisory   low       soft
          front: open is "a|b\\n<script>"; wanted false.
          fix: close the door.

      unknown    high      closed
          back: open is not known before the update; the rule looks again when it is.

      excused    high      closed
          shop: open is true; wanted false.
          fix: close the door.
          excused: It is a shop. (keeper, until 2026-12-31)

      plan.json: 2 mandatory, 1 advisory, 1 excused, 1 not known."
    `);
  });

  it("as Markdown", () => {
    expect(RENDER.markdown(few)).toMatchInlineSnapshot(`
      "### Policy: refused

      \`plan.json\`: 2 mandatory, 1 advisory, 1 excused, 1 not known.

      | level | severity | rule | what, and how to mend it |
      |---|---|---|---|
      | mandatory | high | \`closed\` | front: open is "a\\|b\\n&lt;script&gt;"; wanted false. Fix: close the door. |
      | mandatory | high | \`closed\` | The exception for "*" names no resource: give its logical name; * may stand for a part of it only, beside three letters or more. |
      | advisory | low | \`soft\` | front: open is "a\\|b\\n&lt;script&gt;"; wanted false. Fix: close the door. |
      | unknown | high | \`closed\` | back: open is not known before the update; the rule looks again when it is. |
      | excused | high | \`closed\` | shop: open is true; wanted false. Fix: close the door. *Excused: It is a shop. (keeper, until 2026-12-31)* |"
    `);
  });

  it("as SARIF", () => {
    expect(RENDER.sarif(few)).toMatchInlineSnapshot(`
      "{
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [
          {
            "tool": {
              "driver": {
                "name": "comfy-fortress",
                "rules": [
                  {
                    "id": "soft",
                    "shortDescription": {
                      "text": "A door is closed."
                    },
                    "fullDescription": {
                      "text": "An open door lets everyone in."
                    },
                    "help": {
                      "text": "close the door."
                    },
                    "defaultConfiguration": {
                      "level": "warning"
                    },
                    "properties": {
                      "security-severity": "3.0",
                      "tags": [
                        "security",
                        "trivy/AWS-1"
                      ]
                    }
                  },
                  {
                    "id": "closed",
                    "shortDescription": {
                      "text": "A door is closed."
                    },
                    "fullDescription": {
                      "text": "An open door lets everyone in."
                    },
                    "help": {
                      "text": "close the door."
                    },
                    "defaultConfiguration": {
                      "level": "error"
                    },
                    "properties": {
                      "security-severity": "8.0",
                      "tags": [
                        "security",
                        "trivy/AWS-1"
                      ]
                    }
                  }
                ]
              }
            },
            "results": [
              {
                "ruleId": "closed",
                "ruleIndex": 1,
                "kind": "fail",
                "level": "error",
                "message": {
                  "text": "front: open is \\"a|b\\\\n<script>\\"; wanted false. Fix: close the door."
                },
                "locations": [
                  {
                    "physicalLocation": {
                      "artifactLocation": {
                        "uri": "plan.json"
                      },
                      "region": {
                        "startLine": 1
                      }
                    },
                    "logicalLocations": [
                      {
                        "name": "front",
                        "fullyQualifiedName": "urn:pulumi:test::test::door::front",
                        "kind": "resource"
                      }
                    ]
                  }
                ],
                "partialFingerprints": {
                  "rule/resource/message": "closed/urn:pulumi:test::test::door::front/front: open is \\"a|b\\\\n<script>\\"; wanted false. Fix: close the door."
                }
              },
              {
                "ruleId": "closed",
                "ruleIndex": 1,
                "kind": "fail",
                "level": "error",
                "message": {
                  "text": "The exception for \\"*\\" names no resource: give its logical name; * may stand for a part of it only, beside three letters or more."
                },
                "locations": [
                  {
                    "physicalLocation": {
                      "artifactLocation": {
                        "uri": "plan.json"
                      },
                      "region": {
                        "startLine": 1
                      }
                    }
                  }
                ],
                "partialFingerprints": {
                  "rule/resource/message": "closed//The exception for \\"*\\" names no resource: give its logical name; * may stand for a part of it only, beside three letters or more."
                }
              },
              {
                "ruleId": "soft",
                "ruleIndex": 0,
                "kind": "fail",
                "level": "warning",
                "message": {
                  "text": "front: open is \\"a|b\\\\n<script>\\"; wanted false. Fix: close the door."
                },
                "locations": [
                  {
                    "physicalLocation": {
                      "artifactLocation": {
                        "uri": "plan.json"
                      },
                      "region": {
                        "startLine": 1
                      }
                    },
                    "logicalLocations": [
                      {
                        "name": "front",
                        "fullyQualifiedName": "urn:pulumi:test::test::door::front",
                        "kind": "resource"
                      }
                    ]
                  }
                ],
                "partialFingerprints": {
                  "rule/resource/message": "soft/urn:pulumi:test::test::door::front/front: open is \\"a|b\\\\n<script>\\"; wanted false. Fix: close the door."
                }
              },
              {
                "ruleId": "closed",
                "ruleIndex": 1,
                "kind": "review",
                "level": "none",
                "message": {
                  "text": "back: open is not known before the update; the rule looks again when it is."
                },
                "locations": [
                  {
                    "physicalLocation": {
                      "artifactLocation": {
                        "uri": "plan.json"
                      },
                      "region": {
                        "startLine": 1
                      }
                    },
                    "logicalLocations": [
                      {
                        "name": "back",
                        "fullyQualifiedName": "urn:pulumi:test::test::door::back",
                        "kind": "resource"
                      }
                    ]
                  }
                ],
                "partialFingerprints": {
                  "rule/resource/message": "closed/urn:pulumi:test::test::door::back/back: open is not known before the update; the rule looks again when it is."
                }
              },
              {
                "ruleId": "closed",
                "ruleIndex": 1,
                "kind": "fail",
                "level": "error",
                "message": {
                  "text": "shop: open is true; wanted false. Fix: close the door."
                },
                "locations": [
                  {
                    "physicalLocation": {
                      "artifactLocation": {
                        "uri": "plan.json"
                      },
                      "region": {
                        "startLine": 1
                      }
                    },
                    "logicalLocations": [
                      {
                        "name": "shop",
                        "fullyQualifiedName": "urn:pulumi:test::test::door::shop",
                        "kind": "resource"
                      }
                    ]
                  }
                ],
                "partialFingerprints": {
                  "rule/resource/message": "closed/urn:pulumi:test::test::door::shop/shop: open is true; wanted false. Fix: close the door."
                },
                "suppressions": [
                  {
                    "kind": "external",
                    "status": "accepted",
                    "justification": "It is a shop. (keeper, until 2026-12-31)"
                  }
                ]
              }
            ]
          }
        ]
      }"
    `);
  });
});

describe("the order of lines", () => {
  const one = (severity: Line["severity"], enforcement: Line["enforcement"], kind: Line["kind"]): string =>
    `${kind} ${enforcement} ${severity}`;

  it("goes by kind, then enforcement, then severity, then as they came", () => {
    const judged = (enforcement: "mandatory" | "advisory", severity: ResourceRule["severity"]) => ({
      ...closed,
      enforcement,
      severity,
    });
    const many = {
      a: judged("advisory", "critical"),
      b: judged("mandatory", "low"),
      c: judged("mandatory", "critical"),
      d: judged("advisory", "medium"),
    };
    const found = lines(
      evaluate(many, { resources, complete: true }, { c: { exceptions } }, "2026-11-24"),
    ).map(({ severity, enforcement, kind }) => one(severity, enforcement, kind));
    expect(found).toMatchInlineSnapshot(`
      [
        "violation mandatory critical",
        "exception mandatory critical",
        "violation mandatory low",
        "violation mandatory low",
        "violation advisory critical",
        "violation advisory critical",
        "violation advisory medium",
        "violation advisory medium",
        "unknown mandatory critical",
        "unknown mandatory low",
        "unknown advisory critical",
        "unknown advisory medium",
        "excused mandatory critical",
      ]
    `);
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
      "### Policy: passed\n\n`plan.json`: 0 mandatory, 0 advisory, 0 excused, 0 not known.",
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

  it("refers to a file whatever its name", () => {
    const { runs } = JSON.parse(RENDER.sarif({ ...data, source: "out/my plan #1?.json" }));
    expect(runs[0].results[0].locations[0].physicalLocation.artifactLocation.uri).toBe(
      "out/my%20plan%20%231%3F.json",
    );
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
