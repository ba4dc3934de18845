import { describe, expect, it } from "vitest";
import { type Exception, exceptionProblem, excuse } from "../../policies/core/exceptions";
import type { Finding } from "../../policies/core/rule";

const TODAY = "2026-11-24";
const good: Exception = {
  resource: "gateway-*",
  reason: "The gateway is meant for everyone.",
  owner: "platform team",
  expires: "2027-06-30",
};
const finding = (name: string, path = "ingress[0]"): Finding => ({
  resource: { urn: `urn::${name}`, type: "t", name, props: {} },
  path,
  found: 1,
  wanted: "2",
});

describe("exceptionProblem", () => {
  it.each([
    ["in order", {}],
    ["on its last day", { expires: TODAY }],
    ["for one resource", { resource: "gateway" }],
    ["for what begins alike", { resource: "vm3*" }],
    ["for a name of one letter", { resource: "x" }],
    ["at its longest", { expires: "2028-11-24" }],
    ["of the shortest reason", { reason: "ten letter" }],
  ])("accepts one that is %s", (_, change) => {
    expect(exceptionProblem({ ...good, ...change }, TODAY)).toBeUndefined();
  });

  it.each([
    [
      "everything",
      { resource: "*" },
      'The exception for "*" names no resource: give its logical name; * may stand for a part of it only, beside three letters or more.',
    ],
    [
      "everything, hidden",
      { resource: " ** " },
      'The exception for " ** " names no resource: give its logical name; * may stand for a part of it only, beside three letters or more.',
    ],
    [
      "almost everything",
      { resource: "*e*-" },
      'The exception for "*e*-" names no resource: give its logical name; * may stand for a part of it only, beside three letters or more.',
    ],
    [
      "nothing",
      { resource: " " },
      'The exception for " " names no resource: give its logical name; * may stand for a part of it only, beside three letters or more.',
    ],
    [
      "no reason",
      { reason: "" },
      'The exception for "gateway-*" has no reason (""): say in a sentence why the rule need not hold there.',
    ],
    [
      "a word for a reason",
      { reason: "because   " },
      'The exception for "gateway-*" has no reason ("because   "): say in a sentence why the rule need not hold there.',
    ],
    [
      "dots for a reason",
      { reason: "none ........" },
      'The exception for "gateway-*" has no reason ("none ........"): say in a sentence why the rule need not hold there.',
    ],
    [
      "blanks for a reason that are none to trim",
      { reason: "\u200b\u200b\u200b".padEnd(12, "\u2800") },
      'The exception for "gateway-*" has no reason ("\u200b\u200b\u200b\u2800\u2800\u2800\u2800\u2800\u2800\u2800\u2800\u2800"): say in a sentence why the rule need not hold there.',
    ],
    [
      "no owner",
      { owner: " " },
      'The exception for "gateway-*" has no owner: name the person or team that answers for it.',
    ],
    [
      "no end",
      { expires: "never" },
      'The exception for "gateway-*" has no end ("never"): give the last day it counts as YYYY-MM-DD.',
    ],
    [
      "a day that is none",
      { expires: "2027-02-30" },
      'The exception for "gateway-*" has no end ("2027-02-30"): give the last day it counts as YYYY-MM-DD.',
    ],
    [
      "a year",
      { expires: "2027" },
      'The exception for "gateway-*" has no end ("2027"): give the last day it counts as YYYY-MM-DD.',
    ],
    [
      "a day with a time",
      { expires: "2027-02-01T00:00" },
      'The exception for "gateway-*" has no end ("2027-02-01T00:00"): give the last day it counts as YYYY-MM-DD.',
    ],
    [
      "yesterday",
      { expires: "2026-11-23" },
      'The exception for "gateway-*" ended on 2026-11-23: mend the resource, or look at the reason again and give a new day.',
    ],
    [
      "ever",
      { expires: "2028-11-25" },
      'The exception for "gateway-*" ends only on 2028-11-25: give a day within two years, on which somebody looks at the reason again.',
    ],
  ])("refuses one for %s", (_, change, problem) => {
    expect(exceptionProblem({ ...good, ...change }, TODAY)).toBe(problem);
  });
});

// Pulumi hands a configuration on without looking at its types.
describe("exceptionProblem of what is no text", () => {
  it.each<[keyof Exception, string]>([
    ["resource", "The exception for 5 names no resource:"],
    ["reason", 'The exception for "gateway-*" has no reason (5):'],
    ["owner", 'The exception for "gateway-*" has no owner:'],
    ["expires", 'The exception for "gateway-*" has no end (5):'],
  ])("refuses a number for %s", (key, problem) => {
    expect(exceptionProblem({ ...good, [key]: 5 }, TODAY)).toContain(problem);
  });
});

describe("excuse", () => {
  const names = (list: readonly { resource: { name: string } }[]) =>
    list.map(({ resource }) => resource.name);

  it("covers what the pattern names, from end to end, and nothing else", () => {
    const findings = ["gateway-a", "gateway-", "my-gateway-a", "gatewayXa"].map((name) => finding(name));
    const { violations, excused } = excuse(findings, [good], TODAY);
    expect(excused.map((one) => one.finding.resource.name)).toEqual(["gateway-a", "gateway-"]);
    expect(names(violations)).toEqual(["my-gateway-a", "gatewayXa"]);
  });

  it("takes the characters of a pattern as they are", () => {
    const { violations } = excuse([finding("aXb"), finding("a.b")], [{ ...good, resource: "a.b" }], TODAY);
    expect(names(violations)).toEqual(["aXb"]);
  });

  it("covers a property and what lies in it, not one that only begins alike", () => {
    const findings = ["ports", "ports[0].ip", "ports.x", "portsOther"].map((path) =>
      finding("gateway-a", path),
    );
    const { violations } = excuse(findings, [{ ...good, path: "ports" }], TODAY);
    expect(violations.map(({ path }) => path)).toEqual(["portsOther"]);
  });

  it("excuses nothing by an exception that is out of order, and says so", () => {
    const { violations, excused, problems } = excuse([finding("gateway-a")], [{ ...good, owner: "" }], TODAY);
    expect([violations.length, excused.length, problems.length]).toEqual([1, 0, 1]);
  });
});
