import { parseArgs } from "node:util";
import { explain, isSettingsError, UserError } from "./errors";

type Options = Record<string, { type: "string" | "boolean"; help: string }>;

/**
 * Reads a command's options.
 * @param options name to kind and help; the help of one with a value begins with the value's name
 * @throws UserError (exit code 2) naming what is wrong and listing the options
 */
export function readOptions(
  command: string,
  options: Options,
  args: string[],
): Record<string, string | boolean | undefined> {
  const usage = [
    `Usage: npm ${command} [-- options]`,
    ...Object.entries(options).map(([name, { help }]) => `  --${name} ${help}`),
    "  --help this text",
  ].join("\n");
  let values: Record<string, string | boolean | undefined>;
  try {
    const known = Object.fromEntries(Object.entries(options).map(([name, { type }]) => [name, { type }]));
    ({ values } = parseArgs({ args, options: { ...known, help: { type: "boolean" } } }) as {
      values: typeof values;
    });
  } catch (error) {
    throw new UserError(`${(error as Error).message.split(". To specify")[0]}\n${usage}`, 2);
  }
  if (values.help) throw new UserError(usage, 0);
  return values;
}

/** Runs a command to its end, says what went wrong in one message, and ends the process with the right code. */
export async function runCommand(work: () => Promise<void>): Promise<never> {
  try {
    await work();
  } catch (error) {
    const code = isSettingsError(error) ? 2 : error instanceof UserError ? error.exitCode : 1;
    const text = explain(error);
    if (code === 0) console.log(text);
    else console.error(`\n${text}`);
    return end(code);
  }
  return end(0);
}

/** Ends the process once all it printed has been taken: what goes to a pipe may still wait here. */
async function end(code: number): Promise<never> {
  const printed = [process.stdout, process.stderr].map(
    (stream) => new Promise((done) => stream.write("", done)),
  );
  await Promise.all(printed);
  process.exit(code);
}
