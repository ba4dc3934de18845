import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** What the fetcher itself placed, by path below the models' folder; only that does it ever replace or remove. */
export type Manifest = Record<
  string,
  { readonly sha256: string; readonly size: number; readonly mtimeMs: number }
>;

const FILE = ".fetched-models.json";

/** @throws when there is a manifest that cannot be read: what it would allow to remove is not guessed */
export function readManifest(root: string): Manifest {
  try {
    return JSON.parse(readFileSync(join(root, FILE), "utf8"));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") {
      return {};
    }
    throw new Error(`${join(root, FILE)} cannot be read: ${(error as Error).message}`);
  }
}

export function writeManifest(root: string, manifest: Manifest): void {
  const path = join(root, FILE);
  writeFileSync(`${path}.new`, JSON.stringify(manifest, undefined, 1));
  syncPath(`${path}.new`);
  renameSync(`${path}.new`, path);
}

/** Makes the kernel write a file or folder out. */
export function syncPath(path: string): void {
  const file = openSync(path, "r");
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
