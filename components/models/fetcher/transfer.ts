import { createHash, type Hash } from "node:crypto";
import {
  createReadStream,
  existsSync,
  readFileSync,
  rmSync,
  statfsSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import type { IncomingMessage } from "node:http";
import { get } from "node:https";
import { setTimeout as sleep } from "node:timers/promises";
import { type Content, contentProblem, HEAD_BYTES, sniff } from "../content";

/** What makes no sense to try again: the answer would be the same. */
export class Refused extends Error {}

export interface TransferOptions {
  /** CA certificates in PEM to trust. */
  readonly ca: readonly string[];
  /** Tells of progress: bytes there, bytes in all where the server says. */
  readonly onProgress: (done: number, total: number | undefined) => void;
  /** Tells of a connection that broke off and of what is done about it. */
  readonly onRetry: (reason: string, delayMs: number) => void;
  /** Milliseconds without a byte after which a connection counts as dead. Defaults to 60 s. */
  readonly stallMs?: number;
  /** Milliseconds before the first new attempt; doubled each time. Defaults to 2 s. */
  readonly retryMs?: number;
}

const MAX_REDIRECTS = 5;
/** Attempts in a row that bring nothing; one that brings bytes starts the count anew. */
const MAX_FRUITLESS_ATTEMPTS = 5;

/** What a partial file is part of, so that it is never continued with bytes of another. */
interface PartOf {
  readonly url: string;
  /** Strong ETag or Last-Modified of the answer it began with. */
  readonly validator: string;
}

/**
 * Fetches a file to `part`, continuing what an earlier run left there, and gives the SHA-256 of the whole.
 *
 * The file is never held in memory, and its first bytes are looked at before the rest is fetched.
 *
 * @throws Refused where trying again is of no use; Error after the last attempt
 */
export async function transfer(
  url: string,
  part: string,
  wanted: Content,
  options: TransferOptions,
): Promise<{ sha256: string; size: number }> {
  const { retryMs = 2000 } = options;
  for (let fruitless = 1; ; ) {
    const before = sizeOf(part);
    try {
      return await attempt(url, part, wanted, options);
    } catch (error) {
      const reason = reasonOf(error as NodeJS.ErrnoException);
      if (error instanceof Refused) {
        throw error;
      }
      if ((error as NodeJS.ErrnoException).code === "ENOSPC") {
        throw new Refused("the disk is full; what is there is kept and continued by the next run");
      }
      fruitless = sizeOf(part) > before ? 1 : fruitless + 1;
      if (fruitless > MAX_FRUITLESS_ATTEMPTS) {
        throw new Error(`${reason}; given up after ${MAX_FRUITLESS_ATTEMPTS} attempts that brought nothing`);
      }
      const delayMs = retryMs * 2 ** (fruitless - 1);
      options.onRetry(reason, delayMs);
      await sleep(delayMs);
    }
  }
}

async function attempt(url: string, part: string, wanted: Content, options: TransferOptions) {
  const partOf = readPartOf(part);
  const resumable = partOf?.url === url && sizeOf(part) > 0 ? partOf.validator : undefined;
  const from = resumable === undefined ? 0 : sizeOf(part);
  const headers: Record<string, string> =
    resumable === undefined ? {} : { range: `bytes=${from}-`, "if-range": resumable };

  const response = await request(url, headers, options);
  try {
    const start = startOf(response, from);
    const validator = validatorOf(response);
    if (start === 0) {
      rmSync(part, { force: true });
      rmSync(`${part}.of`, { force: true });
      if (validator !== undefined) {
        writeFileSync(`${part}.of`, JSON.stringify({ url, validator } satisfies PartOf));
      }
    }
    const total = totalOf(response, start);
    refuseWithoutSpace(part, total, start);
    const hash = createHash("sha256");
    if (start > 0) {
      for await (const chunk of createReadStream(part)) hash.update(chunk as Buffer);
    }
    const file = await open(part, "a", 0o644);
    try {
      const size = await receive(response, file, { hash, start, total, wanted, ...options });
      await file.sync();
      return { sha256: hash.digest("hex"), size };
    } finally {
      await file.close();
    }
  } finally {
    response.destroy();
  }
}

async function receive(
  response: IncomingMessage,
  file: FileHandle,
  to: { hash: Hash; start: number; total: number | undefined; wanted: Content } & TransferOptions,
): Promise<number> {
  const { hash, start, total, wanted, onProgress } = to;
  let size = start;
  let head: Buffer | undefined = start === 0 ? Buffer.alloc(0) : undefined;
  const judgeHead = () => {
    const content = head === undefined ? wanted : sniff(head);
    head = undefined;
    if (content !== wanted) {
      throw new Refused(contentProblem(content, wanted));
    }
  };
  for await (const chunk of response as AsyncIterable<Buffer>) {
    if (head !== undefined) {
      head = Buffer.concat([head, chunk]);
      if (head.length >= HEAD_BYTES) judgeHead();
    }
    hash.update(chunk);
    await writeAll(file, chunk);
    size += chunk.length;
    if (total !== undefined && size > total) {
      throw new Refused(`the server sent more than the ${total} bytes it announced`);
    }
    onProgress(size, total);
  }
  if (total !== undefined && size < total) {
    throw new Error(`the connection ended after ${size} of ${total} bytes`);
  }
  judgeHead();
  return size;
}

async function writeAll(file: FileHandle, chunk: Buffer): Promise<void> {
  for (let at = 0; at < chunk.length; ) {
    at += (await file.write(chunk, at)).bytesWritten;
  }
}

/** The answer after redirects: 200 or 206. */
async function request(
  url: string,
  headers: Record<string, string>,
  options: TransferOptions,
): Promise<IncomingMessage> {
  let target = url;
  for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
    const response = await once(target, headers, options);
    const { statusCode = 0, headers: answer } = response;
    if (statusCode === 200 || statusCode === 206) {
      return response;
    }
    response.destroy();
    if ([301, 302, 303, 307, 308].includes(statusCode) && answer.location !== undefined) {
      const next = new URL(answer.location, target);
      if (next.protocol !== "https:") {
        throw new Refused(`it redirects to ${next.protocol}//${next.host}; allowed: https only`);
      }
      target = next.href;
    } else if (statusCode === 416) {
      throw new Refused("the server has less of it than was fetched before; run this again to start anew");
    } else if (statusCode >= 500 || statusCode === 429 || statusCode === 408) {
      throw new Error(`the server answered ${statusCode}`);
    } else {
      throw new Refused(`the server answered ${statusCode}; is the URL right, and open to everybody?`);
    }
  }
  throw new Refused(`it redirects more than ${MAX_REDIRECTS} times`);
}

