import { parseArgs } from "node:util";
import { runCommand } from "../embedded/cli";
import { readConfig } from "../embedded/config";
import { UserError } from "../embedded/errors";
import { planJson, planTable } from "./print";
import { recordProgram } from "./record";
import { shippedProgram } from "./shipped-program";

const USAGE = `npm run plan -- STACK [--json]

STACK   name of the stack, e.g. local; its settings are read from Pulumi.STACK.yaml
--json  what \`npm run policy\` reads, instead of a table`;

void runCommand(async () => {
  const { stack, json } = options(process.argv.slice(2));
  const { project, config } = readConfig(process.cwd(), stack);
  const { resources } = await recordProgram({ project, stack, config, program: shippedProgram });
  console.log(json ? planJson(resources) : planTable(resources));
});

function options(args: string[]): { stack: string; json: boolean } {
  let parsed: ReturnType<typeof parse>;
  try {
    parsed = parse(args);
  } catch (error) {
    throw new UserError(`${(error as Error).message}\n\n${USAGE}`, 2);
  }
  const { values, positionals } = parsed;
  const [stack, ...others] = positionals;
  if (stack === undefined || others.length > 0) throw new UserError(USAGE, 2);
  return { stack, json: values.json };
}

function parse(args: string[]) {
  return parseArgs({
    args,
    allowPositionals: true,
    options: { json: { type: "boolean", default: false } },
  });
}
