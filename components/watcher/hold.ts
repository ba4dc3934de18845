import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import type { Finding, Kind } from "./detection/finding";
import { FOLDER } from "./layout";

const FILE = `${FOLDER.state}/hold.json`;

/**
 * What stops ComfyUI, where alerts do. Not refused connections: they came to nothing, and nodes that ask for news at
 * their start are many. Not a blind watcher, which says nothing about ComfyUI.
 */
export const STOPPING: readonly Kind[] = ["process", "code", "pickle", "preload", "gpu"];

/** Why ComfyUI is kept down; undefined when it is not. A file that cannot be read keeps it down, too. */
export function readHold(): string | undefined {
  try {
    return readFileSync(FILE, "utf8");
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ENOENT" ? undefined : (error as Error).message;
  }
}

/** Keeps ComfyUI down from now on, also after the machine was off. */
export function hold(finding: Finding, now: number): void {
  writeFileSync(`${FILE}.new`, JSON.stringify({ time: new Date(now).toISOString(), ...finding }));
  renameSync(`${FILE}.new`, FILE);
}

/** Lets ComfyUI go on. */
export function clearHold(): void {
  rmSync(FILE, { force: true });
}
