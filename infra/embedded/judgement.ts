import { readFileSync } from "node:fs";
import { CATALOGUE } from "../../policies/catalogue";
import { isBlocking, type Line, lines } from "../../policies/cli/summary";
import { evaluate, type PolicyConfig } from "../../policies/core/evaluate";
import type { Resource } from "../../policies/core/resource";
import { PolicyConfigError, readConfig, SHIPPED_CONFIG } from "../../policies/core/shipped-config";
import { toValue } from "../../policies/core/value";
import { type RecordOptions, recordProgram } from "../plan/record";
import { UserError } from "./errors";
import type { Registration } from "./monitor";

/**
 * Judges what a program would make by the policies, before anything is made.
 * @param configFile exceptions and enforcement levels, in the form of `pulumi preview --policy-pack-config`
 * @returns how many advisory violations there are and how to see them; undefined when there is none
 * @throws UserError with every mandatory violation and its fix; exit code 2 for a configuration that cannot be used
 */
export async function judgeProgram(
  options: RecordOptions,
  configFile = SHIPPED_CONFIG,
): Promise<string | undefined> {
  const config = readPolicyConfig(configFile);
  const { resources } = await recordProgram(options);
  const all = judge(resources, config, new Date().toISOString().slice(0, 10));
  const refusal = refusalText(all, configFile);
  if (refusal !== undefined) throw new UserError(refusal);
  return adviceText(all, options.stack);
}

/** What the rules say of a program's resources. The same as `npm run policy`, but it sees what is secret too. */
export function judge(resources: readonly Registration[], config: PolicyConfig, today: string): Line[] {
  return lines(evaluate(CATALOGUE, { resources: resources.map(toResource), complete: true }, config, today));
}

function toResource({ urn, type, name, parent, inputs, secretKeys }: Registration): Resource {
  const props = toValue(inputs) as Resource["props"];
  return { urn, type, name, props, secretPaths: secretKeys, ...(parent !== "" && { parent }) };
}

/** Every mandatory violation with its fix, for the terminal; undefined when there is none. */
export function refusalText(all: readonly Line[], configFile: string): string | undefined {
  const blocking = all.filter(isBlocking);
  if (blocking.length === 0) return undefined;
  const blocks = blocking.map(
    ({ rule, severity, message }) => `${severity}  ${rule}\n    ${message.replace(" Fix: ", "\n    fix: ")}`,
  );
  const violations = blocking.length === 1 ? "1 violation" : `${blocking.length} violations`;
  return [
    `${violations} of mandatory policies; nothing was created.`,
    ...blocks,
    `What each is for: docs/policies.md. An exception with a reason, an owner and a last day belongs into ${configFile}.`,
  ].join("\n\n");
}

/** One line about advisory violations; undefined when there is none. */
export function adviceText(all: readonly Line[], stack: string): string | undefined {
  const advisory = all.filter((line) => isViolation(line) && !isBlocking(line)).length;
  if (advisory === 0) return undefined;
  const violations = advisory === 1 ? "1 violation" : `${advisory} violations`;
  return `Policies: ${violations} of advisory ones. See: npm run -s plan -- ${stack} --json | npm run -s policy -- -`;
}

function isViolation({ kind }: Line): boolean {
  return kind === "violation" || kind === "exception";
}

function readPolicyConfig(file: string): PolicyConfig {
  try {
    return readConfig(readFileSync(file, "utf8"), Object.keys(CATALOGUE));
  } catch (error) {
    if (error instanceof PolicyConfigError || (error as NodeJS.ErrnoException).code !== undefined) {
      throw new UserError(`${file} cannot be used: ${(error as Error).message}.`, 2);
    }
    throw error;
  }
}
