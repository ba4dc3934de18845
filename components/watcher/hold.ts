import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import type { Finding, Kind } from "./detection/finding";
import { FOLDER } from "./layout";

const FILE = `${FOLDER.state}/hold.json`;

/**
 * What stops ComfyUI, where alerts do. Not refused connections: they came to nothing, and nodes that ask for news at
 * their start are many. Not a blind watcher, which says nothing about ComfyUI.
 */
export const STOPPING: readonly Kind[] = ["process", "code", "pickle", "preload", "gpu"];

/** Why ComfyUI is kept down, and how it is let go on. */
export interface Hold extends Finding {
  /** RFC 3339. */
  readonly time: string;
  /** Command that lets it go on. */
  readonly fix: string;
}

/** Whether ComfyUI is kept down. */
export function isHeld(): boolean {
  return existsSync(FILE);
}

/** One sentence that says since when, why, and how to let it go on; undefined where ComfyUI is not kept down. */
export function describeHold(): string | undefined {
  if (!isHeld()) {
    return undefined;
  }
  const { time, kind, subject, reason, facts, fix } = JSON.parse(readFileSync(FILE, "utf8")) as Hold;
  const command = facts?.commandLine === undefined ? "" : `, command line "${facts.commandLine}"`;
  return `The watcher keeps ComfyUI down since ${time}: ${reason} (alert "${kind}", ${subject}${command}). Look into it, then let ComfyUI go on: ${fix}`;
}

/** Keeps ComfyUI down from now on, also after the machine was off. */
export function hold(finding: Finding, now: number, fix: string): void {
  const why: Hold = { time: new Date(now).toISOString(), ...finding, fix };
  writeFileSync(`${FILE}.new`, JSON.stringify(why));
  renameSync(`${FILE}.new`, FILE);
}

/** Lets ComfyUI go on. */
export function clearHold(): void {
  rmSync(FILE, { force: true });
}
