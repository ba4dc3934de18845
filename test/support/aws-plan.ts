import { rmSync } from "node:fs";
import { vi } from "vitest";
import { readConfig } from "../../infra/embedded/config";
import type { Registration } from "../../infra/embedded/monitor";
import { type RecordOptions, recordProgram } from "../../infra/plan/record";

/** What the whole program asks for in AWS. */
export interface AwsPlan {
  readonly resources: readonly Registration[];
  readonly outputs: Readonly<Record<string, unknown>>;
  readonly ofType: (type: string) => readonly Registration[];
  /** @throws where there is none */
  readonly named: (name: string) => Registration;
}

/**
 * Records the shipped program with the settings of Pulumi.aws.yaml.
 * @param change settings in place of those, without their namespace
 * @param answer what AWS answers to a function, where it is not what a new account would
 */
export async function awsPlan(
  change: Readonly<Record<string, unknown>> = {},
  answer?: RecordOptions["answer"],
): Promise<AwsPlan> {
  const stack = "aws";
  const { project, config } = readConfig(process.cwd(), stack);
  const changed = Object.entries(change).map(([key, value]) => [
    `${project}:${key}`,
    typeof value === "string" ? value : JSON.stringify(value),
  ]);
  vi.resetModules();
  const { resources, outputs } = await recordProgram({
    project,
    stack,
    config: { ...config, ...Object.fromEntries(changed) },
    answer,
    program: async () => ({ ...(await import("../../infra/index.js")) }),
  });
  rmSync(`.comfy/build/${stack}`, { recursive: true, force: true });
  rmSync(`.comfy/ssh/${stack}`, { recursive: true, force: true });
  return {
    resources,
    outputs,
    ofType: (type) => resources.filter((one) => one.type === type),
    named: (name) => {
      const found = resources.find((one) => one.name === name);
      if (found === undefined) throw new Error(`no resource ${name}`);
      return found;
    },
  };
}
