import { createHash, randomBytes } from "node:crypto";

/** A safetensors file with one tensor of random bytes. */
export function safetensors(bytes: number): Buffer {
  return safetensorsOf({ t: { dtype: "U8", shape: [bytes], data_offsets: [0, bytes] } }, bytes);
}

/** A safetensors file with any header and so many bytes of data. */
export function safetensorsOf(header: object | string | Buffer, bytes: number): Buffer {
  const text = Buffer.isBuffer(header) || typeof header === "string" ? header : JSON.stringify(header);
  const head = Buffer.from(text as string);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(head.length));
  return Buffer.concat([length, head, randomBytes(bytes)]);
}

/** The header of a gguf file and some bytes. */
export function gguf({ version = 3, tensors = 1n, keys = 1n } = {}): Buffer {
  const header = Buffer.alloc(64);
  header.write("GGUF", "latin1");
  header.writeUInt32LE(version, 4);
  header.writeBigUInt64LE(tensors, 8);
  header.writeBigUInt64LE(keys, 16);
  return header;
}

export function sha256(file: Buffer): string {
  return createHash("sha256").update(file).digest("hex");
}
