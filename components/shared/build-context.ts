import { createHash } from "node:crypto";
import {
  copyFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, relative } from "node:path";

/** Folder for everything the stack keeps beside the project: git-ignored, for the owner's eyes only. */
export const WORK_FOLDER = ".comfy";

/** A file of a build context: its content, or the file it is a copy of. */
export type ContextFile = string | { readonly copyOf: string };

/**
 * Lays an image's build context down in `.comfy/build/<stack>/<image>` and returns that path, relative to the working
 * directory so that no machine's paths get into the state.
 *
 * Files that are already right are left alone and files that do not belong are removed, except in the folders of `keep`,
 * which another function fills. The same input always gives the same tree, so that an unchanged image is not built again.
 */
export function stageBuildContext(
  stack: string,
  image: string,
  files: Readonly<Record<string, ContextFile>>,
  keep: readonly string[] = [],
): string {
  mkdirSync(WORK_FOLDER, { recursive: true, mode: 0o700 });
  const folder = join(WORK_FOLDER, "build", stack, image);
  mkdirSync(folder, { recursive: true });
  for (const path of listFiles(folder)) {
    const belongs = path in files || keep.some((kept) => path.startsWith(`${kept}/`));
    if (!belongs) {
      rmSync(join(folder, path));
    }
  }
  for (const [path, file] of Object.entries(files)) {
    place(join(folder, path), file);
  }
  return folder;
}

/** One hash for everything in a build context, paths and modes included. */
export function digestOfContext(context: string): string {
  const hash = createHash("sha256");
  for (const path of listFiles(context).sort()) {
    const entry = lstatSync(join(context, path));
    const content = entry.isSymbolicLink()
      ? readlinkSync(join(context, path))
      : readFileSync(join(context, path));
    hash.update(`${path}\0${entry.mode.toString(8)}\0${Buffer.byteLength(content)}\0`).update(content);
  }
  return hash.digest("hex");
}

function place(target: string, file: ContextFile): void {
  mkdirSync(dirname(target), { recursive: true });
  if (typeof file !== "string") {
    copyFileSync(file.copyOf, target);
  } else if (!existsSync(target) || readFileSync(target, "utf8") !== file) {
    writeFileSync(target, file);
  }
}

function listFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !statSync(path, { throwIfNoEntry: false })?.isDirectory())
    .map((path) => relative(folder, path));
}
