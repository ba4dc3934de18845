import type { Role } from "../routes";
import { scanJson } from "./inspection/json-scan";
import { isObject } from "./inspection/submission";
import { boundaryOf, MultipartFault, type Part, parseMultipart } from "./multipart";
import { type Refusal, refusal } from "./refusal";

const LIMITS = { maxParts: 6, maxHeaderBytes: 1024 };
const MAX_FIELD_BYTES = 2048;
const MAX_FILENAME_BYTES = 200;
const MAX_SUBFOLDER_BYTES = 200;

export interface Upload {
  /** `mask` is an image too, with the reference of the picture it is for. */
  readonly kind: "image" | "mask";
  /** The request's Content-Type header. */
  readonly contentType: string;
  readonly body: Buffer;
}

/** What a file of this kind begins with, and what its name ends with. */
const IMAGE_KINDS: readonly {
  readonly mediaTypes: readonly string[];
  readonly extensions: readonly string[];
  readonly matches: (content: Buffer) => boolean;
}[] = [
  {
    mediaTypes: ["image/png"],
    extensions: [".png"],
    matches: (content) => content.toString("latin1", 0, 16) === "\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
  },
  {
    mediaTypes: ["image/jpeg", "image/jpg"],
    extensions: [".jpg", ".jpeg"],
    matches: (content) => content.toString("latin1", 0, 3) === "\xff\xd8\xff",
  },
  {
    mediaTypes: ["image/webp"],
    extensions: [".webp"],
    matches: (content) => /^RIFF[\s\S]{4}WEBPVP8[ LX]$/.test(content.toString("latin1", 0, 16)),
  },
  {
    mediaTypes: ["image/gif"],
    extensions: [".gif"],
    matches: (content) => /^GIF8[79]a$/.test(content.toString("latin1", 0, 6)),
  },
];

/**
 * Judges POST /upload/image and /upload/mask; undefined means no objection. Forward the body as it came.
 *
 * Pictures only (PNG, JPEG, WebP, GIF: by content and by name, which must agree), into the input folder only, whatever
 * the role; a worker may not overwrite. ComfyUI itself looks at none of that. The whole body is judged before a byte is
 * forwarded: half a body upstream could not be taken back.
 */
export function inspectUpload(upload: Upload, role: Role): Refusal | undefined {
  try {
    const parts = parseMultipart(upload.body, boundaryOf(upload.contentType), LIMITS);
    return judgeParts(upload.kind, parts, role);
  } catch (error) {
    if (error instanceof MultipartFault) return invalid(`The upload is not plain: ${error.message}.`);
    throw error;
  }
}

function invalid(message: string): Refusal {
  return refusal(400, "invalid_upload", message);
}

function forbidden(message: string): Refusal {
  return refusal(403, "upload_refused", message);
}

function judgeParts(kind: Upload["kind"], parts: readonly Part[], role: Role): Refusal | undefined {
  const known = kind === "mask" ? [...FIELDS, "original_ref"] : FIELDS;
  const byName = new Map<string, Part>();
  for (const part of parts) {
    if (!known.includes(part.name)) return invalid(`The fields of an upload are ${known.join(", ")}.`);
    if (byName.has(part.name)) return invalid(`The field "${part.name}" is there more than once.`);
    byName.set(part.name, part);
  }
  const image = byName.get("image");
  if (image?.filename === undefined) return invalid('The upload has no file in the field "image".');
  byName.delete("image");
  const fields = new Map<string, string>();
  for (const [name, part] of byName) {
    const text = fieldText(part);
    if (text === undefined) return invalid(`The field "${name}" is not short text in UTF-8.`);
    fields.set(name, text);
  }
  return (
    fileFault(image.filename, image) ??
    placeFault(fields, role) ??
    (kind === "mask" ? referenceFault(fields.get("original_ref")) : undefined)
  );
}

const FIELDS = ["image", "type", "subfolder", "overwrite"];

