import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { CATALOGUE } from "../catalogue";
import { evaluate } from "../core/evaluate";
import { PolicyConfigError, readConfig, SHIPPED_CONFIG } from "../core/shipped-config";
import { FORMATS, type Format, RENDER } from "./formats";
import { NotAStack, readStack } from "./read-stack";
import { isBlocking, lines } from "./summary";

const USAGE = `npm run policy -- FILE [--format ${FORMATS.join("|")}] [--config FILE]

FILE    what \`pulumi stack export\`, \`pulumi preview --json\` or \`npm run plan -- STACK --json\` wrote; - reads standard input
--config  policy configuration (rule id to enforcementLevel and exceptions); defaults to ${SHIPPED_CONFIG}

Exit codes: 0 no mandatory violation, 1 at least one, 2 the call or a file is wrong.`;

/** A call that cannot be carried out; exit code 2. */
class UsageError extends Error {}

function main(args: string[]): number {
  const { file, format, config } = options(args);
  const stack = readFrom(file, readStack);
  const outcomes = evaluate(
    CATALOGUE,
    stack,
    readFrom(config, (text) => readConfig(text, Object.keys(CATALOGUE))),
    today(),
  );
  const all = lines(outcomes);
  console.log(RENDER[format]({ source: file, rules: CATALOGUE, lines: all }));
  return all.some(isBlocking) ? 1 : 0;
}

function options(args: string[]): { file: string; format: Format; config: string } {
  let parsed: ReturnType<typeof parse>;
  try {
    parsed = parse(args);
  } catch (error) {
    throw new UsageError(`${(error as Error).message}\n\n${USAGE}`);
  }
  const { values, positionals } = parsed;
  const [file, ...others] = positionals;
  if (file === undefined || others.length > 0) {
    throw new UsageError(USAGE);
  }
  const format = FORMATS.find((one) => one === values.format);
  if (format === undefined) {
    throw new UsageError(`--format ${values.format}: allowed are ${FORMATS.join(", ")}.`);
  }
  return { file, format, config: values.config };
}

function parse(args: string[]) {
  return parseArgs({
    args,
    allowPositionals: true,
    options: {
      format: { type: "string", default: "table" },
      config: { type: "string", default: SHIPPED_CONFIG },
    },
  });
}

function readFrom<T>(file: string, read: (text: string) => T): T {
  try {
    return read(readFileSync(file === "-" ? 0 : file, "utf8"));
  } catch (error) {
    if (
      error instanceof NotAStack ||
      error instanceof PolicyConfigError ||
      (error as NodeJS.ErrnoException).code !== undefined
    ) {
      throw new UsageError(`${file} cannot be used: ${(error as Error).message}.`);
    }
    throw error;
  }
}

function today(): string {
  return new Date().toISOString().slice(0, 10);
}

try {
  process.exitCode = main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof UsageError)) {
    throw error;
  }
  console.error(error.message);
  process.exitCode = 2;
}
