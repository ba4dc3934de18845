/** ComfyUI's folders under one base directory, and its rules for the names of files in them. */
import { existsSync, mkdirSync, readdirSync, rmSync, statSync } from "node:fs";
import path from "node:path";
import { PythonError } from "./python";

export type FolderType = "input" | "output" | "temp";

/** ComfyUI's model folder names, in its order, and the directories below models/ that each one stands for. */
const MODEL_FOLDERS: Readonly<Record<string, readonly string[]>> = {
  checkpoints: ["checkpoints"],
  configs: ["configs"],
  loras: ["loras"],
  vae: ["vae"],
  text_encoders: ["text_encoders", "clip"],
  diffusion_models: ["unet", "diffusion_models"],
  clip_vision: ["clip_vision"],
  style_models: ["style_models"],
  embeddings: ["embeddings"],
  diffusers: ["diffusers"],
  vae_approx: ["vae_approx"],
  controlnet: ["controlnet", "t2i_adapter"],
  gligen: ["gligen"],
  upscale_models: ["upscale_models"],
  custom_nodes: [],
  hypernetworks: ["hypernetworks"],
  photomaker: ["photomaker"],
  classifiers: ["classifiers"],
  model_patches: ["model_patches"],
  audio_encoders: ["audio_encoders"],
};
const MODEL_EXTENSIONS = new Set([".ckpt", ".pt", ".pt2", ".bin", ".pth", ".safetensors", ".pkl", ".sft"]);

/**
 * Checkpoints that are listed although no file of theirs exists: the stand-in loads none, and the default
 * text-to-image workflow must run on an empty machine.
 */
export const PRETENDED_CHECKPOINTS = [
  "v1-5-pruned-emaonly-fp16.safetensors",
  "v1-5-pruned-emaonly.safetensors",
] as const;

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  ".bmp": "image/bmp",
  ".css": "text/css",
  ".gif": "image/gif",
  ".htm": "text/html",
  ".html": "text/html",
  ".jpeg": "image/jpeg",
  ".jpg": "image/jpeg",
  ".js": "application/javascript; charset=utf-8",
  ".json": "application/json",
  ".mp3": "audio/mpeg",
  ".mp4": "video/mp4",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".tiff": "image/tiff",
  ".txt": "text/plain",
  ".wav": "audio/x-wav",
  ".webm": "video/webm",
  ".webp": "image/webp",
};

/** `mimetypes.guess_type` for the kinds of file that lie in ComfyUI's folders. */
export function guessContentType(filename: string): string | undefined {
  return CONTENT_TYPES[path.extname(filename).toLowerCase()];
}

/** Whether `file` is `directory` or lies below it; both absolute. */
export function isWithin(directory: string, file: string): boolean {
  const relative = path.relative(directory, file);
  return relative === "" || !(relative === ".." || relative.startsWith("../") || path.isAbsolute(relative));
}

/** `os.path.isfile`: false, not an exception, for names no file can have. */
export function isFile(file: string): boolean {
  return !file.includes("\0") && (statSync(file, { throwIfNoEntry: false })?.isFile() ?? false);
}

/** Splits ComfyUI's annotation off: `x.png [output]` is x.png in output/, whatever else the request says. */
export function splitAnnotation(name: string): { name: string; type: FolderType | undefined } {
  for (const type of ["output", "input", "temp"] as const) {
    // ComfyUI cuts the annotation and the character before it, blank or not.
    if (name.endsWith(`[${type}]`)) return { name: name.slice(0, -(type.length + 3)), type };
  }
  return { name, type: undefined };
}

/** Where one saved image goes. */
export interface SavePath {
  readonly directory: string;
  readonly subfolder: string;
  /** without counter and suffix */
  readonly filename: string;
  /** the first free number */
  readonly counter: number;
}

export class Folders {
  readonly base: string;
  readonly input: string;
  readonly output: string;
  readonly temp: string;
  readonly user: string;

  constructor(baseDirectory: string) {
    this.base = path.resolve(baseDirectory);
    this.input = path.join(this.base, "input");
    this.output = path.join(this.base, "output");
    this.temp = path.join(this.base, "temp");
    this.user = path.join(this.base, "user");
  }