function once(url: string, headers: Record<string, string>, options: TransferOptions) {
  const { ca, stallMs = 60_000 } = options;
  return new Promise<IncomingMessage>((resolve, reject) => {
    // `identity`: the hash and the length are those of the file, not of a compressed one.
    const asked = get(url, { ca: [...ca], headers: { ...headers, "accept-encoding": "identity" } }, resolve);
    asked.setTimeout(stallMs, () => asked.destroy(new Error(`nothing came for ${stallMs / 1000} s`)));
    asked.on("error", reject);
  });
}

/** Where the answer's first byte belongs. */
function startOf({ statusCode, headers }: IncomingMessage, asked: number): number {
  if (statusCode !== 206) {
    return 0;
  }
  const start = /^bytes (\d+)-/.exec(headers["content-range"] ?? "")?.[1];
  if (Number(start) !== asked) {
    throw new Refused(`asked for bytes from ${asked} on, the server sends "${headers["content-range"]}"`);
  }
  return asked;
}

function totalOf({ headers }: IncomingMessage, start: number): number | undefined {
  const length = headers["content-length"];
  return length === undefined ? undefined : start + Number(length);
}

/** A weak ETag does not promise the same bytes. */
function validatorOf({ headers }: IncomingMessage): string | undefined {
  const { etag } = headers;
  return etag !== undefined && !etag.startsWith("W/") ? etag : headers["last-modified"];
}

function refuseWithoutSpace(part: string, total: number | undefined, start: number): void {
  const { bavail, bsize } = statfsSync(part.slice(0, part.lastIndexOf("/")));
  const free = bavail * bsize;
  if (total !== undefined && total - start > free) {
    throw new Refused(`the disk is full: it needs ${total - start} more bytes, ${free} are free`);
  }
}

function readPartOf(part: string): PartOf | undefined {
  try {
    return existsSync(part) ? JSON.parse(readFileSync(`${part}.of`, "utf8")) : undefined;
  } catch {
    return undefined;
  }
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

function reasonOf(error: NodeJS.ErrnoException): string {
  return error.code === "ECONNRESET" || error.message === "aborted"
    ? "the connection was cut"
    : error.message || String(error.code);
}
