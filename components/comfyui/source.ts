import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
} from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import { COMFYUI_FILES, type TreeFilter } from "./checkout-filter";

/** Where ComfyUI is developed; the only repository that `official` clones. */
export const OFFICIAL_REPOSITORY = "https://github.com/Comfy-Org/ComfyUI";

/** Files of `image/`, all of which the build context of the ComfyUI image holds, besides what is made for it. */
export const IMAGE_FILES = [
  "Dockerfile",
  "check-nodes.py",
  "check-source.py",
  "choose-flags.py",
  "choose-torch.py",
  "clone.sh",
  "fetch-nodes.py",
  "fetch-source.sh",
  "finish.py",
  "install.sh",
  "integrity.py",
  "known_bad.py",
  "launch.py",
  "lay-out.sh",
  "lock.py",
  "no_network.py",
  "pod-member.py",
  "requirements.py",
  "sbom-tool.lock",
  "sbom.py",
  "scan.py",
  "strip.py",
  "trial.py",
  "try-start.py",
] as const;

/** Where ComfyUI comes from. */
export type Source =
  | { readonly kind: "official"; readonly commit: string }
  | { readonly kind: "stand-in"; readonly commit: "stand-in" }
  | {
      readonly kind: "checkout";
      /** Absolute path, links resolved. */
      readonly path: string;
      /** Git's HEAD where the tracked files are exactly that, otherwise `checkout-<first 12 digits of the content's hash>`. */
      readonly commit: string;
    };

/** What tells a checkout of ComfyUI from another folder. */
const EXPECTED = ["main.py", "server.py", "nodes.py", "comfy", "requirements.txt"] as const;

/**
 * Reads the setting `comfyui.source`: `official`, `stand-in`, or the path of a checkout, relative to the project.
 *
 * @throws Error that quotes the value and says what is allowed, where it is none of the three.
 */
export function resolveSource(setting: string, officialCommit: string, projectRoot = process.cwd()): Source {
  switch (setting) {
    case "official":
      return { kind: "official", commit: officialCommit };
    case "stand-in":
      return { kind: "stand-in", commit: "stand-in" };
    default: {
      const path = checkoutPath(setting, projectRoot);
      return { kind: "checkout", path, commit: treeCommit(path, COMFYUI_FILES) };
    }
  }
}

function checkoutPath(setting: string, projectRoot: string): string {
  const path = resolve(projectRoot, setting);
  if (!statSync(path, { throwIfNoEntry: false })?.isDirectory()) {
    throw new Error(
      `comfyui.source is "${setting}", and there is no folder ${path}. Allowed: official, stand-in, or the path of a ComfyUI checkout.`,
    );
  }
  const missing = EXPECTED.filter((name) => !existsSync(join(path, name)));
  if (missing.length > 0) {
    throw new Error(
      `comfyui.source is "${setting}", and that folder is not a ComfyUI checkout: it has no ${missing.join(", ")}. Name the folder that holds ComfyUI's main.py.`,
    );
  }
  return realpathSync(path);
}

/**
 * Git's HEAD where the tracked files are exactly that, otherwise `checkout-<first 12 digits of the content's hash>`: an
 * image must not carry the id of a commit that it does not hold.
 */
export function treeCommit(path: string, filter: TreeFilter): string {
  const files = listFiles(path, filter);
  if (isGitWorkTree(path) && git(path, ["status", "--porcelain", "--untracked-files=no"]) === "") {
    return git(path, ["rev-parse", "HEAD"]).trim();
  }
  const hash = createHash("sha256");
  for (const file of files) {
    const { target, executable } = readEntry(path, file);
    const kind = target !== undefined ? "link" : executable ? "program" : "file";
    const content = target ?? readFileSync(join(path, file));
    hash.update(`${file}\0${kind}\0${Buffer.byteLength(content)}\0`).update(content);
  }
  return `checkout-${hash.digest("hex").slice(0, 12)}`;
}

/** Makes `intoDir` hold the checkout's source and nothing else, see `stageTree`; without a checkout it is empty. */
export function stageCheckout(path: string | undefined, intoDir: string): void {
  rmSync(intoDir, { recursive: true, force: true });
  mkdirSync(intoDir, { recursive: true });
  if (path !== undefined) {
    stageTree(path, COMFYUI_FILES, intoDir);
  }
}

/**
 * Copies a tree for the build context: only what git tracks or, without git, all files, and of them what the filter
 * takes. The same tree always gives the same copy.
 *
 * @throws Error at a symbolic link that leads out of the tree.
 */
export function stageTree(path: string, filter: TreeFilter, intoDir: string): void {
  for (const file of listFiles(path, filter)) {
    const from = join(path, file);
    const to = join(intoDir, file);
    const { target, executable } = readEntry(path, file);
    mkdirSync(dirname(to), { recursive: true });
    if (target !== undefined) {
      symlinkSync(target, to);
    } else {
      copyFileSync(from, to);
      chmodSync(to, executable ? 0o755 : 0o644);
    }
  }
}

/** The files and links that a filter takes, relative, in a fixed order. */
function listFiles(root: string, filter: TreeFilter): string[] {
  const files = isGitWorkTree(root) ? trackedFiles(root) : walk(root, "", filter);
  const taken = files.filter(filter.takesFile).sort();
  const needed = filter === COMFYUI_FILES ? "main.py" : "__init__.py";
  if (!taken.includes(needed) && isGitWorkTree(root)) {
    throw new Error(
      `${root} has a .git, and git tracks no ${needed} there: commit its files, or remove .git.`,
    );
  }
  return taken;
}

function trackedFiles(root: string): string[] {
  return git(root, ["ls-files", "-z"])
    .split("\0")
    .filter((file) => {
      const entry = file === "" ? undefined : lstatSync(join(root, file), { throwIfNoEntry: false });
      // A deleted file has no entry, a submodule is a folder.
      return entry?.isFile() || entry?.isSymbolicLink();
    });
}

function walk(root: string, folder: string, filter: TreeFilter): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory()) {
      // A virtual environment may have any name; this file marks it.
      const isVenv = existsSync(join(root, path, "pyvenv.cfg"));
      return filter.entersFolder(path) && !isVenv ? walk(root, path, filter) : [];
    }
    return entry.isFile() || entry.isSymbolicLink() ? [path] : [];
  });
}

/** A link's target relative to the link, undefined for a file; and whether a file is executable. */
function readEntry(root: string, file: string): { target: string | undefined; executable: boolean } {
  const path = join(root, file);
  const entry = lstatSync(path);
  if (!entry.isSymbolicLink()) {
    return { target: undefined, executable: (entry.mode & 0o111) !== 0 };
  }
  const end = existsSync(path) ? realpathSync(path) : undefined;
  const base = realpathSync(root);
  if (end === undefined || !end.startsWith(`${base}${sep}`)) {
    throw new Error(
      `${path} is a symbolic link to ${end ?? "nothing"}, not to a file of the checkout. Remove it or put a copy in its place.`,
    );
  }
  return { target: relative(dirname(join(base, file)), end), executable: false };
}

function isGitWorkTree(path: string): boolean {
  return existsSync(join(path, ".git"));
}

function git(path: string, args: readonly string[]): string {
  try {
    return execFileSync("git", ["-C", path, ...args], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
      maxBuffer: 64 * 1024 * 1024,
    });
  } catch (error) {
    const stderr = (error as { stderr?: string }).stderr?.trim() || String(error);
    throw new Error(`${path} has a .git, and git ${args[0]} fails there: ${stderr}`);
  }
}
