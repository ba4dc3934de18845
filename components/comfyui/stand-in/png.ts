/** A small PNG encoder (streaming, RGB and RGBA) and decoder (8 bits a channel, not interlaced). */
import { pipeline, Readable } from "node:stream";
import { crc32, createDeflate, inflateSync } from "node:zlib";
import { fromPixels, type Picture } from "./picture";

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const COLOR_TYPE = { 3: 2, 4: 6 } as const;
const ROWS_CHUNK_BYTES = 256 * 1024;
/** ComfyUI's own (SaveImage.compress_level) */
const COMPRESSION_LEVEL = 4;
/** Refuse to decode more than this many pixels, about what PIL takes for a decompression bomb. */
const MAX_DECODED_PIXELS = 178_956_970;

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const framed = Buffer.alloc(body.length + 8);
  framed.writeUInt32BE(data.length, 0);
  body.copy(framed, 4);
  framed.writeUInt32BE(crc32(body), body.length + 4);
  return framed;
}

/** Rows with their filter byte (none), gathered into chunks; `checkpoint` may throw to stop the work. */
function* filteredRows(picture: Picture, checkpoint: () => void): Generator<Buffer> {
  const stride = picture.width * picture.channels + 1;
  const rowsPerChunk = Math.max(1, Math.floor(ROWS_CHUNK_BYTES / stride));
  for (let y = 0; y < picture.height; y += rowsPerChunk) {
    checkpoint();
    const rows = Math.min(rowsPerChunk, picture.height - y);
    const block = Buffer.alloc(rows * stride);
    for (let row = 0; row < rows; row++) {
      picture.fillRow(y + row, block.subarray(row * stride + 1, (row + 1) * stride));
    }
    yield block;
  }
}

/**
 * The file of `picture`, piece by piece.
 * @param texts tEXt entries (keyword, ASCII text), as ComfyUI embeds the workflow.
 * @param checkpoint called between rows; what it throws ends the encoding.
 */
export async function* encodePng(
  picture: Picture,
  texts: Iterable<readonly [string, string]> = [],
  checkpoint: () => void = () => {},
): AsyncGenerator<Buffer> {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(picture.width, 0);
  header.writeUInt32BE(picture.height, 4);
  header[8] = 8;
  header[9] = COLOR_TYPE[picture.channels];
  yield SIGNATURE;
  yield chunk("IHDR", header);
  for (const [keyword, text] of texts) yield chunk("tEXt", Buffer.from(`${keyword}\0${text}`, "latin1"));
  const deflate = createDeflate({ level: COMPRESSION_LEVEL });
  // The callback only satisfies pipeline: an error destroys `deflate`, and the loop below throws it.
  pipeline(Readable.from(filteredRows(picture, checkpoint)), deflate, () => {});
  for await (const data of deflate) yield chunk("IDAT", data as Buffer);
  yield chunk("IEND", Buffer.alloc(0));
}

/** The whole file of `picture` in one buffer. */
export async function pngBytes(picture: Picture): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of encodePng(picture)) parts.push(part);
  return Buffer.concat(parts);
}

function paeth(left: number, above: number, aboveLeft: number): number {
  const estimate = left + above - aboveLeft;
  const fromLeft = Math.abs(estimate - left);
  const fromAbove = Math.abs(estimate - above);
  const fromAboveLeft = Math.abs(estimate - aboveLeft);
  if (fromLeft <= fromAbove && fromLeft <= fromAboveLeft) return left;
  return fromAbove <= fromAboveLeft ? above : aboveLeft;
}

