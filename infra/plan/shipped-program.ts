import { join, sep } from "node:path";

const ROOT = join(__dirname, "..", "..");

/**
 * Loads the stack's Pulumi program, and runs it anew however often it is called: Node would hand out the resources of the
 * first run again.
 */
export function shippedProgram(): unknown {
  for (const file of Object.keys(require.cache)) {
    if (["components", "infra"].some((folder) => file.startsWith(join(ROOT, folder) + sep))) {
      delete require.cache[file];
    }
  }
  return require("../index");
}
