import { describe, expect, it } from "vitest";
import { evaluate } from "../../policies/core/evaluate";
import { violationMessage } from "../../policies/core/message";
import type { ResourceRule, StackRule } from "../../policies/core/rule";
import { UNKNOWN } from "../../policies/core/value";
import { resource } from "../support/policy";

const text = {
  description: "A door is closed.",
  why: "An open door lets everyone in.",
  fix: "close the door.",
  severity: "high" as const,
  enforcement: "mandatory" as const,
  references: [],
};
const closed: ResourceRule = {
  ...text,
  types: ["door"],
  checkResource(one, report) {
    if (one.props.open === UNKNOWN) report.unknown(one, "open");
    else if (one.props.open === true)
      report.violation({ resource: one, path: "open", found: true, wanted: "false" });
  },
};
const single: StackRule = {
  ...text,
  enforcement: "advisory",
  checkStack({ resources }, report) {
    for (const one of resources.slice(1))
      report.violation({ resource: one, path: "", found: undefined, wanted: "one door" });
  },
};
const rules = { closed, single };
const stack = {
  resources: [resource("door", { open: true }, "front"), resource("window", { open: true }, "pane")],
  complete: true,
};
const exception = {
  resource: "front",
  reason: "It is a shop, and open.",
  owner: "keeper",
  expires: "2026-12-31",
};
const TODAY = "2026-11-24";

describe("evaluate", () => {
  it("asks a resource rule about its types only, a stack rule about everything, in the catalogue's order", () => {
    const outcomes = evaluate(rules, stack, {}, TODAY);
    expect(
      outcomes.map(({ id, enforcement, violations }) => [
        id,
        enforcement,
        violations.map((v) => v.resource.name),
      ]),
    ).toEqual([
      ["closed", "mandatory", ["front"]],
      ["single", "advisory", ["pane"]],
    ]);
  });

  it("takes the configuration's enforcement over the rule's, and leaves a disabled rule out", () => {
    const outcomes = evaluate(
      rules,
      stack,
      { closed: { enforcement: "disabled" }, single: { enforcement: "mandatory" } },
      TODAY,
    );
    expect(outcomes.map(({ id, enforcement }) => [id, enforcement])).toEqual([["single", "mandatory"]]);
  });

  it("sets apart what an exception covers, and says what is wrong with one out of order", () => {
    const good = evaluate(rules, stack, { closed: { exceptions: [exception] } }, TODAY)[0];
    expect([good?.violations.length, good?.excused[0]?.exception, good?.badExceptions]).toEqual([
      0,
      exception,
      [],
    ]);
    const late = evaluate(
      rules,
      stack,
      { closed: { exceptions: [{ ...exception, expires: "2026-11-23" }] } },
      TODAY,
    )[0];
    expect([late?.violations.length, late?.excused.length]).toEqual([1, 0]);
    expect(late?.badExceptions).toEqual([
      'The exception for "front" ended on 2026-11-23: mend the resource, or look at the reason again and give a new day.',
    ]);
  });

  it("shows no secret in a message", () => {
    const door = { ...resource("door", { open: true }, "front"), secretPaths: ["open"] };
    const [finding] =
      evaluate({ closed }, { resources: [door], complete: true }, {}, TODAY)[0]?.violations ?? [];
    expect(finding && violationMessage(closed, finding)).toBe(
      "front: open is (secret); wanted false. Fix: close the door.",
    );
  });

  it("says once what reads the same of one resource, and of each resource what is its own", () => {
    const twice: ResourceRule = {
      ...closed,
      checkResource(one, report) {
        closed.checkResource(one, report);
        closed.checkResource(one, report);
        if (one.props.open === true)
          report.violation({ resource: one, path: "open", found: true, wanted: "a lock" });
      },
    };
    const doors = [
      resource("door", { open: true }, "front"),
      resource("door", { open: true }, "back"),
      resource("door", { open: UNKNOWN }, "side"),
    ];
    const [outcome] = evaluate({ twice }, { resources: doors, complete: true }, {}, TODAY);
    expect(outcome?.violations.map((one) => `${one.resource.name}: ${one.wanted}`)).toEqual([
      "front: false",
      "front: a lock",
      "back: false",
      "back: a lock",
    ]);
    expect(outcome?.unknown.map((one) => one.resource.name)).toEqual(["side"]);
  });

  it("keeps what is not known apart from what is wrong", () => {
    const door = resource("door", { open: UNKNOWN }, "back");
    const [outcome] = evaluate({ closed }, { resources: [door], complete: true }, {}, TODAY);
    expect(outcome?.violations).toEqual([]);
    expect(outcome?.unknown).toEqual([{ resource: door, path: "open" }]);
  });
});
