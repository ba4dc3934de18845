import { local, remote } from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import type { Engine } from "./engine";
import type { Machine } from "./machine";
import { shellWord } from "./shell";

/** A command on the engine's machine. */
export interface EngineCommandArgs {
  readonly engine: Pick<Engine, "machine">;
  /** Script (sh) that runs once, and again when an input changes. */
  readonly create?: pulumi.Input<string>;
  /** Script that runs in the place of `create` when an input changes. */
  readonly update?: pulumi.Input<string>;
  /** Script that runs before the command goes. */
  readonly delete?: pulumi.Input<string>;
  /** What the scripts read from standard input. */
  readonly stdin?: pulumi.Input<string>;
  /** Variables that the scripts see; never a secret, which would show in the machine's list of processes. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Values whose change makes the command anew. */
  readonly triggers?: pulumi.Input<unknown>[];
}

const VARIABLE = /^[A-Za-z_][A-Za-z0-9_]*$/;

/**
 * Runs a command where the engine is: here, or over SSH on its machine, whose host key is pinned. Over SSH the variables
 * are part of the script, since an SSH server drops those that it was not told to accept.
 */
export function engineCommand(
  name: string,
  { engine, environment, ...args }: EngineCommandArgs,
  opts: pulumi.CustomResourceOptions,
): local.Command | remote.Command {
  if (engine.machine === undefined) {
    return new local.Command(name, { ...args, ...(environment && { environment }) }, opts);
  }
  const script = (input: pulumi.Input<string> | undefined) =>
    input === undefined ? undefined : pulumi.output(input).apply((text) => withVariables(environment, text));
  return new remote.Command(
    name,
    {
      ...args,
      create: script(args.create),
      update: script(args.update),
      delete: script(args.delete),
      connection: connectionTo(engine.machine),
      // It would be sent as variables, which the server drops with a warning each.
      addPreviousOutputInEnv: false,
    },
    opts,
  );
}

/** @throws for a name that no shell takes as a variable */
export function withVariables(variables: Readonly<Record<string, string>> = {}, script: string): string {
  const lines = Object.entries(variables).map(([name, value]) => {
    if (!VARIABLE.test(name)) {
      throw new Error(`environment: "${name}" is not a variable's name; letters, digits and _ are.`);
    }
    return `export ${name}=${shellWord(value)}\n`;
  });
  return `${lines.join("")}${script}`;
}

function connectionTo(machine: Machine) {
  return {
    host: machine.address,
    user: machine.user,
    privateKey: machine.privateKey,
    hostKey: machine.hostPublicKey,
  };
}
