import { randomBytes } from "node:crypto";
import { lastLines, UserError } from "../errors";
import { runProcess } from "../run-process";
import type { Properties } from "../values";
import { type Context, type Handler, list, stringMap, text } from "./handler";

/**
 * command:local:Command, as version 1.2.1 of the provider: `create` runs once, `update` (or else `create`) when an input
 * changes, `delete` before the resource goes; changed triggers replace it.
 */
export const command: Handler = {
  noun: "command",
  keys: {
    create: true,
    update: true,
    delete: true,
    stdin: true,
    dir: true,
    environment: "map",
    triggers: true,
    interpreter: true,
    addPreviousOutputInEnv: true,
    logging: true,
  },

  async create(inputs, context) {
    const outputs = await run(text(inputs, "create"), inputs, {}, context);
    return { id: `${context.name}${randomBytes(4).toString("hex")}`, outputs };
  },

  async update(entry, inputs, context) {
    const outputs = await run(
      text(inputs, "update") ?? text(inputs, "create"),
      inputs,
      entry.outputs,
      context,
    );
    return { id: entry.id, outputs };
  },

  async remove(entry, context) {
    await run(text(entry.inputs, "delete"), entry.inputs, entry.outputs, context);
  },
};

async function run(
  script: string | undefined,
  inputs: Properties,
  previous: Properties,
  context: Context,
): Promise<Properties> {
  if (script === undefined) return { stdout: previous.stdout ?? "", stderr: previous.stderr ?? "" };
  const interpreter = list(inputs, "interpreter") ?? [];
  const [program = "/bin/sh", ...args] = interpreter.length > 0 ? interpreter : ["/bin/sh", "-c"];
  const env: NodeJS.ProcessEnv = { ...process.env, ...stringMap(inputs, "environment") };
  if (inputs.addPreviousOutputInEnv !== false) {
    if (text(previous, "stdout")) env.PULUMI_COMMAND_STDOUT = text(previous, "stdout");
    if (text(previous, "stderr")) env.PULUMI_COMMAND_STDERR = text(previous, "stderr");
  }
  const result = await runProcess(program, [...args, script], {
    cwd: text(inputs, "dir"),
    env,
    stdin: text(inputs, "stdin"),
    signal: context.signal,
    onOutput: (output) => context.detail(lastLines(output, 1)),
  });
  if (result.code !== 0) {
    // The script's own text is not shown: it may hold a secret.
    const how = result.code === null ? "was killed" : `ended with code ${result.code}`;
    const said = lastLines(result.output);
    throw new UserError(`The command "${context.name}" ${how}${said ? ` and said:\n${said}` : "."}`);
  }
  return { stdout: result.stdout.replace(/\n$/, ""), stderr: result.stderr.replace(/\n$/, "") };
}
