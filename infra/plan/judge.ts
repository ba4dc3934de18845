import { readFileSync } from "node:fs";
import { CATALOGUE } from "../../policies/catalogue";
import { RENDER } from "../../policies/cli/formats";
import { isBlocking, lines } from "../../policies/cli/summary";
import { evaluate, type PolicyConfig } from "../../policies/core/evaluate";
import type { Rule } from "../../policies/core/rule";
import { readConfig, SHIPPED_CONFIG } from "../../policies/core/shipped-config";
import { toValue, type Value } from "../../policies/core/value";
import { UserError } from "../embedded/errors";
import type { Registration } from "../embedded/monitor";
import { type RecordOptions, recordProgram } from "./record";

/** By what a program is judged. */
export interface Law {
  /** Rule id to rule. */
  readonly rules: Readonly<Record<string, Rule>>;
  readonly config: PolicyConfig;
  /** Day that exceptions must not have passed, as YYYY-MM-DD. */
  readonly today: string;
}

/** The rules of the pack with the shipped enforcement and exceptions, today. */
export function shippedLaw(): Law {
  return {
    rules: CATALOGUE,
    config: readConfig(readFileSync(SHIPPED_CONFIG, "utf8"), Object.keys(CATALOGUE)),
    today: new Date().toISOString().slice(0, 10),
  };
}

/**
 * Records a program and holds it to the mandatory rules. Nothing is made.
 * @param law Defaults to the pack with its shipped configuration.
 * @throws UserError (exit code 1) with the table of what must be mended
 */
export async function judgeProgram(options: RecordOptions, law: Law = shippedLaw()): Promise<void> {
  const { resources } = await recordProgram(options);
  const refusal = judge(resources, options.stack, law);
  if (refusal !== undefined) throw new UserError(refusal, 1);
}

/** The table of mandatory violations, or undefined when there is none. */
export function judge(
  registrations: readonly Registration[],
  stack: string,
  { rules, config, today }: Law,
): string | undefined {
  const resources = registrations.map(({ urn, type, name, parent, inputs, secretKeys }) => ({
    ...{ urn, type, name, parent, secretPaths: secretKeys },
    props: toValue(inputs) as Record<string, Value>,
  }));
  const blocking = lines(evaluate(rules, { resources, complete: true }, config, today)).filter(isBlocking);
  if (blocking.length === 0) return undefined;
  const table = RENDER.table({ source: `the stack ${stack}`, rules, lines: blocking });
  return `The policies refuse this stack; nothing was made.\n\n${table}`;
}
