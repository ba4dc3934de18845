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
function filesOf({ stack, instanceId }: Pick<SshTarget, "instanceId" | "stack">) {
  const folder = join(WORK_FOLDER, "ssh");
  return {
    folder,
    key: join(folder, stack, "key"),
    knownHosts: join(folder, stack, "known_hosts"),
    // A connection to the machine before must never be taken for one to this. Hashed: a socket's path is short.
    control: join(folder, createHash("sha256").update(`${stack} ${instanceId}`).digest("hex").slice(0, 16)),
  };
}

/** Name that the host key is known under, whatever the machine's address. */
function hostAlias(stack: string): string {
  return `comfy-${stack}-vm`;
}

/**
 * Writes the login key and the pinned host key down, for the ssh client alone. Run again it writes the same again: a fresh
 * checkout, whose state lies elsewhere, has no such files.
 */
export function writeSshFiles(target: SshTarget, privateKey: string): void {
  const { folder, key, knownHosts } = filesOf(target);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  mkdirSync(join(folder, target.stack), { recursive: true, mode: 0o700 });
  // OpenSSH refuses a key whose last line does not end.
  writeFileSync(key, privateKey.endsWith("\n") ? privateKey : `${privateKey}\n`, { mode: 0o600 });
  writeFileSync(knownHosts, `${hostAlias(target.stack)} ${target.hostPublicKey.trim()}\n`, { mode: 0o600 });
}

/**
 * Options of the ssh client for a machine: the key that was written down and no other, the pinned host key and no other,
 * nothing of the operator's own configuration, and one connection that all commands share.
 */
export function sshOptions(target: Pick<SshTarget, "instanceId" | "stack">): string[] {
  const { key, knownHosts, control } = filesOf(target);
  const options = {
    IdentityFile: key,
    IdentitiesOnly: "yes",
    IdentityAgent: "none",
    PreferredAuthentications: "publickey",
    HostKeyAlias: hostAlias(target.stack),
    UserKnownHostsFile: knownHosts,
    GlobalKnownHostsFile: "/dev/null",
    StrictHostKeyChecking: "yes",
    HostKeyAlgorithms: "ssh-ed25519",
    BatchMode: "yes",
    ControlMaster: "auto",
    ControlPath: control,
    ControlPersist: String(PERSIST_SECONDS),
    ConnectTimeout: "30",
    ServerAliveInterval: "15",
    ServerAliveCountMax: "4",
  };
  return [
    "-F",
    "none",
    ...Object.entries(options).flatMap(([option, value]) => ["-o", `${option}=${value}`]),
  ];
}

/** Docker's address of a machine. */
export function dockerAddress(user: string, address: string): string {
  return `ssh://${user}@${address}`;
}
