import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { HostFile } from "./args";

const SOURCES = join("components", "gpu-vm", "cloud-init", "host-files");

/** One of our programs for the machine, without its comments: user data has little room. */
export function program(name: string): HostFile {
  const text = readFileSync(join(SOURCES, name), "utf8");
  return {
    path: `/usr/local/sbin/${name}`,
    permissions: "0755",
    content: text.replace(/^ *#(?!!).*\n/gm, ""),
  };
}
