/**
 * What a model file is by its content, whatever it is called. Loading a pickle runs the code in it, and PyTorch's own
 * format is a zip with a pickle inside.
 */
export type Content = "safetensors" | "gguf" | "pickle" | "zip" | "html" | "unknown";

/** How many of a file's first bytes `sniff` wants to see. */
export const HEAD_BYTES = 512;

/** Longest header of a safetensors file that its own library accepts, in bytes. */
const MAX_HEADER_BYTES = 100_000_000;
/** Of a zip's first entry, of the end of an empty one, of its 64-bit form, of one in parts. */
const ZIP_MAGICS = ["504b0304", "504b0506", "504b0606", "504b0708"];
const GGUF_HEADER_BYTES = 24;
const GGUF_VERSIONS = [2, 3];
/** No model has more tensors, or keys about itself. */
const GGUF_MAX_COUNT = 1_000_000n;

const DTYPE_BITS: Readonly<Record<string, number>> = {
  ...{ BOOL: 8, U8: 8, I8: 8, F8_E4M3: 8, F8_E5M2: 8, F8_E8M0: 8 },
  ...{ F4: 4, F6_E2M3: 6, F6_E3M2: 6 },
  ...{ I16: 16, U16: 16, F16: 16, BF16: 16 },
  ...{ I32: 32, U32: 32, F32: 32, C64: 64, I64: 64, U64: 64, F64: 64 },
};

/** Tells a file's format from its first bytes. */
export function sniff(head: Buffer): Content {
  if (head.length >= 4 && head.readUInt32BE(0) === 0x47475546) {
    return "gguf";
  }
  // No pickle has a zero byte where a header's length has its high bytes, so the two are never taken for each other.
  if (head.length >= 9 && head.readUInt32LE(4) === 0 && head[8] === 0x7b) {
    return "safetensors";
  }
  if (ZIP_MAGICS.includes(head.toString("hex", 0, 4))) {
    return "zip";
  }
  if (isPickle(head)) {
    return "pickle";
  }
  const text = head.toString("latin1").trimStart().toLowerCase();
  return /^(<!doctype html|<html|<head|<body|<\?xml)/.test(text) ? "html" : "unknown";
}

/** Protocols 2 to 5 begin with their number; 0 and 1 with an opcode, which matters where it imports something. */
function isPickle(head: Buffer): boolean {
  const [first = 0, protocol = 0] = head;
  return (
    (first === 0x80 && protocol >= 2 && protocol <= 5) ||
    /^[(\]}ldt]*(p\d+\n|q.)?[(\]}]*[ci][A-Za-z_][\w.]*\n[A-Za-z_][\w.]*\n/s.test(head.toString("latin1")) ||
    /^\((l|d|t)p\d+\n/.test(head.toString("latin1"))
  );
}

/** Where in a file its bytes are. */
export type ReadAt = (position: number, length: number) => Buffer;

/**
 * Whether a file is, whole, a safetensors or gguf file.
 *
 * @returns what is wrong with it; undefined when nothing is
 */
export function modelProblem(name: string, size: number, read: ReadAt): string | undefined {
  const content = sniff(read(0, Math.min(size, HEAD_BYTES)));
  const wanted = name.endsWith(".gguf") ? "gguf" : "safetensors";
  if (content !== wanted) {
    return contentProblem(content, wanted);
  }
  return wanted === "gguf" ? ggufProblem(size, read) : safetensorsProblem(size, read);
}

/** Says what came in place of the format that was wanted. */
export function contentProblem(content: Content, wanted: string): string {
  const what: Record<Content, string> = {
    safetensors: "it is a safetensors file",
    gguf: "it is a gguf file",
    pickle: "it is a pickle, which runs code when it is loaded",
    zip: "it is a zip archive, such as PyTorch's pickle format, which runs code when it is loaded",
    html: "it is a web page, such as a sign-in or error page",
    unknown: "its content is of no known format",
  };
  return `${what[content]}, not ${wanted}`;
}

function safetensorsProblem(size: number, read: ReadAt): string | undefined {
  const length = Number(read(0, 8).readBigUInt64LE());
  if (length > MAX_HEADER_BYTES || 8 + length > size) {
    return `its header says it is ${length} bytes long, in a file of ${size}`;
  }
  const data = size - 8 - length;
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(read(8, length)));
  } catch (error) {
    return `its header is no JSON: ${(error as Error).message.slice(0, 100)}`;
  }
  if (typeof header !== "object" || header === null || Array.isArray(header)) {
    return "its header is no JSON object";
  }
  const ranges: [number, number][] = [];
  for (const [key, value] of Object.entries(header)) {
    if (key === "__metadata__") {
      continue;
    }
    const range = tensorRange(value, data);
    if (range === undefined) {
      return `its header describes the tensor ${JSON.stringify(key.slice(0, 80))} wrongly or outside of the file`;
    }
    ranges.push(range);
  }
  // Every byte belongs to one tensor: nothing is hidden behind or between them.
  let end = 0;
  for (const [from, to] of ranges.sort(([a, b], [c, d]) => a - c || b - d)) {
    if (from !== end) {
      return `its tensors overlap or leave a gap at byte ${Math.min(from, end)} of the data`;
    }
    end = to;
  }
  return end === data ? undefined : `its tensors take ${end} bytes, and there are ${data}`;
}

/** Begin and end of a tensor in the data; undefined where its description cannot be right. */
function tensorRange(value: unknown, data: number): [number, number] | undefined {
  const { dtype, shape, data_offsets: offsets } = (value ?? {}) as Record<string, unknown>;
  const natural = (n: unknown) => Number.isSafeInteger(n) && (n as number) >= 0;
  if (!Array.isArray(shape) || !shape.every(natural) || !Array.isArray(offsets) || offsets.length !== 2) {
    return undefined;
  }
  const bits = DTYPE_BITS[String(dtype)];
  const [from, to] = offsets as [number, number];
  if (bits === undefined || !natural(from) || !natural(to) || from > to || to > data) {
    return undefined;
  }
  const elements = (shape as number[]).reduce((product, n) => product * n, 1);
  return Math.ceil((elements * bits) / 8) === to - from ? [from, to] : undefined;
}

function ggufProblem(size: number, read: ReadAt): string | undefined {
  if (size < GGUF_HEADER_BYTES) {
    return `it ends after ${size} bytes, within its header`;
  }
  const header = read(0, GGUF_HEADER_BYTES);
  const version = header.readUInt32LE(4);
  if (!GGUF_VERSIONS.includes(version)) {
    return `it has version ${version} of gguf; allowed: ${GGUF_VERSIONS.join(", ")}`;
  }
  const [tensors, keys] = [header.readBigUInt64LE(8), header.readBigUInt64LE(16)];
  return tensors > GGUF_MAX_COUNT || keys > GGUF_MAX_COUNT
    ? `its header counts ${tensors} tensors and ${keys} keys, which no model has`
    : undefined;
}
