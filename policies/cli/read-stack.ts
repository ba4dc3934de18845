import { z } from "zod";
import type { Resource } from "../core/resource";
import type { Stack } from "../core/rule";
import { toValue } from "../core/value";

/** A file that is none of what `readStack` reads. */
export class NotAStack extends Error {}

const resource = z.looseObject({
  urn: z.string().optional(),
  type: z.string().optional(),
  name: z.string().optional(),
  parent: z.string().optional(),
  inputs: z.record(z.string(), z.unknown()).optional(),
  additionalSecretOutputs: z.array(z.string()).optional(),
});
const stackExport = z.looseObject({
  deployment: z.looseObject({ resources: z.array(resource).default([]) }),
});
const preview = z.looseObject({
  steps: z.array(z.looseObject({ op: z.string(), urn: z.string(), newState: resource.optional() })),
});
const plan = z.looseObject({ resources: z.array(resource) });

/**
 * The resources in what `pulumi stack export`, `pulumi preview --json` or `npm run plan -- --json` has written.
 * Inputs are read: what the program asked for.
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
    const kept = previewed.data.steps.filter(({ op }) => !/^(delete|discard|remove)/.test(op));
    return stackOf(kept.map(({ urn, newState }) => ({ ...newState, urn })));
  }
  const recorded = plan.safeParse(json);
  if (recorded.success) {
    return stackOf(recorded.data.resources);
  }
  throw new NotAStack(
    "it holds neither what `pulumi stack export` writes (deployment.resources), nor what `pulumi preview --json` writes (steps), nor a recorded plan (resources)",
  );
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new NotAStack(`it is not JSON (${(error as Error).message})`);
  }
}

function stackOf(entries: readonly z.infer<typeof resource>[]): Stack {
  // An old state of a replaced resource stands beside the new one, with the same URN and `delete` set.
  const current = entries.filter((entry) => entry.delete !== true);
  return { resources: current.map(toResource), complete: true };
}

function toResource(entry: z.infer<typeof resource>, at: number): Resource {
  const urn = entry.urn ?? "";
  const [type, name] =
    entry.type !== undefined && entry.name !== undefined ? [entry.type, entry.name] : fromUrn(urn);
  if (type === undefined || name === undefined) {
    throw new NotAStack(`its resource ${at} has no urn such as urn:pulumi:stack::project::type::name`);
  }
  const secretPaths: string[] = [...(entry.additionalSecretOutputs ?? [])];
  const props = toValue(entry.inputs ?? {}, "", (path) => secretPaths.push(path)) as Resource["props"];
  return {
    urn: urn === "" ? `${type}::${name}` : urn,
    type,
    name,
    props,
    secretPaths,
    ...(entry.parent !== undefined && { parent: entry.parent }),
  };
}

/** `urn:pulumi:stack::project::parent$type::name`; a name may hold `::` itself. */
function fromUrn(urn: string): [string?, string?] {
  const [, , types, ...name] = urn.split("::");
  return types === undefined || name.length === 0 ? [] : [types.split("$").at(-1), name.join("::")];
}
