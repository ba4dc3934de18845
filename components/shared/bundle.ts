import { buildSync } from "esbuild";

/** What was bundled in this process: `npm start` runs the program twice, first for the policies. */
const BUNDLES = new Map<string, string>();

/**
 * Bundles a TypeScript entry point and its dependencies into one CommonJS file for Debian's Node 20; once in a process.
 *
 * @param entry path of the entry point, relative to the project's root
 * @throws esbuild's error, naming file and line, when the source does not parse or an import is not found
 */
export function bundle(entry: string): string {
  const known = BUNDLES.get(entry);
  if (known !== undefined) return known;
  const result = buildSync({
    entryPoints: [entry],
    bundle: true,
    platform: "node",
    target: "node20",
    format: "cjs",
    legalComments: "none",
    // Optional native speed-ups of `ws`; the pure JavaScript behind them is what runs.
    external: ["bufferutil", "utf-8-validate"],
    write: false,
    logLevel: "silent",
  });
  const text = result.outputFiles.map((file) => file.text).join("");
  BUNDLES.set(entry, text);
  return text;
}
