import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import {
  PolicyConfigError,
  readConfig,
  SHIPPED_CONFIG,
  shippedPackConfig,
} from "../../policies/core/shipped-config";

const read = (json: unknown) => readConfig(JSON.stringify(json), ["closed", "single"]);
const exception = {
  resource: "shop",
  reason: "It is a shop.",
  owner: "keeper",
  expires: "2026-12-31",
  path: "open",
};

describe("readConfig", () => {
  it("reads enforcement levels and exceptions by rule", () => {
    expect(
      read({ closed: { enforcementLevel: "advisory", exceptions: [exception] }, single: {} }),
    ).toStrictEqual({
      closed: { enforcement: "advisory", exceptions: [exception] },
      single: { exceptions: [] },
    });
  });

  it.each(["mandatory", "advisory", "disabled"])("takes the level %s", (enforcementLevel) => {
    expect(read({ single: { enforcementLevel } }).single?.enforcement).toBe(enforcementLevel);
  });

  it("leaves what is wrong with an exception to be said as a violation", () => {
    expect(read({ closed: { exceptions: [{ resource: "shop" }] } }).closed?.exceptions).toEqual([
      { resource: "shop", reason: "", owner: "", expires: "" },
    ]);
  });

  it.each([
    ["no JSON", "{", /^it is not JSON \(.+\)$/],
    ["no object", "[]", /expected record/],
    [
      "a level that is none",
      '{"closed":{"enforcementLevel":"remediate"}}',
      /"mandatory"\|"advisory"\|"disabled"/,
    ],
    ["a key that is none", '{"closed":{"level":"advisory"}}', /"level"/],
    ["an exception's key that is none", '{"closed":{"exceptions":[{"resource":"a","why":"b"}]}}', /"why"/],
    ["an exception for nothing", '{"closed":{"exceptions":[{}]}}', /exceptions\[0\]\.resource/],
    [
      "rules that there are not",
      '{"close":{},"single":{},"singel":{}}',
      /^there is no rule "close", "singel"; docs\/policies\.md lists them$/,
    ],
  ])("refuses %s", (_, json, message) => {
    expect(() => readConfig(json, ["closed", "single"])).toThrow(PolicyConfigError);
    expect(() => readConfig(json, ["closed", "single"])).toThrow(message);
  });
});

it("the pack hands the shipped configuration to the engine as it is", () => {
  expect(SHIPPED_CONFIG).toBe("policies/config.json");
  expect(shippedPackConfig("policies")).toEqual(JSON.parse(readFileSync(SHIPPED_CONFIG, "utf8")));
});