function fieldText({ filename, contentType, content }: Part): string | undefined {
  if (filename !== undefined || content.length > MAX_FIELD_BYTES) return undefined;
  if (contentType !== undefined && contentType !== "text/plain" && contentType !== "application/json") {
    return undefined;
  }
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(content);
  } catch {
    return undefined;
  }
}

function fileFault(filename: string, { contentType, content }: Part): Refusal | undefined {
  if (!isPlainName(filename, MAX_FILENAME_BYTES)) {
    return forbidden(
      `The file name must be 1 to ${MAX_FILENAME_BYTES} bytes, without separators, and not begin with a dot or a space.`,
    );
  }
  const lower = filename.toLowerCase();
  const image = IMAGE_KINDS.find(({ extensions }) =>
    extensions.some((extension) => lower.endsWith(extension)),
  );
  if (!image) return forbidden("Only .png, .jpg, .jpeg, .webp and .gif files may be uploaded.");
  if (!image.matches(content))
    return forbidden("The file's content is not the kind of picture its name says.");
  const isDeclared =
    contentType === undefined ||
    contentType === "application/octet-stream" ||
    image.mediaTypes.includes(contentType);
  return isDeclared
    ? undefined
    : forbidden("The file's Content-Type is not the kind of picture its name says.");
}

function placeFault(fields: ReadonlyMap<string, string>, role: Role): Refusal | undefined {
  const type = fields.get("type");
  if (type !== undefined && type !== "input") {
    return forbidden('Uploads go to the input folder only: leave "type" out, or say "input".');
  }
  if (!isPlainFolder(fields.get("subfolder") ?? "")) {
    return forbidden('The "subfolder" must be a relative path of plain names.');
  }
  const overwrite = fields.get("overwrite");
  if (overwrite === undefined || overwrite === "false" || overwrite === "0") return undefined;
  if (overwrite !== "true" && overwrite !== "1") return invalid('The "overwrite" must be true or false.');
  return role === "worker" ? forbidden("A worker may not overwrite files.") : undefined;
}

const REFERENCE_KEYS: ReadonlySet<string> = new Set(["filename", "subfolder", "type"]);

/** The picture a mask is for: read by ComfyUI, so a plain name in a known folder, without a suffix that chooses another. */
function referenceFault(text: string | undefined): Refusal | undefined {
  const message =
    'The "original_ref" must be a JSON object of a plain "filename", "subfolder" and "type" (input, output or temp).';
  if (text === undefined || scanJson(Buffer.from(text), 2) !== undefined) return invalid(message);
  let reference: unknown;
  try {
    reference = JSON.parse(text);
  } catch {
    return invalid(message);
  }
  if (!isObject(reference) || !Object.keys(reference).every((key) => REFERENCE_KEYS.has(key))) {
    return invalid(message);
  }
  const { filename, subfolder = "", type = "output" } = reference;
  const isPlain =
    typeof filename === "string" &&
    isPlainName(filename, MAX_FILENAME_BYTES) &&
    !filename.endsWith("]") &&
    typeof subfolder === "string" &&
    isPlainFolder(subfolder) &&
    (type === "input" || type === "output" || type === "temp");
  return isPlain ? undefined : forbidden(message);
}

/** One segment of a path that means the same on every system, and that a person can see. */
function isPlainName(name: string, maxBytes: number): boolean {
  return (
    Buffer.byteLength(name) <= maxBytes &&
    /^[^\p{C}\p{Zl}\p{Zp}/\\:*?"<>|;%]+$/u.test(name) &&
    !/^[.\s~-]|[.\s]$/u.test(name)
  );
}

function isPlainFolder(folder: string): boolean {
  if (folder === "") return true;
  return (
    Buffer.byteLength(folder) <= MAX_SUBFOLDER_BYTES &&
    folder.split("/").every((segment) => isPlainName(segment, MAX_SUBFOLDER_BYTES))
  );
}
