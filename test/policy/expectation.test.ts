import { describe, expect, it } from "vitest";
import { membersAt } from "../../policies/core/expectation";
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