  /** Makes the folders and empties temp/, as ComfyUI does when it starts. */
  prepare(): void {
    for (const folder of [this.input, this.output, this.temp, this.user])
      mkdirSync(folder, { recursive: true });
    // Its contents rather than the folder itself, which may be a mount point.
    for (const entry of readdirSync(this.temp))
      rmSync(path.join(this.temp, entry), { recursive: true, force: true });
  }

  byType(type: string): string | undefined {
    if (type === "input" || type === "output" || type === "temp") return this[type];
    return undefined;
  }

  /** The names of the images directly in input/, sorted: LoadImage's choices. */
  inputImages(): string[] {
    return readdirSync(this.input, { withFileTypes: true })
      .filter((entry) => entry.isFile() && guessContentType(entry.name)?.startsWith("image/"))
      .map((entry) => entry.name)
      .sort();
  }

  /**
   * The file an annotated name means, input/ being the default; undefined when there is none.
   * ComfyUI 0.3.64 follows `..` here (CVE-2026-56673, fixed in 0.28.0); this does not.
   */
  annotatedFile(annotated: string): string | undefined {
    const { name, type } = splitAnnotation(annotated);
    const directory = this[type ?? "input"];
    const file = path.resolve(directory, name);
    return isWithin(directory, file) && isFile(file) ? file : undefined;
  }

  modelFolderNames(): string[] {
    return Object.keys(MODEL_FOLDERS);
  }

  /** The model files of a folder by its name or an old name of it, sorted; undefined for an unknown one. */
  modelFiles(folder: string): string[] | undefined {
    const directories = Object.hasOwn(MODEL_FOLDERS, folder) ? MODEL_FOLDERS[folder] : undefined;
    if (!directories) return undefined;
    const names = new Set<string>(folder === "checkpoints" ? PRETENDED_CHECKPOINTS : []);
    for (const directory of directories) {
      const root = path.join(this.base, "models", directory);
      if (!existsSync(root)) continue;
      for (const entry of readdirSync(root, { recursive: true, withFileTypes: true })) {
        if (entry.isFile() && MODEL_EXTENSIONS.has(path.extname(entry.name).toLowerCase())) {
          names.add(path.relative(root, path.join(entry.parentPath, entry.name)));
        }
      }
    }
    return [...names].sort();
  }

  /**
   * Folder, name and first free counter for images saved under `prefix`; makes the folder.
   * Throws ComfyUI's exception when the prefix leads out of `outputDirectory`.
   */
  savePath(prefix: string, outputDirectory: string, width: number, height: number): SavePath {
    const now = new Date();
    const two = (value: number): string => String(value).padStart(2, "0");
    const expanded = prefix
      .replaceAll("%width%", String(width))
      .replaceAll("%height%", String(height))
      .replaceAll("%year%", String(now.getFullYear()))
      .replaceAll("%month%", two(now.getMonth() + 1))
      .replaceAll("%day%", two(now.getDate()))
      .replaceAll("%hour%", two(now.getHours()))
      .replaceAll("%minute%", two(now.getMinutes()))
      .replaceAll("%second%", two(now.getSeconds()));
    const normal = path.normalize(expanded);
    const subfolder = path.dirname(normal) === "." ? "" : path.dirname(normal);
    const filename = path.basename(normal);
    const directory = path.resolve(outputDirectory, subfolder);
    if (!isWithin(outputDirectory, directory)) {
      throw new PythonError(
        "Exception",
        `**** ERROR: Saving image outside the output folder is not allowed.\n full_output_folder: ${directory}\n         output_dir: ${outputDirectory}`,
      );
    }
    mkdirSync(directory, { recursive: true });
    let counter = 1;
    for (const existing of readdirSync(directory)) {
      if (!existing.startsWith(`${filename}_`)) continue;
      const digits = existing.slice(filename.length + 1).split("_")[0] as string;
      if (/^\d+$/.test(digits)) counter = Math.max(counter, Number(digits) + 1);
    }
    return { directory, subfolder, filename, counter };
  }
}
