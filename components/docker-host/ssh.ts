import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { WORK_FOLDER } from "../shared/build-context";

/** Seconds that the shared connection outlives its last user. */
const PERSIST_SECONDS = 60;

/** What the client has to know of a machine. */
export interface SshTarget {
  readonly stack: string;
  /** Another one for a machine made anew, at whatever address. */
  readonly instanceId: string;
  /** `ssh-ed25519 AAAA…`. */
  readonly hostPublicKey: string;
}

/** Where the client finds it, relative to the working directory so that no machine's paths get into the state. */
const FOLDER = join(WORK_FOLDER, "ssh");

/** Folder with what the ssh client has to know: its configuration, the login key and the pinned host key. */
export function sshFolder(stack: string): string {
  return join(FOLDER, stack);
}

/** Name that the host key is known under, whatever the machine's address. */
function hostAlias(stack: string): string {
  return `comfy-${stack}-vm`;
}

/**
 * Writes the login key, the pinned host key and the configuration that names them down, for the ssh client alone. Run again
 * it writes the same again: a fresh checkout, whose state lies elsewhere, has no such files.
 */
export function writeSshFiles(target: SshTarget, privateKey: string): void {
  const folder = sshFolder(target.stack);
  mkdirSync(FOLDER, { recursive: true, mode: 0o700 });
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const write = (name: string, content: string) =>
    writeFileSync(join(folder, name), content, { mode: 0o600 });
  // OpenSSH refuses a key whose last line does not end.
  write("key", privateKey.endsWith("\n") ? privateKey : `${privateKey}\n`);
  write("known_hosts", `${hostAlias(target.stack)} ${target.hostPublicKey.trim()}\n`);
  write("config", clientConfiguration(target));
}

/**
 * Configuration of the ssh client for a machine: the key that was written down and no other, the pinned host key and no
 * other, and one connection that all commands share.
 */
export function clientConfiguration({ stack, instanceId }: Pick<SshTarget, "instanceId" | "stack">): string {
  const folder = sshFolder(stack);
  // A connection to the machine before must never be taken for one to this. Hashed: a socket's path is short.
  const control = createHash("sha256").update(`${stack} ${instanceId}`).digest("hex").slice(0, 16);
  const options = {
    IdentityFile: join(folder, "key"),
    IdentitiesOnly: "yes",
    IdentityAgent: "none",
    PreferredAuthentications: "publickey",
    HostKeyAlias: hostAlias(stack),
    UserKnownHostsFile: join(folder, "known_hosts"),
    GlobalKnownHostsFile: "/dev/null",
    StrictHostKeyChecking: "yes",
    HostKeyAlgorithms: "ssh-ed25519",
    BatchMode: "yes",
    ControlMaster: "auto",
    ControlPath: join(FOLDER, control),
    ControlPersist: String(PERSIST_SECONDS),
    ConnectTimeout: "30",
    ServerAliveInterval: "15",
    ServerAliveCountMax: "4",
  };
  return Object.entries(options)
    .map(([option, value]) => `${option} ${value}\n`)
    .join("");
}

/** Options of the ssh client that have it take what was written down, and nothing of the operator's own configuration. */
export function sshOptions(stack: string): string[] {
  return ["-F", join(sshFolder(stack), "config")];
}

/** Where the ssh client logs in. */
export function sshDestination(user: string, address: string): string {
  return `${user}@${address}`;
}

/** Docker's address of a machine. */
export function dockerAddress(user: string, address: string): string {
  return `ssh://${sshDestination(user, address)}`;
}