/** Undoes the row filters in place and returns the samples without the filter bytes. */
function unfilter(raw: Buffer, height: number, stride: number, pixelBytes: number): Buffer {
  const out = Buffer.alloc(height * stride);
  for (let y = 0; y < height; y++) {
    const filter = raw[y * (stride + 1)];
    for (let i = 0; i < stride; i++) {
      const at = y * stride + i;
      const left = i >= pixelBytes ? (out[at - pixelBytes] as number) : 0;
      const above = y > 0 ? (out[at - stride] as number) : 0;
      const aboveLeft = y > 0 && i >= pixelBytes ? (out[at - stride - pixelBytes] as number) : 0;
      let predicted: number;
      if (filter === 0) predicted = 0;
      else if (filter === 1) predicted = left;
      else if (filter === 2) predicted = above;
      else if (filter === 3) predicted = (left + above) >> 1;
      else if (filter === 4) predicted = paeth(left, above, aboveLeft);
      else throw new Error(`not a PNG: row filter ${filter}; allowed are 0 to 4`);
      out[at] = (raw[y * (stride + 1) + 1 + i] as number) + predicted;
    }
  }
  return out;
}

function chunksOf(file: Buffer): Map<string, Buffer[]> {
  if (!file.subarray(0, 8).equals(SIGNATURE)) throw new Error("not a PNG: the signature is missing");
  const chunks = new Map<string, Buffer[]>();
  let at = 8;
  while (at + 12 <= file.length) {
    const length = file.readUInt32BE(at);
    const type = file.toString("latin1", at + 4, at + 8);
    if (at + 12 + length > file.length) break;
    const list = chunks.get(type) ?? [];
    list.push(file.subarray(at + 8, at + 8 + length));
    chunks.set(type, list);
    at += 12 + length;
  }
  return chunks;
}

/** The tEXt entries of a PNG file. */
export function textEntries(file: Buffer): [string, string][] {
  return (chunksOf(file).get("tEXt") ?? []).map((data) => {
    const end = data.indexOf(0);
    return [data.toString("latin1", 0, end), data.toString("latin1", end + 1)];
  });
}

/**
 * Decodes a PNG of 8 bits a channel without interlacing, which is what cameras, browsers and this program write.
 * Throws an Error that says what is wrong or not supported.
 */
export function decodePng(file: Buffer): Picture {
  const chunks = chunksOf(file);
  const header = chunks.get("IHDR")?.[0];
  if (header?.length !== 13) throw new Error("not a PNG: no IHDR chunk");
  const width = header.readUInt32BE(0);
  const height = header.readUInt32BE(4);
  const [depth, colorType, , , interlace] = header.subarray(8);
  if (depth !== 8 || interlace !== 0) {
    throw new Error(
      `the stand-in reads PNGs of 8 bits a channel without interlacing; this one has ${depth} bits, interlace ${interlace}`,
    );
  }
  if (width === 0 || height === 0 || width * height > MAX_DECODED_PIXELS) {
    throw new Error(`${width} x ${height} pixels; allowed are 1 to ${MAX_DECODED_PIXELS} in all`);
  }
  const samples = ({ 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 } as Record<number, number>)[colorType as number];
  if (samples === undefined)
    throw new Error(`not a PNG: colour type ${colorType}; allowed are 0, 2, 3, 4 and 6`);
  const stride = width * samples;
  const expected = height * (stride + 1);
  const raw = inflateSync(Buffer.concat(chunks.get("IDAT") ?? []), { maxOutputLength: expected });
  if (raw.length !== expected)
    throw new Error(`not a PNG: ${raw.length} bytes of samples, ${expected} expected`);
  const data = unfilter(raw, height, stride, samples);
  if (samples >= 3) return fromPixels(width, height, samples as 3 | 4, data);

  const palette = chunks.get("PLTE")?.[0];
  const transparency = chunks.get("tRNS")?.[0];
  const channels = samples === 2 || transparency ? 4 : 3;
  const pixels = Buffer.alloc(width * height * channels);
  for (let i = 0; i < width * height; i++) {
    const value = data[i * samples] as number;
    for (let channel = 0; channel < 3; channel++) {
      pixels[i * channels + channel] = colorType === 3 ? (palette?.[value * 3 + channel] ?? 0) : value;
    }
    if (channels === 4) {
      pixels[i * 4 + 3] = samples === 2 ? (data[i * 2 + 1] as number) : (transparency?.[value] ?? 255);
    }
  }
  return fromPixels(width, height, channels, pixels);
}
