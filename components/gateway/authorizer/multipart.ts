/**
 * A reader of multipart/form-data that accepts the plain form only.
 *
 * Not busboy, nor another tolerant parser: what is forwarded are the client's bytes, which ComfyUI's aiohttp reads once
 * more. Wherever two readers may differ (the delimiter inside of a part, folded or repeated headers, `filename*`,
 * backslashes and semicolons in quotes, transfer encodings, nested parts, text before or after), this one refuses. It
 * reads what browsers, curl, requests, httpx, undici, Go and .NET write for a file.
 */

/** One part as it is: nothing is decoded but UTF-8. */
export interface Part {
  readonly name: string;
  /** Undefined where the part is not a file. */
  readonly filename: string | undefined;
  /** In lower case, without parameters. */
  readonly contentType: string | undefined;
  /** A view of the body, not a copy. */
  readonly content: Buffer;
}

export interface MultipartLimits {
  readonly maxParts: number;
  /** Bytes of all headers of one part. */
  readonly maxHeaderBytes: number;
}

/** The reason why a body is not read. */
export class MultipartFault extends Error {}

const CONTENT_TYPE = /^multipart\/form-data; ?boundary=(?:([A-Za-z0-9_-]{1,70})|"([A-Za-z0-9_-]{1,70})")$/i;

/** @throws {@link MultipartFault} where the header is not the plain one */
export function boundaryOf(contentType: string): string {
  const match = CONTENT_TYPE.exec(contentType);
  const boundary = match?.[1] ?? match?.[2];
  if (boundary === undefined) {
    throw new MultipartFault(
      "the Content-Type must be multipart/form-data with a boundary of letters, digits, _ and -, and nothing else",
    );
  }
  return boundary;
}

/**
 * Splits a body into its parts. Linear in its length.
 *
 * @throws {@link MultipartFault} where it is anything but `--B` line, part, `--B` line, ..., `--B--`
 */
export function parseMultipart(body: Buffer, boundary: string, limits: MultipartLimits): Part[] {
  const dashed = Buffer.from(`--${boundary}`, "latin1");
  if (!body.subarray(0, dashed.length).equals(dashed)) {
    throw new MultipartFault("the body does not begin with the boundary");
  }
  const parts: Part[] = [];
  let position = dashed.length;
  // aiohttp ends a part at the boundary, whatever follows on its line: so it may stand at the delimiters only.
  for (;;) {
    const line = body.toString("latin1", position, position + 2);
    if (line === "--") break;
    if (line !== "\r\n") throw new MultipartFault("a boundary is followed by other text");
    if (parts.length === limits.maxParts) {
      throw new MultipartFault(`the body has more than ${limits.maxParts} parts`);
    }
    const start = position + 2;
    const next = body.indexOf(dashed, start);
    if (next === -1) throw new MultipartFault("the last part has no end");
    if (next < start + 2 || body.toString("latin1", next - 2, next) !== "\r\n") {
      throw new MultipartFault("the boundary is inside of a part");
    }
    parts.push(parsePart(body.subarray(start, next - 2), limits.maxHeaderBytes));
    position = next + dashed.length;
  }
  const rest = body.toString("latin1", position + 2, position + 5);
  if (rest !== "\r\n" && rest !== "") throw new MultipartFault("text follows the last part");
  return parts;
}

function parsePart(part: Buffer, maxHeaderBytes: number): Part {
  const end = part.subarray(0, maxHeaderBytes + 4).indexOf("\r\n\r\n");
  if (end === -1) {
    throw new MultipartFault(`the headers of a part are incomplete, or longer than ${maxHeaderBytes} bytes`);
  }
  const content = part.subarray(end + 4);
  const headers = parseHeaders(part.subarray(0, end));
  const disposition = headers.get("content-disposition");
  const match = disposition === undefined ? null : DISPOSITION.exec(disposition);
  if (!match) {
    throw new MultipartFault(
      'a part\'s Content-Disposition is not plainly form-data; name="..."; filename="..."',
    );
  }
  const length = headers.get("content-length");
  if (length !== undefined && length !== String(content.length)) {
    throw new MultipartFault("a part's Content-Length is not its length");
  }
  return { name: match[1] ?? "", filename: match[2], contentType: contentTypeOf(headers), content };
}

/** No backslash, quote, semicolon, percent sign or control character: each has been read in two ways somewhere. */
const DISPOSITION = /^form-data; name="([A-Za-z0-9_]{1,64})"(?:; filename="([^"\\;%\p{Cc}]{1,255})")?$/u;

const PART_HEADERS: ReadonlySet<string> = new Set(["content-disposition", "content-type", "content-length"]);

function parseHeaders(block: Buffer): ReadonlyMap<string, string> {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(block);
  } catch {
    throw new MultipartFault("a part's headers are not UTF-8");
  }
  const headers = new Map<string, string>();
  for (const line of text.split("\r\n")) {
    // A folded line begins with a space, and has no name.
    const match = /^([A-Za-z-]+): ?([^\p{Cc}]*)$/u.exec(line);
    const name = match?.[1]?.toLowerCase();
    if (name === undefined || !PART_HEADERS.has(name)) {
      throw new MultipartFault("a part may have Content-Disposition, Content-Type and Content-Length only");
    }
    if (headers.has(name)) throw new MultipartFault("a part has a header twice");
    headers.set(name, match?.[2] ?? "");
  }
  return headers;
}

function contentTypeOf(headers: ReadonlyMap<string, string>): string | undefined {
  const value = headers.get("content-type")?.toLowerCase();
  if (value === undefined) return undefined;
  const match = /^([a-z0-9.+-]+\/[a-z0-9.+-]+)(?:; ?charset=(?:utf-8|"utf-8"))?$/.exec(value);
  if (!match || value.startsWith("multipart/")) {
    throw new MultipartFault("a part's Content-Type is not a plain media type, with charset utf-8 at most");
  }
  return match[1];
}
