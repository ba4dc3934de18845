import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { PolicyPackConfig } from "@pulumi/policy";
import { z } from "zod";
import type { PolicyConfig } from "./evaluate";

/** The configuration that the shipped stacks are judged by, in the form of `pulumi preview --policy-pack-config`. */
export const SHIPPED_CONFIG = "policies/config.json";

const exception = z.strictObject({
  resource: z.string(),
  // Read as they are: what is wrong with an exception is the rule's to say, not a reason to read nothing.
  reason: z.string().default(""),
  owner: z.string().default(""),
  expires: z.string().default(""),
  path: z.string().optional(),
});
const config = z.record(
  z.string(),
  z.strictObject({
    enforcementLevel: z.enum(["mandatory", "advisory", "disabled"]).optional(),
    exceptions: z.array(exception).default([]),
  }),
);

/** A policy configuration that cannot be used. */
export class PolicyConfigError extends Error {}

/**
 * Reads a policy configuration.
 * @param known ids of the rules there are; a misspelt one would silently do nothing
 * @throws PolicyConfigError
 */
export function readConfig(text: string, known: readonly string[]): PolicyConfig {
  const parsed = config.safeParse(parse(text));
  if (!parsed.success) {
    throw new PolicyConfigError(z.prettifyError(parsed.error));
  }
  const strangers = Object.keys(parsed.data).filter((id) => !known.includes(id));
  if (strangers.length > 0) {
    throw new PolicyConfigError(
      `there is no rule ${strangers.map((id) => JSON.stringify(id)).join(", ")}; docs/policies.md lists them`,
    );
  }
  const entries = Object.entries(parsed.data).map(([id, { enforcementLevel, exceptions }]) => [
    id,
    { ...(enforcementLevel !== undefined && { enforcement: enforcementLevel }), exceptions },
  ]);
  return Object.fromEntries(entries);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new PolicyConfigError(`it is not JSON (${(error as Error).message})`);
  }
}

/** The shipped configuration as the pack hands it to Pulumi's engine, which lets the stack's own win over it. */
export function shippedPackConfig(folder: string): PolicyPackConfig {
  return JSON.parse(readFileSync(join(folder, "config.json"), "utf8"));
}
