import { createHash } from "node:crypto";
import {
  closeSync,
  lstatSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  readSync,
  type Stats,
} from "node:fs";
import { HEAD_BYTES, sniff } from "../../models/content";
import type { Finding } from "../detection/finding";

/** What the image says it was built with; see integrity.py of ComfyUI's image. */
const MANIFEST = "/opt/comfyui/INTEGRITY.json";
/** What is watched where there is no such file: as it was at the first look, the root file system being read-only. */
const TREES = ["/opt/comfyui", "/opt/stand-in", "/data/custom_nodes"];
const MODELS = "/data/models";
const PRELOAD = "/etc/ld.so.preload";
const PICKLE_NAME = /\.(ckpt|pt|pth|bin|pkl|pickle|joblib|npy|npz)$/i;
const BLOCK = 1 << 20;
/** A whole other tree would fill the log. */
const MAX_FINDINGS = 20;

/** Path of a file or link to what it is, in the manifest's words. */
export type States = Readonly<Record<string, string>>;

/**
 * Looks through a container's files by the root folder of one of its processes.
 *
 * Links are never followed: an absolute one would lead to the watcher's own files. What was read once is read again
 * only when its size or one of its times has changed.
 */
export class FileReader {
  readonly #known = new Map<string, { seal: string; value: string }>();
  #firstLook: States | undefined;

  /** @param root e.g. `/proc/4711/root`. @throws ENOENT or ESRCH when the process ended in between */
  findings(root: string): { code: Finding[]; pickle: Finding[]; preload: Finding[] } {
    const found = { code: this.#code(root), pickle: this.#pickles(root), preload: this.#preload(root) };
    // Files that went together with their container are not missing.
    lstatSync(`${root}/`);
    return found;
  }

  #code(root: string): Finding[] {
    const manifest = readManifest(root);
    const trees = manifest?.trees ?? TREES;
    const found = Object.fromEntries(
      trees
        .flatMap((tree) => filesUnder(`${root}${tree}`))
        .map(({ path, stats }) => [path.slice(root.length), this.#stateOf(root, path, stats)]),
    );
    delete found[MANIFEST];
    if (manifest === undefined && this.#firstLook === undefined) {
      lstatSync(`${root}/`);
      this.#firstLook = found;
    }
    return differences(manifest?.files ?? this.#firstLook ?? found, found).map(([path, difference]) => ({
      kind: "code",
      subject: path,
      reason: `${path} ${difference}`,
    }));
  }

  #pickles(root: string): Finding[] {
    return filesUnder(`${root}${MODELS}`)
      .filter(({ stats }) => stats.isFile())
      .flatMap(({ path, stats }): Finding[] => {
        const shown = path.slice(root.length);
        const content = this.#remembered(`head ${shown}`, stats, () => sniff(readHead(path)));
        const risky = content === "pickle" || content === "zip";
        return risky || PICKLE_NAME.test(path)
          ? [
              {
                kind: "pickle",
                subject: shown,
                reason: risky
                  ? `${shown} is a ${content}, which can run code when it is loaded`
                  : `${shown} has the name of a format that can run code when it is loaded`,
                facts: { bytes: stats.size },
              },
            ]
          : [];
      })
      .slice(0, MAX_FINDINGS);
  }

  #preload(root: string): Finding[] {
    const stats = lstatSync(`${root}${PRELOAD}`, { throwIfNoEntry: false });
    if (stats === undefined || (stats.isFile() && stats.size === 0)) {
      return [];
    }
    const content = stats.isFile() ? readHead(`${root}${PRELOAD}`).toString("utf8").slice(0, 200) : "no file";
    return [{ kind: "preload", subject: PRELOAD, reason: `${PRELOAD} is not empty`, facts: { content } }];
  }

  #stateOf(root: string, path: string, stats: Stats): string {
    if (stats.isSymbolicLink()) {
      return `link:${readlinkSync(path)}`;
    }
    return stats.isFile()
      ? this.#remembered(`hash ${path.slice(root.length)}`, stats, () => `sha256:${hashOf(path)}`)
      : "neither a file nor a link";
  }

  #remembered<T extends string>(key: string, stats: Stats, read: () => T): T {
    const seal = [stats.dev, stats.ino, stats.size, stats.mtimeMs, stats.ctimeMs].join(" ");
    const known = this.#known.get(key);
    if (known?.seal === seal) {
      return known.value as T;
    }
    const value = read();
    this.#known.set(key, { seal, value });
    return value;
  }
}

/** What differs from what was built: path and how. */
export function differences(built: States, found: States): [string, string][] {
  const extra = Object.keys(found).filter((path) => !(path in built));
  const missing = Object.keys(built).filter((path) => !(path in found));
  const changed = Object.keys(found).filter((path) => path in built && built[path] !== found[path]);
  return [
    ...extra.map((path): [string, string] => [path, "was not built in"]),
    ...missing.map((path): [string, string] => [path, "is missing"]),
    ...changed.map((path): [string, string] => [path, "was changed"]),
  ]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .slice(0, MAX_FINDINGS);
}

function readManifest(root: string): { trees: string[]; files: States } | undefined {
  try {
    const manifest = JSON.parse(readFileSync(`${root}${MANIFEST}`, "utf8"));
    // The manifest is not in itself.
    delete manifest.files[MANIFEST];
    return manifest;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") {
      return undefined;
    }
    throw error;
  }
}

/** Everything under a folder that is not a folder; nothing where there is none. */
function filesUnder(folder: string): { path: string; stats: Stats }[] {
  const stats = lstatSync(folder, { throwIfNoEntry: false });
  if (stats === undefined) {
    return [];
  }
  if (!stats.isDirectory()) {
    return [{ path: folder, stats }];
  }
  return readdirSync(folder).flatMap((name) => filesUnder(`${folder}/${name}`));
}

function readHead(path: string): Buffer {
  const file = openSync(path, "r");
  try {
    const head = Buffer.alloc(HEAD_BYTES);
    return head.subarray(0, readSync(file, head, 0, HEAD_BYTES, 0));
  } finally {
    closeSync(file);
  }
}

/** By blocks: code can be a library of gigabytes. */
function hashOf(path: string): string {
  const hash = createHash("sha256");
  const file = openSync(path, "r");
  const block = Buffer.alloc(BLOCK);
  try {
    for (let length = -1; length !== 0; ) {
      length = readSync(file, block, 0, BLOCK, null);
      hash.update(block.subarray(0, length));
    }
  } finally {
    closeSync(file);
  }
  return hash.digest("hex");
}
