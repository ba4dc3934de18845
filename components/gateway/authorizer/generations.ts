import {
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { basename, join } from "node:path";

const FILE = "configuration.json";

/** Configurations on a volume, one folder each; the symlink `current` names the one in force. */
export class Generations {
  readonly #home: string;

  constructor(home: string) {
    this.#home = home;
  }

  /** The text in force, undefined before the first. */
  current(): string | undefined {
    return this.currentName() === undefined
      ? undefined
      : readFileSync(join(this.#home, "current", FILE), "utf8");
  }

  currentName(): string | undefined {
    try {
      return basename(readlinkSync(join(this.#home, "current")));
    } catch {
      return undefined;
    }
  }

  /** Writes a generation and puts it in force in one rename. */
  put(name: string, text: string): void {
    const folder = join(this.#home, "generations", name);
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    writeFileSync(join(folder, `${FILE}.new`), text, { mode: 0o600 });
    renameSync(join(folder, `${FILE}.new`), join(folder, FILE));
    this.pointAt(name);
  }

  /** Puts a generation that is there in force. */
  pointAt(name: string): void {
    const link = join(this.#home, "current.new");
    rmSync(link, { force: true });
    symlinkSync(join("generations", name), link);
    renameSync(link, join(this.#home, "current"));
  }

  /** Removes all but these. */
  keepOnly(names: readonly string[]): void {
    const folder = join(this.#home, "generations");
    for (const name of readdirSync(folder)) {
      if (!names.includes(name)) rmSync(join(folder, name), { recursive: true, force: true });
    }
  }
}
