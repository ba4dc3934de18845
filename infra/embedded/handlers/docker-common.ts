import { randomBytes } from "node:crypto";
import { STACK_LABEL } from "../../../components/shared/engine";
import { UserError } from "../errors";
import type { Properties } from "../values";
import { type Context, records, text } from "./handler";

/** Result of a Docker API call, or undefined where the object does not exist. */
export async function orGone<T>(call: Promise<T>): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if (statusOf(error) === 404) return undefined;
    throw error;
  }
}

export function statusOf(error: unknown): number | undefined {
  return (error as { statusCode?: number }).statusCode;
}

/**
 * The labels of an object to be made.
 * @throws UserError when the stack's label is not among them: we would not dare to remove the object later
 */
export function ownLabels(kind: string, inputs: Properties, context: Context): Record<string, string> {
  const labels = Object.fromEntries(
    records(inputs, "labels").map((item) => [String(item.label), String(item.value)]),
  );
  if (labels[STACK_LABEL] !== context.stack) {
    throw new UserError(
      `The ${kind} "${context.name}" has ${STACK_LABEL}=${labels[STACK_LABEL] ?? "nothing"} among its labels; ` +
        `the embedded engine makes only what carries ${STACK_LABEL}=${context.stack}.`,
    );
  }
  return labels;
}

export function isOurs(
  labels: Record<string, string> | null | undefined,
  context: { stack: string },
): boolean {
  return labels?.[STACK_LABEL] === context.stack;
}

/** @throws UserError when an object of that name exists that is not ours */
export function refuseForeign(
  kind: "container" | "network" | "volume" | "image",
  name: string,
  labels: Record<string, string> | null | undefined,
  context: Context,
): void {
  if (isOurs(labels, context)) return;
  throw new UserError(
    `A Docker ${kind} named "${name}" exists and is not of this stack (it has no label ${STACK_LABEL}=${context.stack}). ` +
      `It was left alone. If it is not needed, remove it with \`docker ${kind} rm ${name}\`, then run this again.`,
  );
}

/** The asked name, or one made from the logical name as Pulumi does. */
export function nameOf(inputs: Properties, context: Context): string {
  return text(inputs, "name") ?? `${context.name}-${randomBytes(4).toString("hex").slice(0, 7)}`;
}
