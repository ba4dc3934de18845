/** Requests and replies as the routes see them, with aiohttp's rules for bodies and its wording of errors. */
import type { IncomingMessage } from "node:http";
import { STATUS_CODES } from "node:http";
import { brotliDecompressSync, gunzipSync, inflateSync } from "node:zlib";
import { type Parsed, type ParsedObject, parseJson, stringifyJson, type Writable } from "./json";
import { PythonError, typeName } from "./python";

/** ComfyUI's default `--max-upload-size`, 100 MB. */
export const MAX_BODY_BYTES = 100 * 1024 * 1024;

export interface Reply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
  /** A file to send instead of `body`. */
  readonly file?: string;
}

/** Ends the handling of a request with `reply`. */
export class HttpError extends Error {
  constructor(readonly reply: Reply) {
    super(`HTTP ${reply.status}`);
  }
}

export function json(value: Writable, status = 200): Reply {
  return {
    status,
    headers: { "Content-Type": "application/json; charset=utf-8" },
    body: stringifyJson(value),
  };
}

export function text(body: string, status = 200, headers: Readonly<Record<string, string>> = {}): Reply {
  return { status, headers: { "Content-Type": "text/plain; charset=utf-8", ...headers }, body };
}

/** A status alone: aiohttp's `web.Response(status=…)`. */
export function empty(status: number): Reply {
  return status === 204 ? { status } : { status, body: "" };
}

/** The page aiohttp makes for a status of its own, such as `404: Not Found`. */
export function standardError(status: number, headers: Readonly<Record<string, string>> = {}): Reply {
  const message =
    status === 500
      ? "500 Internal Server Error\n\nServer got itself in trouble"
      : `${status}: ${STATUS_CODES[status]}`;
  return text(message, status, headers);
}

function tooLarge(bytes: number): HttpError {
  const message = `Maximum request body size ${MAX_BODY_BYTES} exceeded, actual body size ${bytes}`;
  // The rest of the body is not read, so the connection cannot serve another request.
  return new HttpError(text(message, 413, { Connection: "close" }));
}

const DECODERS: Readonly<Record<string, typeof gunzipSync>> = {
  gzip: gunzipSync,
  deflate: inflateSync,
  br: brotliDecompressSync,
};

export class StandInRequest {
  constructor(
    private readonly message: IncomingMessage,
    /** the path's variable parts, percent-decoded */
    readonly parameters: Readonly<Record<string, string>>,
    readonly query: URLSearchParams,
  ) {}

  header(name: string): string | undefined {
    const value = this.message.headers[name];
    return Array.isArray(value) ? value.join(", ") : value;
  }

  /** The whole body, decompressed where it says so. Throws an HttpError with 413 above the limit. */
  async body(): Promise<Buffer> {
    const announced = Number(this.header("content-length") ?? 0);
    if (announced > MAX_BODY_BYTES) throw tooLarge(announced);
    const parts: Buffer[] = [];
    let bytes = 0;
    for await (const part of this.message) {
      bytes += (part as Buffer).length;
      if (bytes > MAX_BODY_BYTES) throw tooLarge(bytes);
      parts.push(part as Buffer);
    }
    const body = Buffer.concat(parts);
    const decode = DECODERS[this.header("content-encoding")?.toLowerCase() ?? ""];
    if (!decode) return body;
    try {
      return decode(body, { maxOutputLength: MAX_BODY_BYTES });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE")
        throw tooLarge(MAX_BODY_BYTES + 1);
      throw new HttpError(text("400, message:\n  Can not decode content-encoding", 400));
    }
  }

  /**
   * The body as JSON, in the charset that the client declares, whatever its content type.
   * Throws a SyntaxError, TypeError or RangeError for what is none; unhandled, that is ComfyUI's status 500.
   */
  async json(): Promise<Parsed> {
    const charset = /;\s*charset="?([^\s;"]+)/i.exec(this.header("content-type") ?? "")?.[1] ?? "utf-8";
    return parseJson(new TextDecoder(charset, { fatal: true, ignoreBOM: true }).decode(await this.body()));
  }

  /**
   * The body as a JSON object. A list or a string passes for an object without entries, because all that ComfyUI asks
   * of it at first is whether a name is in it. Throws as `json` does, and a PythonError for what holds no names.
   */
  async jsonObject(): Promise<ParsedObject> {
    const body = await this.json();
    if (body instanceof Map) return body;
    if (Array.isArray(body) || typeof body === "string") return new Map();
    throw new PythonError("TypeError", `argument of type '${typeName(body)}' is not iterable`);
  }
}
