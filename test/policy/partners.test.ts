import { describe, expect, it } from "vitest";
import { UNKNOWN, type Value } from "../../policies/core/value";
import { partnership, withoutPartner } from "../../policies/facts/partners";
import { resource } from "../support/policy";

const owner = (name: string, props: Record<string, Value> = {}) => resource("owner", props, name);
const partner = (of: Value, name = "p") => resource("partner", { of }, name);

describe("partnership", () => {
  const keys = ["id", "bucket"];

  it.each<[string, Record<string, Value>, Value, string]>([
    ["the id that is named", { id: "a" }, "a", "yes"],
    ["the other key that is named", { id: UNKNOWN, bucket: "a" }, "a", "yes"],
    ["another id", { id: "a" }, "b", "no"],
    ["other ids", { id: "a", bucket: "b" }, "c", "no"],
    ["a name that is not known", { id: "a" }, UNKNOWN, "maybe"],
    ["an id that is not known", { id: UNKNOWN }, "a", "maybe"],
    ["neither known", { id: UNKNOWN }, UNKNOWN, "maybe"],
    ["one of two ids not known", { id: UNKNOWN, bucket: "b" }, "a", "maybe"],
    ["no id yet", {}, "a", "maybe"],
    ["nobody named", { id: "a" }, undefined, "no"],
    ["nobody named, before ids are known", {}, undefined, "no"],
    ["nobody named by an owner whose id is not known", { id: UNKNOWN }, null, "no"],
    ["nothing named", {}, "", "no"],
  ])("%s", (_, props, of, found) => {
    expect(partnership(owner("o", props), keys, partner(of), "of")).toBe(found);
  });
});

describe("withoutPartner", () => {
  const left = (owners: ReturnType<typeof owner>[], ...partners: Value[]) =>
    withoutPartner(
      owners,
      ["id"],
      partners.map((of) => partner(of)),
      "of",
    ).map(({ name }) => name);
  const [a, b] = [owner("a", { id: "a" }), owner("b", { id: "b" })];

  it("is nobody whom a partner names, whoever else is named", () => {
    expect(left([a, b], "b", "a")).toEqual([]);
    expect(left([a, b], "a")).toEqual(["b"]);
    expect(left([a, b], "a", "a")).toEqual(["b"]);
    expect(left([a, b], "c")).toEqual(["a", "b"]);
    expect(left([a, b])).toEqual(["a", "b"]);
  });

  it("counts a partner that may be anybody's for one", () => {
    expect(left([a, b], UNKNOWN)).toEqual(["b"]);
    expect(left([a, b], UNKNOWN, UNKNOWN)).toEqual([]);
    expect(left([a, b], UNKNOWN, "a")).toEqual([]);
    expect(left([owner("x"), owner("y")], "a")).toEqual(["y"]);
    expect(left([owner("x"), a], "a")).toEqual(["x"]);
  });
});
