import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { basename, join } from "node:path";
import { CHAIN_FILE, KEY_FILE, type Pair, readPair } from "./pair";

const GENERATIONS = "generations";
const CURRENT = "current";

/** The pair that the gateway is being offered, or undefined before the first. */
export function exportedPair(folder: string): Pair | undefined {
  return readPair(join(folder, CURRENT));
}

/**
 * Offers a pair to the gateway: writes it as a new generation that is never changed again, and points `current` at it
 * in one rename. Keeps the generation before it for whoever is just reading that one.
 *
 * Owner and mode let only us write and only the folder's group, the gateway's, read.
 *
 * @returns the new generation's name, or undefined when this pair is the current one already
 * @throws the file system's error; `current` is then what it was
 */
export function exportPair(folder: string, pair: Pair, now: number): string | undefined {
  const current = exportedPair(folder);
  if (current?.chain === pair.chain && current.key === pair.key) {
    return undefined;
  }
  const generation = new Date(now).toISOString().replace(/[-:.]/g, "");
  const target = join(folder, GENERATIONS, generation);
  mkdirSync(join(folder, GENERATIONS), { recursive: true, mode: 0o750 });
  mkdirSync(target, { mode: 0o750 });
  writeDurably(join(target, CHAIN_FILE), pair.chain);
  writeDurably(join(target, KEY_FILE), pair.key);

  const previous = currentGeneration(folder);
  rmSync(join(folder, `${CURRENT}.new`), { force: true });
  symlinkSync(join(GENERATIONS, generation), join(folder, `${CURRENT}.new`));
  renameSync(join(folder, `${CURRENT}.new`), join(folder, CURRENT));
  for (const other of readdirSync(join(folder, GENERATIONS))) {
    if (other !== generation && other !== previous) {
      rmSync(join(folder, GENERATIONS, other), { recursive: true });
    }
  }
  return generation;
}

function currentGeneration(folder: string): string | undefined {
  try {
    return basename(readlinkSync(join(folder, CURRENT)));
  } catch {
    return undefined;
  }
}

function writeDurably(file: string, text: string): void {
  const handle = openSync(file, "wx", 0o440);
  try {
    writeFileSync(handle, text);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
