import { describe, expect, it } from "vitest";
import { isSecretAt, type Resource, valueAt } from "../../policies/core/resource";
import { isFalse, isTrue, show, toValue, UNKNOWN, type Value } from "../../policies/core/value";

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
    ["bool", "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7"],
    ["number", "3eeb2bf0-c639-47a8-9e75-3b44932eb421"],
    ["string", "04da6b54-80e4-46f7-96ec-b56ff0331ba9"],
    ["array", "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2"],
    ["asset", "030794c1-ac77-496b-92df-f27374a8bd58"],
    ["archive", "e48ece36-62e2-4504-bad9-02848725956a"],
    ["object", "dd056dcd-154b-4c76-9bd3-c8f88648b5ff"],
    ["our own", UNKNOWN],
  ])("tells an unknown %s", (_, raw) => {
    expect(toValue(raw)).toBe(UNKNOWN);
  });

  it("says of a secret as a whole that it has no path, and gives a plain text that is no JSON as it is", () => {
    const paths: string[] = [];
    const raw = { [SIGNATURE]: SECRET, plaintext: "no JSON" };
    expect(toValue(raw, undefined, (path) => paths.push(path))).toBe("no JSON");
    expect(paths).toEqual([""]);
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
    props: { list: [{ port: 22 }, UNKNOWN], text: "x", later: UNKNOWN, none: null },
  };

  it.each([
    ["list[0].port", 22],
    ["list[1].port", UNKNOWN],
    ["later.anything[3]", UNKNOWN],
    ["list[7].port", undefined],
    ["text.length.deeper", undefined],
    ["nothing", undefined],
    ["none.deeper", undefined],
  ])("%s", (path, value) => {
    expect(valueAt(resource, path)).toBe(value);
  });
});

describe("isSecretAt", () => {
  const resource: Resource = {
    urn: "urn",
    type: "t",
    name: "n",
    props: {},
    secretPaths: ["envs", "ports[0]"],
  };

  it.each([
    ["envs", true],
    ["envs[3]", true],
    ["envs.KEY", true],
    ["envsToo", false],
    ["env", false],
    ["ports[0].ip", true],
    ["ports[1].ip", false],
    ["ports", false],
  ])("%s: %s", (path, secret) => {
    expect(isSecretAt(resource, path)).toBe(secret);
  });

  it("knows of no secret where the source does not tell", () => {
    expect(isSecretAt({ urn: "urn", type: "t", name: "n", props: {} }, "envs")).toBe(false);
  });
});

describe("show", () => {
  it.each<[Value, string]>([
    [undefined, "(absent)"],
    ["x", '"x"'],
    [{ a: UNKNOWN }, '{"a":"(not known yet)"}'],
    // With its quotes 120 characters, and one more.
    ["y".repeat(118), `"${"y".repeat(118)}"`],
    ["y".repeat(119), `"${"y".repeat(116)}...`],
    ["y".repeat(200), `"${"y".repeat(116)}...`],
  ])("%j", (value, text) => {
    expect(show(value)).toBe(text);
  });
});

describe("booleans as the providers read them", () => {
  it.each<Value>([true, 1, "true", "True", " TRUE ", "t", "1"])("%j is true", (value) => {
    expect(isTrue(value)).toBe(true);
  });

  it.each<Value>([false, 0, "", "false", "truely", "untrue", "11", undefined, null, UNKNOWN, []])(
    "%j is not true",
    (value) => {
      expect(isTrue(value)).toBe(false);
    },
  );

  it.each<Value>([false, 0, "false", "False", " FALSE ", "f", "0"])("%j is false", (value) => {
    expect(isFalse(value)).toBe(true);
  });

  it.each<Value>([true, 1, "", "true", "falsely", "unfalse", "00", undefined, null, UNKNOWN, []])(
    "%j is not false",
    (value) => {
      expect(isFalse(value)).toBe(false);
    },
  );
});
