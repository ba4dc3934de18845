import { createHash } from "node:crypto";
import {
  closeSync,
  createReadStream,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmSync,
  type Stats,
} from "node:fs";
import { dirname, join } from "node:path";
import type { Model } from "../args";
import { modelProblem } from "../content";
import { type Manifest, readManifest, syncPath, writeManifest } from "./manifest";
import { Refused, type TransferOptions, transfer } from "./transfer";

const PARTS = ".parts";

/** What came of one model. */
export interface Outcome {
  /** Its path below the models' folder. */
  readonly path: string;
  readonly result: "present" | "fetched" | "removed" | "failed";
  /** Why it failed. */
  readonly reason?: string;
}

export type FetchOptions = Omit<TransferOptions, "onProgress" | "onRetry"> & {
  readonly onProgress: (path: string, done: number, total: number | undefined) => void;
  readonly onRetry: (path: string, reason: string, delayMs: number) => void;
};

/**
 * Makes a models' folder hold the given models: fetches what is missing, one after the other, removes what it fetched
 * before and is no longer wanted, and touches nothing else. One that fails does not keep the others out.
 *
 * @param root the folder; partial files lie in it too, so that the last step is a rename
 */
export async function fetchModels(
  root: string,
  models: readonly Model[],
  options: FetchOptions,
): Promise<Outcome[]> {
  const manifest = readManifest(root);
  const outcomes: Outcome[] = removeUnwanted(root, models, manifest);
  mkdirSync(join(root, PARTS), { recursive: true });
  for (const model of models) {
    const path = `${model.folder}/${model.name}`;
    try {
      const result = await ensureModel(root, path, model, manifest, options);
      outcomes.push({ path, result });
    } catch (error) {
      outcomes.push({ path, result: "failed", reason: (error as Error).message });
    }
  }
  removeStaleParts(root, models);
  return outcomes;
}

async function ensureModel(
  root: string,
  path: string,
  { url, sha256 }: Model,
  manifest: Manifest,
  options: FetchOptions,
): Promise<"present" | "fetched"> {
  const target = join(root, path);
  const there = lstatSync(target, { throwIfNoEntry: false });
  if (there !== undefined && (await isRight(target, there, sha256, manifest[path]))) {
    return "present";
  }
  if (there !== undefined && manifest[path] === undefined) {
    throw new Refused("a file of that name is there that was not fetched by this stack; it was left alone");
  }

  const part = partOf(root, sha256);
  const fetched = await transfer(url, part, path.endsWith(".gguf") ? "gguf" : "safetensors", {
    ...options,
    onProgress: (done, total) => options.onProgress(path, done, total),
    onRetry: (reason, delayMs) => options.onRetry(path, reason, delayMs),
  }).catch((error) => {
    // Continuing it would not make it right, unless it only lacks room.
    if (error instanceof Refused && !error.message.startsWith("the disk is full")) removePart(part);
    throw error;
  });
  const problem =
    fetched.sha256 === sha256
      ? problemOf(part, path, fetched.size)
      : `its SHA-256 is ${fetched.sha256}, wanted ${sha256}`;
  if (problem !== undefined) {
    removePart(part);
    throw new Refused(`${problem}; it was kept out`);
  }
  mkdirSync(dirname(target), { recursive: true });
  renameSync(part, target);
  syncPath(dirname(target));
  removePart(part);
  const { size, mtimeMs } = lstatSync(target);
  manifest[path] = { sha256, size, mtimeMs };
  writeManifest(root, manifest);
  return "fetched";
}

/** Whether a file is the wanted one; read whole unless it is as the manifest has it. */
async function isRight(
  target: string,
  seen: Stats,
  sha256: string,
  known?: Manifest[string],
): Promise<boolean> {
  if (!seen.isFile()) {
    return false;
  }
  if (known !== undefined && known.size === seen.size && known.mtimeMs === seen.mtimeMs) {
    return known.sha256 === sha256;
  }
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(target)) hash.update(chunk as Buffer);
  return hash.digest("hex") === sha256;
}

function problemOf(part: string, path: string, size: number): string | undefined {
  const file = openSync(part, "r");
  try {
    return modelProblem(path, size, (position, length) => {
      const bytes = Buffer.alloc(length);
      return bytes.subarray(0, readSync(file, bytes, 0, length, position));
    });
  } finally {
    closeSync(file);
  }
}

function removeUnwanted(root: string, models: readonly Model[], manifest: Manifest): Outcome[] {
  const wanted = new Set(models.map(({ folder, name }) => `${folder}/${name}`));
  const unwanted = Object.keys(manifest).filter((path) => !wanted.has(path));
  for (const path of unwanted) {
    rmSync(join(root, path), { force: true });
    delete manifest[path];
    writeManifest(root, manifest);
  }
  return unwanted.map((path) => ({ path, result: "removed" }));
}

/** A partial file is named after what it is to become: a changed list does not lose it, a changed hash does. */
function partOf(root: string, sha256: string): string {
  return join(root, PARTS, `${sha256}.part`);
}

function removePart(part: string): void {
  rmSync(part, { force: true });
  rmSync(`${part}.of`, { force: true });
}

function removeStaleParts(root: string, models: readonly Model[]): void {
  const kept = new Set(models.map(({ sha256 }) => sha256));
  for (const name of readdirSync(join(root, PARTS))) {
    if (!kept.has(name.split(".")[0] ?? "")) {
      rmSync(join(root, PARTS, name), { force: true });
    }
  }
}
