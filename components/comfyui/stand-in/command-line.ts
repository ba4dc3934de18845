import { parseArgs } from "node:util";

export interface CommandLine {
  readonly host: string;
  readonly port: number;
  readonly baseDirectory: string;
  /** Whether to end where it would begin to listen. */
  readonly isTrial: boolean;
}

const MAX_PORT = 65535;

/**
 * Reads the flags that the stand-in shares with ComfyUI: `--listen ADDR` (127.0.0.1), `--port N` (8188) and
 * `--base-directory DIR` (the current one), `--quick-test-for-ci`. Throws an Error that says what is wrong; an unknown flag is wrong, as in
 * ComfyUI.
 */
export function parseCommandLine(args: readonly string[]): CommandLine {
  const { values } = parseArgs({
    args: [...args],
    options: {
      listen: { type: "string", default: "127.0.0.1" },
      port: { type: "string", default: "8188" },
      "base-directory": { type: "string", default: "." },
      "quick-test-for-ci": { type: "boolean", default: false },
    },
  });
  const port = Number(values.port);
  if (!/^\d+$/.test(values.port) || port > MAX_PORT) {
    throw new Error(
      `--port is "${values.port}"; allowed is a whole number from 0 (any free port) to ${MAX_PORT}`,
    );
  }
  return {
    host: values.listen,
    port,
    baseDirectory: values["base-directory"],
    isTrial: values["quick-test-for-ci"],
  };
}
