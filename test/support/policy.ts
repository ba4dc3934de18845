import { CATALOGUE } from "../../policies/catalogue";
import { evaluate } from "../../policies/core/evaluate";
import { violationMessage } from "../../policies/core/message";
import type { Resource } from "../../policies/core/resource";
import type { Value } from "../../policies/core/value";

/** A resource for a rule to look at. */
export function resource(type: string, props: Record<string, Value>, name = "it"): Resource {
  return { urn: `urn:pulumi:test::test::${type}::${name}`, type, name, props };
}

/** What a rule says of resources: the messages of its violations, without the fix, and the paths it must look at again. */
export function look(id: string, ...resources: Resource[]): { violations: string[]; unknown: string[] } {
  const rule = CATALOGUE[id];
  if (rule === undefined) {
    throw new Error(`There is no rule ${id}.`);
  }
  const [outcome] = evaluate({ [id]: rule }, { resources, complete: true }, {}, "2026-01-01");
  const fix = ` Fix: ${rule.fix}`;
  return {
    violations: (outcome?.violations ?? []).map((finding) => {
      const message = violationMessage(rule, finding);
      // Every message ends with the fix; the tests need not repeat it.
      return message.endsWith(fix) ? message.slice(0, -fix.length) : `no fix in: ${message}`;
    }),
    unknown: (outcome?.unknown ?? []).map((one) => `${one.resource.name}: ${one.path}`),
  };
}
