import { describe, expect, it } from "vitest";
import { expectAt, membersAt } from "../../policies/core/expectation";
import { UNKNOWN, type Value } from "../../policies/core/value";
import { resource } from "../support/policy";

/** The members, and the paths said to be unknown. */
function members(list: Value) {
  const unknown: string[] = [];
  const report = { violation: () => {}, unknown: (_: unknown, path: string) => unknown.push(path) };
  return { members: membersAt(report, resource("t", { list }), "list"), unknown };
}

describe("membersAt", () => {
  it.each([undefined, null, []])("finds none in %j", (list) => {
    expect(members(list)).toEqual({ members: [], unknown: [] });
  });

  it("gives each member its path, and leaves out and says what is not known", () => {
    expect(members(["a", UNKNOWN, "c"])).toEqual({
      members: [
        { path: "list[0]", value: "a" },
        { path: "list[2]", value: "c" },
      ],
      unknown: ["list[1]"],
    });
  });

  it("takes what is no list for its only member", () => {
    expect(members("a")).toEqual({ members: [{ path: "list", value: "a" }], unknown: [] });
  });

  it("says that the whole list is not known", () => {
    expect(members(UNKNOWN)).toEqual({ members: [], unknown: ["list"] });
  });
});

describe("expectAt", () => {
  /** What is said of a value that is to be 1. */
  function said(value: Value): unknown[] {
    const all: unknown[] = [];
    const one = resource("t", { a: [value] });
    const report = {
      violation: ({ path, found, wanted }: { path: string; found: Value; wanted: string }) =>
        all.push([path, found, wanted]),
      unknown: (_: unknown, path: string) => all.push(path),
    };
    expectAt(report, one, "a[0]", "1", (found) => found === 1);
    return all;
  }

  it("says nothing of what passes, what is found and wanted of what does not, and that it cannot tell", () => {
    expect(said(1)).toEqual([]);
    expect(said(2)).toEqual([["a[0]", 2, "1"]]);
    expect(said(undefined)).toEqual([["a[0]", undefined, "1"]]);
    expect(said(UNKNOWN)).toEqual(["a[0]"]);
  });
});
