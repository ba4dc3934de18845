import { randomUUID } from "node:crypto";
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "./errors";
import { isRecord } from "./values";

/** Who holds, or held, a lock. */
export interface Holder {
  /** Unique for each attempt to take the lock. */
  token: string;
  pid: number;
  /** When the process began, in the kernel's terms (boot id and clock ticks); "" where /proc does not tell. */
  born: string;
  /** ISO time at which it took the lock. */
  since: string;
}

/** Tells a process from a later one with the same pid, also after a reboot. */
export function bornAt(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // Field 22, counted after the command name, which may hold blanks and brackets.
    const ticks = stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
    return `${readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim()}/${ticks}`;
  } catch {
    return "";
  }
}

function isAlive(holder: Holder): boolean {
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ESRCH") return false;
  }
  const born = bornAt(holder.pid);
  return born === "" || holder.born === "" || born === holder.born;
}

function readHolder(path: string): Holder | undefined {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
  // A lock file appears complete (by link), so a strange one is not ours to judge.
  try {
    const value: unknown = JSON.parse(text);
    if (isRecord(value) && typeof value.token === "string" && typeof value.pid === "number") {
      return value as unknown as Holder;
    }
  } catch {}
  throw new UserError(`${path} is not a lock of ours. If no other run is at work, remove it.`);
}

/** Makes `path` a second name of `own`, which fails where `path` exists. */
function claim(own: string, path: string): boolean {
  try {
    linkSync(own, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

/**
 * Takes `.comfy/lock` for this process.
 *
 * A lock of a dead process is taken over without a race: whoever wants it must first create `lock.<token of the dead one>`,
 * which only one can, and then renames its own file over the lock. If that one dies in between, its claim is itself a stale
 * lock and is claimed in the same way.
 * @returns the function that gives the lock back
 * @throws UserError naming the process that holds it
 */
export function takeLock(folder: string): () => void {
  const lock = join(folder, "lock");
  const me: Holder = {
    token: randomUUID(),
    pid: process.pid,
    born: bornAt(process.pid),
    since: new Date().toISOString(),
  };
  const own = join(folder, `lock-${me.token}`);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  writeFileSync(own, JSON.stringify(me), { mode: 0o600 });
  try {
    while (!claim(own, lock)) {
      const claims = takeOver(own, lock);
      if (claims === undefined) continue;
      renameSync(own, lock);
      for (const path of claims) rmSync(path, { force: true });
      break;
    }
  } finally {
    rmSync(own, { force: true });
  }
  return () => {
    if (readHolder(lock)?.token === me.token) rmSync(lock, { force: true });
  };
}

/** @returns the claims to remove once the lock is ours; undefined when things have moved and the caller must look again */
function takeOver(own: string, lock: string): string[] | undefined {
  const chain: { path: string; token: string }[] = [];
  let path = lock;
  for (;;) {
    const holder = readHolder(path);
    if (holder === undefined) return undefined;
    if (isAlive(holder)) {
      throw new UserError(
        `Another run is at work here: process ${holder.pid}, since ${holder.since}. Wait for it to end, or stop it, then try again.`,
      );
    }
    chain.push({ path, token: holder.token });
    path = `${lock}.${holder.token}`;
    if (claim(own, path)) break;
  }
  // Our claim counts only if the dead ones still stand: somebody may have finished a take-over since we looked.
  if (chain.every((link) => readHolder(link.path)?.token === link.token)) {
    return [...chain.slice(1).map((link) => link.path), path];
  }
  rmSync(path, { force: true });
  return undefined;
}
