import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import busboy from "busboy";
import type { Context, Route } from "../context";
import { type Folders, isFile, isWithin, splitAnnotation } from "../folders";
import { empty, HttpError, json, type Reply, type StandInRequest } from "../http";
import { type Parsed, parseJson } from "../json";
import { mapPixels } from "../picture";
import { decodePng, pngBytes } from "../png";
import { PythonError, typeName } from "../python";

interface UploadedFile {
  readonly filename: string;
  readonly data: Buffer;
}

interface Form {
  /** the first value of each field */
  readonly fields: ReadonlyMap<string, string>;
  readonly files: ReadonlyMap<string, UploadedFile>;
}

async function readForm(request: StandInRequest): Promise<Form> {
  const fields = new Map<string, string>();
  const files = new Map<string, UploadedFile>();
  const contentType = request.header("content-type") ?? "";
  if (!contentType.toLowerCase().startsWith("multipart/form-data")) return { fields, files };
  const parser = busboy({
    headers: { "content-type": contentType },
    // The path of a filename is kept for the check below, as aiohttp keeps it.
    preservePath: true,
    defParamCharset: "utf8",
    limits: { fieldSize: Number.POSITIVE_INFINITY },
  });
  parser.on("field", (name, value) => {
    if (!fields.has(name)) fields.set(name, value);
  });
  parser.on("file", (name, stream, { filename }) => {
    const parts: Buffer[] = [];
    stream.on("data", (part: Buffer) => parts.push(part));
    stream.on("end", () => {
      if (!files.has(name)) files.set(name, { filename: filename ?? "", data: Buffer.concat(parts) });
    });
  });
  await pipeline(Readable.from([await request.body()]), parser);
  return { fields, files };
}

type Save = (file: string, data: Buffer) => Promise<void> | void;

async function store(form: Form, folders: Folders, save: Save): Promise<Reply> {
  const type = form.fields.get("type") ?? "input";
  const root = folders.byType(type);
  if (root === undefined) {
    throw new PythonError("UnboundLocalError", `type is ${type}; allowed are input, temp and output`);
  }
  const image = form.files.get("image");
  if (!image?.filename) {
    if (form.fields.get("image"))
      throw new PythonError("AttributeError", "'str' object has no attribute 'file'");
    return empty(400);
  }
  const subfolder = form.fields.get("subfolder") ?? "";
  const directory = path.resolve(root, subfolder);
  let file = path.resolve(directory, image.filename);
  // The folder has to be checked too: a subfolder of `../..` with a file name that leads back is no less a traversal.
  if (!isWithin(root, file) || !isWithin(root, directory)) return empty(400);
  mkdirSync(directory, { recursive: true });

  const overwrite = form.fields.get("overwrite");
  let filename = image.filename;
  let isDuplicate = false;
  if (overwrite !== "true" && overwrite !== "1") {
    const extension = path.extname(filename);
    const stem = filename.slice(0, filename.length - extension.length);
    for (let number = 1; existsSync(file); number++) {
      isDuplicate = isFile(file) && readFileSync(file).equals(image.data);
      if (isDuplicate) break;
      filename = `${stem} (${number})${extension}`;
      file = path.join(directory, filename);
    }
  }
  if (!isDuplicate) await save(file, image.data);
  return json({ name: filename, subfolder, type });
}

async function uploadImage(request: StandInRequest, { folders }: Context): Promise<Reply> {
  return store(await readForm(request), folders, (file, data) => writeFileSync(file, data));
}

function originalReference(form: Form): ReadonlyMap<string, Parsed> {
  const reference = parseJson(form.fields.get("original_ref") ?? "");
  if (!(reference instanceof Map)) {
    throw new PythonError("TypeError", `original_ref is a JSON ${typeName(reference)}, not an object`);
  }
  return reference;
}

function stringIn(reference: ReadonlyMap<string, Parsed>, name: string, fallback: string): string {
  const value = reference.get(name) ?? fallback;
  if (typeof value !== "string") throw new PythonError("TypeError", `original_ref.${name} is not a string`);
  return value;
}

/** The image that a mask belongs to, or undefined where there is none. Throws an HttpError for a traversal. */
function originalFile(reference: ReadonlyMap<string, Parsed>, folders: Folders): string | undefined {
  const { name, type } = splitAnnotation(stringIn(reference, "filename", ""));
  if (name === "" || name.startsWith("/") || name.includes("..")) throw new HttpError(empty(400));
  const directory = folders.byType(type ?? stringIn(reference, "type", "output"));
  if (directory === undefined) throw new HttpError(empty(400));
  const full = path.resolve(directory, stringIn(reference, "subfolder", ""));
  if (!isWithin(directory, full)) throw new HttpError(empty(403));
  const file = path.join(full, name);
  return isFile(file) ? file : undefined;
}

/** Saves the original with the alpha channel of the uploaded mask. */
async function uploadMask(request: StandInRequest, { folders }: Context): Promise<Reply> {
  const form = await readForm(request);
  return store(form, folders, async (file, data) => {
    const original = originalFile(originalReference(form), folders);
    if (original === undefined) return;
    const picture = decodePng(readFileSync(original));
    const mask = decodePng(data);
    if (mask.width !== picture.width || mask.height !== picture.height) {
      throw new PythonError("ValueError", "images do not match");
    }
    const maskRow = Buffer.alloc(mask.width * mask.channels);
    let rowRead = -1;
    const masked = mapPixels(picture, 4, ([red = 0, green = 0, blue = 0], x, y) => {
      if (rowRead !== y) mask.fillRow(y, maskRow);
      rowRead = y;
      return [red, green, blue, mask.channels === 4 ? (maskRow[x * 4 + 3] as number) : 255];
    });
    writeFileSync(file, await pngBytes(masked));
  });
}

export const UPLOAD_ROUTES: readonly Route[] = [
  { method: "POST", path: "/upload/image", handle: uploadImage },
  { method: "POST", path: "/upload/mask", handle: uploadMask },
];
