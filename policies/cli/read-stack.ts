import { z } from "zod";
import type { Resource } from "../core/resource";
import type { Stack } from "../core/rule";
import { SECRET_MARK, toValue, UNKNOWN } from "../core/value";

/** A file that is none of what `readStack` reads. */
export class NotAStack extends Error {}

const entry = z.looseObject({
  urn: z.string().optional(),
  type: z.string().optional(),
  name: z.string().optional(),
  parent: z.string().optional(),
  id: z.string().optional(),
  /** Whether the program only reads it. */
  external: z.boolean().optional(),
  inputs: z.record(z.string(), z.unknown()).optional(),
  outputs: z.record(z.string(), z.unknown()).optional(),
  additionalSecretOutputs: z.array(z.string()).optional(),
});
type Entry = z.infer<typeof entry>;
const stackExport = z.looseObject({
  deployment: z.looseObject({ resources: z.array(entry).default([]) }),
});
const preview = z.looseObject({
  steps: z.array(
    z.looseObject({
      op: z.string(),
      urn: z.string(),
      oldState: entry.optional(),
      newState: entry.optional(),
    }),
  ),
  diagnostics: z.array(z.looseObject({ severity: z.string().optional(), message: z.string() })).default([]),
});
type Step = z.infer<typeof preview>["steps"][number];
const plan = z.looseObject({ resources: z.array(entry) });

/** What a preview shows in place of a secret. */
const HIDDEN = "[secret]";

/**
 * The resources in what `pulumi stack export`, `pulumi preview --json` or `npm run plan -- --json` has written.
 * Inputs are read, which are what the program asked for, and with them the id and the ARN, by which resources name each
 * other. Of what the program only reads it is the outputs.
 * @throws NotAStack
 */
export function readStack(text: string): Stack {
  const json = parse(text);
  const exported = stackExport.safeParse(json);
  if (exported.success) {
    return stackOf(exported.data.deployment.resources);
  }
  const previewed = preview.safeParse(json);
  if (previewed.success) {
    refuseFailed(previewed.data.diagnostics);
    return stackOf(afterSteps(previewed.data.steps));
  }
  const recorded = plan.safeParse(json);
  if (recorded.success) {
    return stackOf(recorded.data.resources);
  }
  throw new NotAStack(
    "it holds neither what `pulumi stack export` writes (deployment.resources), nor what `pulumi preview --json` writes (steps), nor a recorded plan (resources)",
  );
}

/** A preview that an error has ended shows only what came before it. */
function refuseFailed(diagnostics: z.infer<typeof preview>["diagnostics"]): void {
  const error = diagnostics.find(({ severity }) => severity === "error");
  if (error !== undefined) {
    throw new NotAStack(`its preview failed, and may lack resources (${error.message.trim()})`);
  }
}

/**
 * The resources that there will be. Steps name one several times, such as one that is refreshed and then replaced in
 * three steps, of which the one that deletes the old comes first or last.
 */
function afterSteps(steps: readonly Step[]): Entry[] {
  const states = new Map<string, Entry>();
  for (const [at, { op, urn, oldState, newState }] of steps.entries()) {
    if (newState !== undefined) {
      states.set(urn, withSecretsMarked({ outputs: oldState?.outputs, ...newState, urn }));
    } else if (op === "delete" || op === "discard") {
      states.delete(urn);
    } else if (!/^(delete-|discard-|remove-|extend-)/.test(op)) {
      throw new NotAStack(`its step ${at}, ${op} of ${urn}, has no newState`);
    }
  }
  return [...states.values()];
}

/** As an export has secrets. */
function withSecretsMarked(state: Entry): Entry {
  return JSON.parse(JSON.stringify(state), (_, value) => (value === HIDDEN ? SECRET_MARK : value));
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new NotAStack(`it is not JSON (${(error as Error).message})`);
  }
}

function stackOf(entries: readonly Entry[]): Stack {
  // An old state of a replaced resource stands beside the new one, with the same URN and `delete` set.
  const current = entries.filter((one) => one.delete !== true);
  return { resources: current.map(toResource), complete: true };
}

function toResource(entry: Entry, at: number): Resource {
  const urn = entry.urn ?? "";
  const [type, name] =
    entry.type !== undefined && entry.name !== undefined ? [entry.type, entry.name] : fromUrn(urn);
  if (type === undefined || name === undefined) {
    throw new NotAStack(`its resource ${at} has no urn such as urn:pulumi:stack::project::type::name`);
  }
  const secretPaths: string[] = [...(entry.additionalSecretOutputs ?? [])];
  const props = toValue(properties(entry), "", (path) => secretPaths.push(path)) as Resource["props"];
  const isRead = entry.external !== true || entry.outputs !== undefined;
  return {
    urn: urn === "" ? `${type}::${name}` : urn,
    type,
    name,
    props: isRead ? props : unknownBut(props),
    secretPaths,
    ...(entry.parent !== undefined && { parent: entry.parent }),
  };
}

function properties({ id = "", external, inputs = {}, outputs = {} }: Entry): Record<string, unknown> {
  const names = { ...(id !== "" && { id }), ...(outputs.arn !== undefined && { arn: outputs.arn }) };
  return external === true ? { ...outputs, ...names } : { ...inputs, ...names };
}

/** Properties of which only some are known. */
function unknownBut(known: Resource["props"]): Resource["props"] {
  return new Proxy(known, { get: (_, key) => known[String(key)] ?? UNKNOWN });
}

/** `urn:pulumi:stack::project::parent$type::name`; a name may hold `::` itself. */
function fromUrn(urn: string): [string?, string?] {
  const [, , types, ...name] = urn.split("::");
  return types === undefined || name.length === 0 ? [] : [types.split("$").at(-1), name.join("::")];
}
