import { deflateSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { modelProblem, type ReadAt, sniff } from "../../components/models/content";
import { gguf, safetensors, safetensorsOf } from "../support/model-files";

const problem = (file: Buffer, name = "m.safetensors") => {
  const read: ReadAt = (position, length) => file.subarray(position, position + length);
  return modelProblem(name, file.length, read);
};
const tensor = (shape: number[], data_offsets: number[], dtype = "F32") => ({ dtype, shape, data_offsets });

describe("a model's content", () => {
  it("passes as what it is", () => {
    expect(problem(safetensors(1000))).toBeUndefined();
    expect(problem(gguf(), "m.gguf")).toBeUndefined();
    expect(problem(safetensorsOf({}, 0))).toBeUndefined();
    expect(problem(safetensorsOf({ __metadata__: { format: "pt" }, t: tensor([2, 3], [0, 24]) }, 24))).toBe(
      undefined,
    );
  });

  it.each<[string, Buffer, string]>([
    [
      "a pickle of protocol 2",
      Buffer.from("80027d7100580100000061710158010000006271027332e", "hex"),
      "pickle",
    ],
    ["a pickle of protocol 4", Buffer.from("8004950a000000000000007d948c0161944b01732e", "hex"), "pickle"],
    ["torch's old format", Buffer.from("80028a0a6cfc9c46f9206aa85019", "hex"), "pickle"],
    ["a pickle of protocol 0", Buffer.from("cposix\nsystem\np0\n(S'id'\np1\ntp2\nRp3\n."), "pickle"],
    ["an old-style instance", Buffer.from("(S'id'\nios\nsystem\n."), "unknown"],
    ["an old-style instance at once", Buffer.from("(ios\nsystem\n."), "pickle"],
    ["a pickled dictionary", Buffer.from("(dp0\nS'a'\np1\nI1\ns."), "pickle"],
    ["torch's format, a zip", Buffer.from("PK\x03\x04archive/data.pkl", "latin1"), "zip"],
    ["an empty zip", Buffer.from("PK\x05\x06".padEnd(22, "\0"), "latin1"), "zip"],
    ["a web page", Buffer.from("\n<!DOCTYPE html><html>Not found</html>"), "html"],
    ["an XML answer", Buffer.from('<?xml version="1.0"?><Error/>'), "html"],
    ["compressed data", deflateSync("x"), "unknown"],
    ["nothing", Buffer.alloc(0), "unknown"],
  ])("tells %s by its first bytes", (_, bytes, content) => {
    expect(sniff(bytes)).toBe(content);
    expect(problem(bytes)).toMatch(/not safetensors$/);
  });

  it("takes a header whose length looks like a pickle's first bytes for what it is", () => {
    const header = JSON.stringify({}).padEnd(0x0280, " ");
    const file = Buffer.concat([Buffer.from([0x80, 2, 0, 0, 0, 0, 0, 0]), Buffer.from(header)]);
    expect(sniff(file)).toBe("safetensors");
    expect(problem(file)).toBeUndefined();
  });

  it.each<[string, Buffer, RegExp]>([
    [
      "a header longer than the file",
      Buffer.from(`\xff\xff\0\0\0\0\0\0{}`, "latin1"),
      /header says it is 65535/,
    ],
    ["a header that is no JSON", safetensorsOf("{nope}", 0), /no JSON/],
    ["a header that is no UTF-8", safetensorsOf(Buffer.from([0x7b, 0xff, 0x7d]), 0), /no JSON/],
    ["a tensor outside of the file", safetensorsOf({ t: tensor([9], [0, 36]) }, 24), /outside of the file/],
    ["a tensor of another size", safetensorsOf({ t: tensor([5], [0, 24]) }, 24), /"t"/],
    ["a negative shape", safetensorsOf({ t: tensor([-1, -6], [0, 24]) }, 24), /"t"/],
    ["a type there is not", safetensorsOf({ t: tensor([6], [0, 24], "OBJ") }, 24), /"t"/],
    ["a tensor that is null", safetensorsOf({ t: null }, 0), /"t"/],
    [
      "tensors that overlap",
      safetensorsOf({ a: tensor([4], [0, 16]), b: tensor([4], [8, 24]) }, 24),
      /overlap/,
    ],
    ["a gap", safetensorsOf({ a: tensor([2], [0, 8]), b: tensor([2], [16, 24]) }, 24), /gap at byte 8/],
    [
      "a payload behind the tensors",
      safetensorsOf({ a: tensor([2], [0, 8]) }, 24),
      /take 8 bytes, and there are 24/,
    ],
  ])("refuses %s", (_, file, message) => {
    expect(problem(file)).toMatch(message);
  });

  it("refuses gguf of a version nobody knows, cut short, or with counts beyond reason", () => {
    expect(problem(gguf({ version: 9 }), "m.gguf")).toMatch(/version 9/);
    expect(problem(gguf().subarray(0, 20), "m.gguf")).toMatch(/ends after 20 bytes/);
    expect(problem(gguf({ tensors: 1n << 40n }), "m.gguf")).toMatch(/no model has/);
    expect(problem(safetensors(10), "m.gguf")).toMatch(/not gguf/);
    expect(problem(gguf())).toMatch(/not safetensors/);
  });

  it("never throws, whatever the bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), fc.boolean(), (bytes, framed) => {
        const file = framed ? safetensorsOf(Buffer.from(bytes), 4) : Buffer.from(bytes);
        expect(problem(file) === undefined || typeof problem(file) === "string").toBe(true);
      }),
    );
  });
});
