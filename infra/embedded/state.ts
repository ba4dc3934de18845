import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { UserError } from "./errors";
import { isRecord } from "./values";

/** The version of the state file's layout that this program writes, and the only one it reads. */
export const STATE_VERSION = 1;

/** A resource that exists, or may exist: an incomplete one was begun and never finished. */
export interface Entry {
  urn: string;
  type: string;
  id: string;
  /** What the program asked for, in the form that the next run compares with. */
  inputs: Record<string, unknown>;
  outputs: Record<string, unknown>;
  /** URNs that must outlive this resource: its dependencies and its parent. */
  dependencies: string[];
  /** Grows with every creation: a later resource is deleted earlier. */
  sequence: number;
  /** True from the moment the thing exists until its creation succeeded; such an entry is made anew. */
  incomplete?: boolean;
}

/** Writes a private file so that a crash at any moment leaves the old or the new one, never a half. */
export function writeFileAtomically(path: string, text: string): void {
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    const file = openSync(temporary, "w", 0o600);
    try {
      writeFileSync(file, text);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
  // The rename itself is on the disk only once the folder is.
  const folder = openSync(dirname(path), "r");
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

/** The engine's memory: `.comfy/state.json` (0600 in a 0700 folder), rewritten after every step. */
export class State {
  readonly path: string;
  private readonly entries = new Map<string, Entry>();
  private sequence = 0;

  /**
   * Reads the state, or starts an empty one.
   * @param folder `.comfy`
   * @param stack the stack's name; a state of another stack is refused
   */
  constructor(
    folder: string,
    private readonly stack: string,
  ) {
    this.path = join(folder, "state.json");
    let text: string;
    try {
      text = readFileSync(this.path, "utf8");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return;
      throw error;
    }
    for (const entry of this.parse(text)) {
      this.entries.set(entry.urn, entry);
      this.sequence = Math.max(this.sequence, entry.sequence);
    }
  }

  private parse(text: string): Entry[] {
    const damaged = (why: string) =>
      new UserError(
        `The state file ${this.path} is damaged (${why}). Nothing was changed. Put back a copy of it, or remove it and run ` +
          `\`npm stop\`, which finds what was made by its label comfy-fortress.stack=${this.stack}.`,
      );
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      throw damaged("it is not JSON");
    }
    if (!isRecord(value) || !Number.isInteger(value.version)) throw damaged("it has no version");
    if (value.version !== STATE_VERSION) {
      throw new UserError(
        `The state file ${this.path} has version ${value.version}; this program reads version ${STATE_VERSION}. ` +
          "Nothing was changed. Use the version of comfy-fortress that wrote it.",
      );
    }
    if (value.stack !== this.stack) {
      throw new UserError(
        `The state file ${this.path} belongs to stack ${JSON.stringify(value.stack)}, not ${this.stack}.`,
      );
    }
    if (!Array.isArray(value.resources) || !value.resources.every(isEntry))
      throw damaged("a resource is incomplete");
    return value.resources;
  }

  get(urn: string): Entry | undefined {
    return this.entries.get(urn);
  }

  all(): Entry[] {
    return [...this.entries.values()];
  }

  /** Keeps an entry and writes the file; a new entry gets the next sequence number. */
  put(entry: Omit<Entry, "sequence"> & { sequence?: number }): Entry {
    const kept = { ...entry, sequence: entry.sequence ?? ++this.sequence };
    this.entries.set(entry.urn, kept);
    this.save();
    return kept;
  }

  remove(urn: string): void {
    if (this.entries.delete(urn)) this.save();
  }

  private save(): void {
    mkdirSync(dirname(this.path), { recursive: true, mode: 0o700 });
    const resources = this.all().sort((a, b) => a.sequence - b.sequence);
    writeFileAtomically(
      this.path,
      `${JSON.stringify({ version: STATE_VERSION, stack: this.stack, resources }, null, 1)}\n`,
    );
  }
}

/** Entries in the order in which they may be deleted: nothing before what depends on it, otherwise the youngest first. */
export function deletionOrder(entries: Entry[]): Entry[] {
  const left = new Map(entries.map((entry) => [entry.urn, entry]));
  const order: Entry[] = [];
  while (left.size > 0) {
    const needed = new Set([...left.values()].flatMap((entry) => entry.dependencies));
    const youngestFirst = [...left.values()].sort((a, b) => b.sequence - a.sequence);
    const next = youngestFirst.find((entry) => !needed.has(entry.urn)) ?? youngestFirst[0];
    if (next === undefined) break;
    order.push(next);
    left.delete(next.urn);
  }
  return order;
}

function isEntry(value: unknown): value is Entry {
  return (
    isRecord(value) &&
    typeof value.urn === "string" &&
    typeof value.type === "string" &&
    typeof value.id === "string" &&
    isRecord(value.inputs) &&
    isRecord(value.outputs) &&
    Array.isArray(value.dependencies) &&
    typeof value.sequence === "number"
  );
}
