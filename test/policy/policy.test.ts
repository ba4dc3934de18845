import type { PolicyResource, ReportViolation } from "@pulumi/policy";
import { describe, expect, it } from "vitest";
import { type PackPolicy, toPolicy } from "../../policies/core/pack";
import type { Resource } from "../../policies/core/resource";
import type { ResourceRule, StackRule } from "../../policies/core/rule";
import { UNKNOWN } from "../../policies/core/value";

const UNKNOWN_TEXT = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const TODAY = "2026-11-24";
const text = {
  description: "A door is closed.",
  why: "An open door lets everyone in.",
  fix: "close the door.",
  severity: "high" as const,
  enforcement: "mandatory" as const,
  references: [],
};
const seen: Resource[] = [];
const closed: ResourceRule = {
  ...text,
  types: ["door", "gate"],
  checkResource(resource, report) {
    seen.push(resource);
    const { open } = resource.props;
    if (open === UNKNOWN) report.unknown(resource, "open");
    else if (open === true) report.violation({ resource, path: "open", found: open, wanted: "false" });
  },
};
const single: StackRule = {
  ...text,
  checkStack({ resources, complete }, report) {
    for (const resource of complete ? resources.slice(1) : [])
      report.violation({ resource, path: "", found: undefined, wanted: "one door" });
  },
};

type Look = (args: never, report: ReportViolation) => unknown;
const config = (exceptions?: object[]) => ({ getConfig: () => ({ exceptions }) });

/** What a look of the policy reports, as the SDK gets it. */
function said(look: unknown, args: object): unknown[] {
  const reported: unknown[] = [];
  (look as Look)(args as never, ((...report: unknown[]) => reported.push(report)) as ReportViolation);
  return reported;
}
function lookFirst(policy: PackPolicy, name: string, open: unknown, exceptions?: object[], type = "door") {
  const args: object = {
    ...{ urn: `urn:${name}`, type, name, props: { open }, opts: { parent: "urn:house" } as never },
    notApplicable: (reason?: string) => {
      throw new Error(`not applicable: ${reason}`);
    },
    ...config(exceptions),
  };
  return said((policy as { validateResource: unknown }).validateResource, args);
}
function lookLast(policy: PackPolicy, doors: Record<string, unknown>, exceptions?: object[], type = "door") {
  const resources = Object.entries(doors).map(([name, open]) => ({
    ...{ urn: `urn:${name}`, type, name, props: { open }, opts: { parent: "urn:house" } },
  })) as unknown as PolicyResource[];
  const args: object = { resources, ...config(exceptions) };
  return said(policy.validateStack, args);
}

const OPEN = (name: string) => [`${name}: open is true; wanted false. Fix: close the door.`, `urn:${name}`];
const LATER = (name: string) => [
  {
    message: `${name}: open is not known before the update; the rule looks again when it is.`,
    urn: `urn:${name}`,
    enforcementLevel: "advisory",
  },
];
const exception = { resource: "shop", reason: "It is a shop, and open.", owner: "keeper" };

describe("a rule about resources, as a policy of the pack", () => {
  const policy = () => toPolicy("closed", closed, () => TODAY);

  it("says of itself what the engine shows, and which configuration it takes", () => {
    expect(policy()).toMatchObject({
      name: "closed",
      description: "A door is closed.",
      enforcementLevel: "mandatory",
      severity: "high",
      remediationSteps: "close the door.",
    });
    const string = { type: "string" };
    expect(policy().configSchema).toEqual({
      properties: {
        exceptions: {
          type: "array",
          items: {
            type: "object",
            properties: { resource: string, reason: string, owner: string, expires: string, path: string },
          },
        },
      },
    });
  });

  it("refuses an open door before it is made, and does not say so again at the end", () => {
    const one = policy();
    expect(lookFirst(one, "front", true)).toEqual([OPEN("front")]);
    expect(lookFirst(one, "back", false)).toEqual([]);
    expect(lookLast(one, { front: true, back: false })).toEqual([]);
  });

  it("says of another run's policy all anew", () => {
    expect(lookFirst(policy(), "front", true)).toEqual(lookFirst(policy(), "front", true));
  });

  it("advises where it cannot tell yet, once, and refuses at the end what turns out open", () => {
    const one = policy();
    expect(lookFirst(one, "later", UNKNOWN_TEXT)).toEqual([LATER("later")]);
    expect(lookLast(one, { later: UNKNOWN_TEXT })).toEqual([]);
    expect(lookLast(one, { later: true })).toEqual([OPEN("later")]);
  });

  it("is not about other types, before or at the end", () => {
    expect(() => lookFirst(policy(), "pane", true, [], "window")).toThrow(
      "not applicable: The rule is about door, gate.",
    );
    expect(lookLast(policy(), { pane: true }, [], "window")).toEqual([]);
    expect(lookLast(policy(), { wide: true }, [], "gate")).toEqual([OPEN("wide")]);
  });

  it("shows the rule the resource with its parent, whichever look it is", () => {
    seen.length = 0;
    const one = policy();
    lookFirst(one, "front", false);
    lookLast(one, { front: false });
    const door = {
      urn: "urn:front",
      type: "door",
      name: "front",
      props: { open: false },
      parent: "urn:house",
    };
    expect(seen).toEqual([door, door]);
  });

  it("takes exceptions, and holds them to their last day, which it asks for at each look", () => {
    let day = "2026-12-31";
    const one = toPolicy("closed", closed, () => day);
    const open = [{ ...exception, expires: "2026-12-31" }];
    expect(lookFirst(one, "shop", true, open)).toEqual([]);
    expect(lookLast(one, { shop: true }, open)).toEqual([]);
    day = "2027-01-01";
    const ended =
      'The exception for "shop" ended on 2026-12-31: mend the resource, or look at the reason again and give a new day.';
    expect(lookFirst(one, "shop", true, open)).toEqual([OPEN("shop"), [ended, undefined]]);
    expect(lookLast(one, { shop: true }, open)).toEqual([]);
  });
});

describe("a rule about the stack, as a policy of the pack", () => {
  const policy = toPolicy("single", single, () => TODAY);
  const SECOND = ["b is absent; wanted one door. Fix: close the door.", "urn:b"];

  it("looks at all resources at the end, at none before", () => {
    expect(policy).not.toHaveProperty("validateResource");
    expect(policy).toMatchObject({ name: "single", remediationSteps: "close the door." });
    expect(lookLast(policy, { a: true, b: true })).toEqual([SECOND]);
    expect(lookLast(policy, { a: true, b: true })).toEqual([SECOND]);
  });

  it("takes exceptions in order", () => {
    const covers = { ...exception, resource: "b", expires: TODAY };
    expect(lookLast(policy, { a: true, b: true }, [covers])).toEqual([]);
    expect(lookLast(policy, { a: true, b: true }, [{ ...covers, owner: "" }])).toEqual([
      SECOND,
      ['The exception for "b" has no owner: name the person or team that answers for it.', undefined],
    ]);
  });
});
