import type { Role } from "../../routes";

/** What is wrong with a file reference, as the end of a sentence. */
export type PathFault = string;

/**
 * Inputs that ComfyUI resolves with `get_annotated_filepath`, which joins a folder and the text as it comes: `../`
 * leaves the folder (CVE-2026-56673), and a suffix ` [output]` or ` [temp]` chooses another.
 */
const FILE_INPUTS: ReadonlyMap<string, readonly string[]> = new Map([
  ["LoadImage", ["image"]],
  ["LoadImageMask", ["image"]],
  ["LoadImageOutput", ["image"]],
  ["LoadImageSetNode", ["images"]],
  ["LoadLatent", ["latent"]],
  ["LoadAudio", ["audio"]],
  ["RecordAudio", ["audio"]],
  ["LoadVideo", ["file"]],
  ["WebcamCapture", ["image"]],
  ["Load3D", ["model_file", "image"]],
  ["Load3DAnimation", ["model_file", "image"]],
  ["GeminiInputFiles", ["file"]],
  ["OpenAIInputFiles", ["file"]],
]);

/** Inputs that ComfyUI joins to its input or output folder without a check. */
const FOLDER_INPUTS: ReadonlyMap<string, readonly string[]> = new Map([
  ["LoadImageSetFromFolderNode", ["folder"]],
  ["LoadImageTextSetFromFolderNode", ["folder"]],
  ["LoadImageDataSetFromFolder", ["folder"]],
  ["LoadImageTextDataSetFromFolder", ["folder"]],
  ["SaveImageDataSetToFolder", ["folder_name"]],
  ["SaveImageTextDataSetToFolder", ["folder_name"]],
  ["SaveTrainingDataset", ["folder_name"]],
  // Writes wherever its prefix says; the other savers ask get_save_image_path, which stays in its folder.
  ["LossGraphNode", ["filename_prefix"]],
]);

/** Savers whose prefix has another name. */
const PREFIX_INPUTS: ReadonlyMap<string, readonly string[]> = new Map([
  ["SaveLoRANode", ["prefix"]],
  ["SaveLoRA", ["prefix"]],
]);

/** Names by which nodes of any pack call a file or folder. */
const PATH_NAME =
  /(?:file|path|dir|directory|folder)s?$|file_?name$|^(?:images?|mask|audio|video|latent)$|_(?:image|mask|audio|video)$/i;

/** Classes that turn text into conditioning, never into another node's text: their text may be anything. */
const TEXT_ENCODER = /^(?:CLIP)?TextEncode/;

/**
 * - `file`: a file name with an optional folder suffix; nothing else may feed it.
 * - `folder`: a relative folder; nothing else may feed it.
 * - `prefix`: what a saver's file names begin with.
 * - `path`: by its name a file or folder, of a node that we do not know.
 * - `text`: anything else.
 * - `prose`: text for a text encoder.
 */
export type InputKind = "file" | "folder" | "prefix" | "path" | "text" | "prose";

/** The inputs of a class that have a kind of their own; undefined for most classes. */
export function specialInputs(classType: string): ReadonlyMap<string, InputKind> | undefined {
  return SPECIAL_INPUTS.get(classType);
}

const SPECIAL_INPUTS: ReadonlyMap<string, ReadonlyMap<string, InputKind>> = (() => {
  const result = new Map<string, Map<string, InputKind>>();
  const tables = [
    ["file", FILE_INPUTS],
    ["folder", FOLDER_INPUTS],
    ["prefix", PREFIX_INPUTS],
  ] as const;
  for (const [kind, table] of tables) {
    for (const [classType, inputs] of table) {
      const kinds = result.get(classType) ?? new Map<string, InputKind>();
      for (const input of inputs) kinds.set(input, kind);
      result.set(classType, kinds);
    }
  }
  return result;
})();

export function inputKind(classType: string, input: string): InputKind {
  const special = SPECIAL_INPUTS.get(classType)?.get(input);
  if (special) return special;
  if (input === "filename_prefix") return "prefix";
  if (TEXT_ENCODER.test(classType)) return "prose";
  return PATH_NAME.test(input) ? "path" : "text";
}

