import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Float, parseJson, stringifyJson } from "../../components/comfyui/stand-in/json";

describe("parseJson and stringifyJson", () => {
  it.each([
    "18446744073709551615",
    "-9007199254740993",
    "8.0",
    "1e-05",
    "1e+16",
    "0.1",
    "-0.0",
    '{"9": 1, "3": 2, "__proto__": 3}',
    '"\\u00e9\\ud83d\\ude00\\ud800"',
    '["\\\\", "\\"", "\\n"]',
    "NaN",
    "[Infinity, -Infinity]",
  ])("brings %s back unchanged", (text) => {
    expect(stringifyJson(parseJson(text))).toBe(text);
  });

  it("agrees with JSON.parse on what JavaScript can hold", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom(undefined, 1), (value, indent) => {
        const text = JSON.stringify(value, null, indent);
        expect(JSON.parse(stringifyJson(parseJson(text)))).toEqual(JSON.parse(text));
      }),
    );
  });

  it("takes the last of duplicate keys, and tells floats from integers", () => {
    expect(parseJson('{"a": 1, "a": 2}')).toEqual(new Map([["a", 2n]]));
    expect(parseJson("2e0")).toEqual(new Float(2));
  });

  it.each([
    "",
    "{",
    "[1,]",
    "{'a': 1}",
    "01",
    "1.",
    "tru",
    '"\u0001"',
    "1 2",
    '{"a" 1}',
    "\ufeff1",
    "+1",
    '"x',
  ])("refuses %j", (text) => {
    expect(() => parseJson(text)).toThrow(SyntaxError);
  });

  it("refuses what would exhaust the stack or the processor", () => {
    expect(() => parseJson("[".repeat(100_000))).toThrow("nested deeper");
    expect(() => parseJson("9".repeat(100_000))).toThrow("digits");
  });
});
