import type Docker from "dockerode";
import { UserError } from "../errors";
import type { Entry } from "../state";
import type { Properties } from "../values";
import { isRecord } from "../values";

/** What a handler works with. */
export interface Context {
  /** The stack's name: the value of the label that marks what is ours. */
  stack: string;
  docker: Docker;
  /** Aborted when the run is to stop. */
  signal: AbortSignal;
  /** The resource's logical name. */
  name: string;
  /** Says what the step is busy with just now. */
  detail(text: string): void;
}

/** What exists after a creation or an update. */
export interface Made {
  id: string;
  /** Computed properties; an input that is not among them keeps its value. */
  outputs: Properties;
}

/** Supported input keys: true for a plain value, a table for an object or a list of objects, "map" for free keys. */
export interface Keys {
  [key: string]: true | "map" | Keys;
}

/** How the embedded engine makes, checks, changes and removes one type of resource. */
export interface Handler {
  keys: Keys;
  /** What the type is called in messages. */
  noun: string;
  /** Checks the inputs and adds what the comparison needs, such as the digest of a build context. */
  prepare?(inputs: Properties, context: Context): Properties | Promise<Properties>;
  /**
   * Makes the thing.
   * @param exists to be called with the id as soon as something exists, so that a later failure leaves a true state
   */
  create(inputs: Properties, context: Context, exists: (id: string) => void): Promise<Made>;
  /** Changes the thing where it stands. Without it every change replaces the thing. */
  update?(entry: Entry, inputs: Properties, context: Context): Promise<Made>;
  /** Keys whose change can be handled by `update`. Defaults to all. */
  updatable?: string[];
  /** Whether the thing is still as we left it; when not, it is made anew. Without it, it always is. */
  isIntact?(entry: Entry, context: Context): Promise<boolean>;
  /** Removes the thing; one that is gone already is no error. Without it there is nothing to remove. */
  remove?(entry: Entry, context: Context): Promise<void>;
  /** Never removed by an update, only by `npm stop` without --keep-data. */
  holdsData?: boolean;
  /** Cannot be removed while containers use it: they are removed first and made anew. */
  heldByContainers?: boolean;
}

/**
 * Refuses unknown input keys.
 * @throws UserError naming the type, the key and what is supported
 */
export function checkKeys(type: string, value: unknown, keys: Keys, path = ""): void {
  if (Array.isArray(value)) {
    value.forEach((item, index) => {
      checkKeys(type, item, keys, `${path}[${index}]`);
    });
    return;
  }
  if (!isRecord(value)) {
    throw new UserError(
      `${type}: ${path} must be an object or a list of objects, not ${JSON.stringify(value)}.`,
    );
  }
  for (const [key, member] of Object.entries(value)) {
    const at = path === "" ? key : `${path}.${key}`;
    const spec = Object.hasOwn(keys, key) ? keys[key] : undefined;
    if (spec === undefined) {
      throw new UserError(
        `${type}: the embedded engine does not support the input "${at}". ` +
          `Supported${path === "" ? "" : ` in ${path}`}: ${Object.keys(keys).sort().join(", ")}. ` +
          "For the rest use the Pulumi CLI (`pulumi up`).",
      );
    }
    if (typeof spec === "object") checkKeys(type, member, spec, at);
    if (spec === "map" && !isRecord(member)) {
      throw new UserError(`${type}: ${at} must be an object, not ${JSON.stringify(member)}.`);
    }
  }
}

export function text(inputs: Properties, key: string): string | undefined {
  const value = inputs[key];
  return typeof value === "string" && value !== "" ? value : undefined;
}

export function list(inputs: Properties, key: string): string[] | undefined {
  const value = inputs[key];
  return Array.isArray(value) ? value.map(String) : undefined;
}

export function records(inputs: Properties, key: string): Properties[] {
  const value = inputs[key];
  return Array.isArray(value) ? value.filter(isRecord) : [];
}

export function stringMap(inputs: Properties, key: string): Record<string, string> | undefined {
  const value = inputs[key];
  if (!isRecord(value)) return undefined;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, String(member)]));
}

export function number(inputs: Properties, key: string): number | undefined {
  const value = inputs[key];
  return typeof value === "number" ? value : undefined;
}

export function isSet(inputs: Properties, key: string): boolean {
  return inputs[key] !== undefined && inputs[key] !== null;
}
