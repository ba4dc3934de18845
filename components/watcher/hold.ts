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

/** Since when ComfyUI is kept down, why, and how to let it go on; undefined where it is not kept down. */
export function describeHold(): string | undefined {
  if (!isHeld()) {
    return undefined;
  }
  try {
    return sentenceOf(JSON.parse(readFileSync(FILE, "utf8")));
  } catch (error) {
    return `The watcher keeps ComfyUI down, and ${FILE} does not say why: ${(error as Error).message}`;
  }
}

/** For a terminal: names and command lines are the intruder's, and so is what they would do there. */
export function sentenceOf({ time, kind, subject, reason, facts, fix }: Hold): string {
  const command = facts?.commandLine === undefined ? "" : `, command line "${facts.commandLine}"`;
  return `The watcher keeps ComfyUI down since ${time}: ${reason} (alert "${kind}", ${subject}${command}). Look into it, then let ComfyUI go on: ${fix}`.replace(
    /[^\x20-\x7e]/g,
    "?",
  );
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