/** Whether only a literal may be given: what another node feeds it cannot be judged here. */
export function mustBeLiteral(kind: InputKind | undefined): boolean {
  return kind === "file" || kind === "folder";
}

/** Whether a text can be at fault at all: most values of a workflow cannot, and need not be looked at by kind. */
export function mayBePath(value: string): boolean {
  return SUSPICIOUS.test(value);
}

const SUSPICIOUS = /[/\\~:%[\n\r\0]|\.\./;

/** Nothing longer is a path on Linux. */
const PATH_MAX = 4096;

/**
 * What is wrong with a text as a value of an input of this kind.
 *
 * False positives, on purpose few: free text may contain `a../b` or end in `..`; only a whole segment `..` between
 * slashes counts, and not even that in a text encoder's prompt. Text of an unknown input is taken for an absolute path
 * only when it begins with one of the system's folders. Admins are held to the rules of known file inputs only.
 */
export function pathFault(kind: InputKind, value: string, role: Role): PathFault | undefined {
  if (value.includes("\0")) return "has a NUL character";
  switch (kind) {
    case "file":
      return strictFault(value) ?? annotationFault(value, role);
    case "folder":
      return strictFault(value);
    case "prefix":
      return (
        strictFault(value) ?? (/%(?:2e|2f|5c|00)/i.test(value) ? "has an encoded path character" : undefined)
      );
    case "path":
      return role === "admin" ? undefined : looseFault(value, true);
    case "text":
      return role === "admin" ? undefined : looseFault(value, false);
    case "prose":
      return undefined;
  }
}

function strictFault(value: string): PathFault | undefined {
  if (value.includes("\\")) return "has a backslash";
  if (value.startsWith("/")) return "is an absolute path";
  if (value.startsWith("~")) return "begins in a home folder";
  if (/^[A-Za-z]:|^[A-Za-z][A-Za-z0-9+.-]*:\/\//.test(value)) return "has a drive or a scheme";
  if (/[\n\r]/.test(value)) return "has a line break";
  return climbs(value) ? LEAVES : undefined;
}

const LEAVES = 'has a segment ".."';

function climbs(value: string): boolean {
  return value.includes("..") && /(?:^|[/\\])\.\.(?:[/\\]|$)/.test(value);
}

/** ComfyUI cuts the suffix and the character before it off, whatever that is. */
function annotationFault(value: string, role: Role): PathFault | undefined {
  const suffix = /(.?)\[(input|output|temp)\]$/.exec(value);
  if (!suffix) return undefined;
  if (suffix[1] !== " ") return "has a folder suffix without a space before it";
  if (suffix[2] !== "input" && role !== "admin") return "refers to another folder than input";
  return climbs(value.slice(0, suffix.index)) ? LEAVES : undefined;
}

const SYSTEM_FOLDER =
  /^\/(?:app|bin|boot|comfyui|data|dev|etc|home|lib|lib64|media|mnt|opt|proc|root|run|sbin|srv|sys|tmp|usr|var|workspace)(?:\/|$)/i;

function looseFault(value: string, isPath: boolean): PathFault | undefined {
  if (value.length > PATH_MAX) return undefined;
  if (climbs(value) || climbs(value.replace(/.?\[(?:input|output|temp)\]$/, ""))) return LEAVES;
  const first = value.charCodeAt(0);
  if (first === 0x2f && (SYSTEM_FOLDER.test(value) || (isPath && !isBase64Jpeg(value)))) {
    return "is an absolute path";
  }
  if (/^file:/i.test(value)) return "has a drive or a scheme";
  if (isPath) {
    if (first === 0x7e) return "begins in a home folder";
    if (/^[A-Za-z]:[/\\]|^\\\\/.test(value)) return "has a drive or a scheme";
  }
  const annotated = isPath ? /\[(?:output|temp)\]$/ : /\.[A-Za-z0-9]{2,5} \[(?:output|temp)\]$/;
  return value.endsWith("]") && annotated.test(value) ? "refers to another folder than input" : undefined;
}

/** Nodes that take an image as text: a JPEG's base64 begins with a slash. */
function isBase64Jpeg(value: string): boolean {
  return value.startsWith("/9j/");
}
