import { describe, expect, it } from "vitest";
import { type Resource, valueAt } from "../../policies/core/resource";
import { show, toValue, UNKNOWN, type Value } from "../../policies/core/value";

const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";
const UNKNOWN_STRING = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

describe("toValue", () => {
  it("keeps plain values", () => {
    expect(toValue({ a: [1, "x", { b: null, c: true }] })).toEqual({ a: [1, "x", { b: null, c: true }] });
  });

  it("tells unknown values, wherever they are", () => {
    expect(toValue({ a: [UNKNOWN_STRING, { b: UNKNOWN_STRING }] })).toEqual({ a: [UNKNOWN, { b: UNKNOWN }] });
  });

  it.each([
    ["a state in the clear", { plaintext: '{"a":1}' }, { a: 1 }],
    ["mocks", { value: { a: 1 } }, { a: 1 }],
    ["an encrypted state", { ciphertext: "v1:abc" }, UNKNOWN],
  ])("unwraps secrets of %s and says where they were", (_, content, value) => {
    const paths: string[] = [];
    const raw = { list: [{ key: { [SIGNATURE]: SECRET, ...content } }] };
    expect(toValue(raw, "", (path) => paths.push(path))).toEqual({ list: [{ key: value }] });
    expect(paths).toEqual(["list[0].key"]);
  });

  it("takes the policy SDK's refusal to hand out an unknown value as unknown, and no other error", () => {
    class UnknownValueError extends Error {}
    const throwing = (error: Error) =>
      new Proxy(
        { a: 1 },
        {
          get: (_, key) => {
            if (key === "a") {
              throw error;
            }
          },
        },
      );
    expect(toValue({ inner: throwing(new UnknownValueError()) })).toEqual({ inner: { a: UNKNOWN } });
    expect(() => toValue({ inner: throwing(new TypeError("odd")) })).toThrow("odd");
  });
});

describe("valueAt", () => {
  const resource: Resource = {
    urn: "urn",
    type: "t",
    name: "n",
    props: { list: [{ port: 22 }, UNKNOWN], text: "x", later: UNKNOWN },
  };

  it.each([
    ["list[0].port", 22],
    ["list[1].port", UNKNOWN],
    ["later.anything[3]", UNKNOWN],
    ["list[7].port", undefined],
    ["text.length.deeper", undefined],
    ["nothing", undefined],
  ])("%s", (path, value) => {
    expect(valueAt(resource, path)).toBe(value);
  });
});

describe("show", () => {
  it.each<[Value, string]>([
    [undefined, "(absent)"],
    ["x", '"x"'],
    [{ a: UNKNOWN }, '{"a":"(not known yet)"}'],
    ["y".repeat(200), `"${"y".repeat(116)}...`],
  ])("%j", (value, text) => {
    expect(show(value)).toBe(text);
  });
});
