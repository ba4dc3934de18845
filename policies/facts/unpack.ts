import { gunzipSync, inflateSync } from "node:zlib";

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

/**
 * The text and every text packed into it: base64, gzip, zlib, hexadecimal and quoted-printable, in each other, wherever
 * they stand - the whole, a part of a MIME message, the content of a file of cloud-init, an argument of a command.
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
  const printable = text
    .replace(/=\r?\n/g, "")
    .replace(/=([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)));
  const quoted: Layer[] =
    printable === text || !isText(printable)
      ? []
      : [{ text: printable, packing: [...packing, "quoted-printable"].join(", ") }];
  return [own, ...quoted, ...inner];
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
