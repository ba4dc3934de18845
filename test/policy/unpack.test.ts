import { deflateSync, gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { unpack } from "../../policies/facts/unpack";

const TEXT = "a text that is long enough to be found";
const base64 = (content: string | Buffer) => Buffer.from(content).toString("base64");
/** The packings by which the text is found, without the text itself. */
const packings = (packed: string, text = TEXT) =>
  unpack(packed).flatMap((layer) => (layer.text === text ? [layer.packing] : []));

describe("unpack", () => {
  it("gives the text itself first", () => {
    expect(unpack(TEXT)).toEqual([{ text: TEXT, packing: "" }]);
  });

  it.each<[string, string, string]>([
    ["base64", base64(TEXT), "base64"],
    ["base64 for URLs", Buffer.from(TEXT).toString("base64url"), "base64"],
    ["base64 in a line of a shell", `echo ${base64(TEXT)} | base64 -d`, "base64"],
    ["base64 in lines", base64(TEXT).replace(/.{20}/g, "$&\r\n"), "base64"],
    ["base64 in indented lines", base64(TEXT).replace(/.{20}/g, "$&\n    \t"), "base64"],
    ["base64 in lines of a shell", base64(TEXT).replace(/.{20}/g, "$&\\\n"), "base64"],
    ["hexadecimal", Buffer.from(TEXT).toString("hex"), "hexadecimal"],
    ["hexadecimal in capitals", Buffer.from(TEXT).toString("hex").toUpperCase(), "hexadecimal"],
    ["gzip", base64(gzipSync(TEXT)), "base64, gzip"],
    ["zlib", base64(deflateSync(TEXT)), "base64, gzip"],
    ["gzip twice", base64(gzipSync(gzipSync(TEXT))), "base64, gzip, gzip"],
    ["base64 in gzip in hexadecimal", gzipSync(base64(TEXT)).toString("hex"), "hexadecimal, gzip, base64"],
    ["quoted-printable", "a text that is long en=\r\nough to be =66ound", "quoted-printable"],
    ["escapes of printf", "a text \\x74hat is\\040long en\\0157ugh to be found", "escapes"],
    ["escapes of JSON", "a text \\u0074hat is long enough to be found", "escapes"],
    [
      "a cloud-config's string",
      `#cloud-config\nwrite_files:\n  - content: >-\n      a text that is\n      long enough to be found\n`,
      "cloud-config",
    ],
    [
      "a cloud-config's command",
      "#cloud-config\nruncmd:\n  - x\n  - - a\n    - text\n    - that is long\n    - enough to be\n    - found\n",
      "cloud-config",
    ],
    [
      "a cloud-config's command among words that are none",
      "## template: jinja\n#cloud-config\nbootcmd: [[a, text, that is long enough to be, found], [3]]\n",
      "cloud-config",
    ],
    [
      "a cloud-config whose keys stand there twice, and are merged",
      `#cloud-config\na: &a\n  b: x\n  c: "a text that is\\\n    \\ long enough to be found"\na: 1\nd:\n  <<: *a\n`,
      "cloud-config",
    ],
    [
      "a cloud-config in a message",
      `MIME-Version: 1.0\n\n--==1\nContent-Type: text/cloud-config\n\n#cloud-config\na: "${TEXT}"\n--==1--\n`,
      "cloud-config",
    ],
    [
      "a cloud-config's lists of more than words",
      `#cloud-config\na:\n  - - b: "${TEXT}"\n    - c\n`,
      "cloud-config",
    ],
    ["a cloud-config in base64", base64(`#cloud-config\na:\n - "${TEXT}"\n`), "base64, cloud-config"],
  ])("opens %s", (_, packed, packing) => {
    expect(packings(packed)).toContain(packing);
  });

  it("opens five packings in each other, and no more", () => {
    const wrap = (times: number): string => (times === 0 ? TEXT : base64(wrap(times - 1)));
    expect(packings(wrap(5))).toEqual(["base64, base64, base64, base64, base64"]);
    expect(packings(wrap(6))).toEqual([]);
    const zipped = (times: number): Buffer => (times === 0 ? Buffer.from(TEXT) : gzipSync(zipped(times - 1)));
    expect(packings(base64(zipped(4)))).toEqual(["base64, gzip, gzip, gzip, gzip"]);
    expect(packings(base64(zipped(5)))).toEqual([]);
  });

  it("opens nothing that would grow beyond 4 MiB", () => {
    const large = " ".repeat(4 * 1024 * 1024);
    expect(packings(base64(gzipSync(large)), large)).toEqual(["base64, gzip"]);
    for (const packed of [gzipSync(`${large}a`), deflateSync(`${large}a`)]) {
      expect(packings(base64(packed), `${large}a`)).toEqual([]);
    }
  });

  it.each<[string, string]>([
    ["a short word", "YSBiIGM="],
    ["what only speaks of a cloud-config", "x #cloud-config\na: 'b'\n"],
    ["no text", Buffer.from([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]).toString("base64")],
    ["no UTF-8", Buffer.alloc(24, 0xff).toString("hex")],
    ["a word of 19 letters", "abcdefghijklmnopqrs"],
    ["23 digits", `${"61".repeat(11)}6`],
    [
      "what begins like gzip",
      Buffer.concat([Buffer.from([0x1f, 0x8b]), Buffer.alloc(20, 0x41)]).toString("base64"),
    ],
  ])("takes for the text alone %s", (_, text) => {
    expect(unpack(text)).toEqual([{ text, packing: "" }]);
  });

  it("reads escapes of lines, blanks and quotes, and leaves those of control characters and of expressions", () => {
    expect(unpack('a\\n\\tb\\r\\n\\"c\\" \\/d')[1]).toEqual({ text: 'a\n\tb\r\n"c" /d', packing: "escapes" });
    expect(unpack("\\033[1m\\x1b \\x41")[1]?.text).toBe("\\033[1m\\x1b A");
    expect(unpack("a\\.b \\d \\w \\$x")).toHaveLength(1);
  });

  it("finds nothing in a cloud-config that cannot be read", () => {
    expect(unpack("#cloud-config\na: [b")).toHaveLength(1);
    expect(unpack("echo '#cloud-config'; a: b")).toHaveLength(1);
  });

  it("takes text with tabs and lines for text", () => {
    expect(packings(base64("a\tb\r\nc, and some more of it"), "a\tb\r\nc, and some more of it")).toEqual([
      "base64",
    ]);
  });
});
