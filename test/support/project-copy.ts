import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** A copy of this project in a folder of its own, so that a test's state never meets one's own. */
export interface ProjectCopy {
  readonly folder: string;
  remove(): void;
}

/** Copies what git tracks, and what it would track, and borrows the installed dependencies. */
export function copyProject(): ProjectCopy {
  const folder = mkdtempSync(join(tmpdir(), "comfy-fortress-stack-"));
  const listed = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], {
    encoding: "utf8",
  });
  for (const file of listed.split("\0").filter((name) => name !== "" && existsSync(name))) {
    mkdirSync(join(folder, dirname(file)), { recursive: true });
    cpSync(file, join(folder, file));
  }
  symlinkSync(join(process.cwd(), "node_modules"), join(folder, "node_modules"));
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
