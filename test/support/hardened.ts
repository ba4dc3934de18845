import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { renderSeccompProfile } from "../../components/shared/seccomp";

const folder = mkdtempSync(join(tmpdir(), "comfy-fortress-seccomp-"));
process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
const profile = join(folder, "seccomp.json");
writeFileSync(profile, renderSeccompProfile());

/** Flags of `docker run` for what `hardenedContainer` gives every container, so that labs run what the product runs. */
export const HARDENED: readonly string[] = [
  ...["--init", "--read-only", "--cap-drop", "ALL", "--ipc", "private"],
  ...["--security-opt", "no-new-privileges:true", "--security-opt", `seccomp=${profile}`],
  ...["--tmpfs", "/tmp:rw,nosuid,nodev,noexec,size=64m,mode=1777"],
  ...["--memory", "512m", "--memory-swap", "512m", "--ulimit", "core=0"],
];
