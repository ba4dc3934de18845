import { gunzipSync, inflateSync } from "node:zlib";
import { parse } from "yaml";

/** A text within a text, and how it was packed: `base64, gzip`; empty for the text itself. */
export interface Layer {
  readonly text: string;
  readonly packing: string;
}

const DEEPEST = 5;
const LARGEST_BYTES = 4 * 1024 * 1024;
/** Long enough not to be a word; in MIME it is broken into lines, in YAML indented, in a shell with backslashes. */
const BASE64 = /(?:[A-Za-z0-9+/_-]{4}(?:\\?\r?\n[ \t]*)?){5,}[A-Za-z0-9+/_-]{0,3}={0,2}/g;
const HEX = /(?:[0-9a-f]{2}){12,}/gi;

/** An escape of printf, $'...', JSON and YAML. */
const ESCAPE = /\\(?:x([0-9a-f]{2})|u([0-9a-f]{4})|0?([0-3][0-7]{2})|([nrt"'/]))/gi;
const ESCAPED: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t" };
/** Where a cloud-config begins, and where a part of a MIME message does, which ends it. */
const CLOUD_CONFIG = /^#cloud-config\b/m;
/** As PyYAML reads it: a key may stand there twice, and the last counts. */
const AS_CLOUD_INIT = { version: "1.1", uniqueKeys: false, logLevel: "error" } as const;
const NEXT_PART = /^--(?=[^-\s])/m;

/**
 * The text and every text packed into it: base64, gzip, zlib and hexadecimal, in each other, wherever they stand - the
 * whole, a part of a MIME message, the content of a file of cloud-init, an argument of a command; and what
 * quoted-printable, escapes and a cloud-config spell in another way.
 */
export function unpack(text: string, packing: readonly string[] = []): Layer[] {
  const own: Layer = { text, packing: packing.join(", ") };
  if (packing.length >= DEEPEST) {
    return [own];
  }
  const inner = [
    ...[...text.matchAll(BASE64)].flatMap(([found]) => open(Buffer.from(found, "base64"), "base64", packing)),
    ...[...text.matchAll(HEX)].flatMap(([found]) => open(Buffer.from(found, "hex"), "hexadecimal", packing)),
  ];
  const respelled = [
    ...quotedPrintable(text).map((spelled) => [spelled, "quoted-printable"]),
    ...withoutEscapes(text).map((spelled) => [spelled, "escapes"]),
    ...cloudConfig(text).map((spelled) => [spelled, "cloud-config"]),
  ].map(([spelled = "", name = ""]) => ({ text: spelled, packing: [...packing, name].join(", ") }));
  return [own, ...respelled, ...inner];
}

function quotedPrintable(text: string): string[] {
  const printable = text
    .replace(/=\r?\n/g, "")
    .replace(/=([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)));
  return printable === text || !isText(printable) ? [] : [printable];
}

function withoutEscapes(text: string): string[] {
  const plain = text.replace(ESCAPE, (whole, hex, unicode, octal, letter) => {
    const code = octal === undefined ? Number.parseInt(hex ?? unicode, 16) : Number.parseInt(octal, 8);
    const character = letter === undefined ? String.fromCharCode(code) : (ESCAPED[letter] ?? letter);
    // Colours of a terminal and the like stay as they are.
    return isText(character) ? character : whole;
  });
  return plain === text ? [] : [plain];
}

/** Each string of a cloud-config; a command that is a list of words as one line. */
function cloudConfig(text: string): string[] {
  const parts = text.split(NEXT_PART).filter((part) => CLOUD_CONFIG.test(part));
  return parts.flatMap((part) => {
    try {
      return strings(parse(part.slice(part.search(CLOUD_CONFIG)), AS_CLOUD_INIT));
    } catch {
      return [];
    }
  });
}

function strings(value: unknown): string[] {
  if (typeof value === "string") {
    return [value];
  }
  if (Array.isArray(value)) {
    const isCommand = (one: unknown): one is unknown[] =>
      Array.isArray(one) && one.every((word) => typeof word !== "object");
    return value.flatMap((one) => (isCommand(one) ? [one.join(" ")] : strings(one)));
  }
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(strings) : [];
}

function open(bytes: Buffer, packing: string, outer: readonly string[]): Layer[] {
  const here = [...outer, packing];
  let found = bytes;
  for (let inner = inflate(found); inner !== undefined && here.length < DEEPEST; inner = inflate(found)) {
    found = inner;
    here.push("gzip");
  }
  const inside = found.toString("utf8");
  return isText(inside) ? unpack(inside, here) : [];
}

function inflate(bytes: Buffer): Buffer | undefined {
  try {
    if (bytes[0] === 0x1f && bytes[1] === 0x8b) {
      return gunzipSync(bytes, { maxOutputLength: LARGEST_BYTES });
    }
    return bytes[0] === 0x78 ? inflateSync(bytes, { maxOutputLength: LARGEST_BYTES }) : undefined;
  } catch {
    return undefined;
  }
}

/** What was no base64 in the first place decodes to anything but text. */
function isText(text: string): boolean {
  return text.length > 0 && !/[^\P{Cc}\t\n\r]|\ufffd/u.test(text);
}
