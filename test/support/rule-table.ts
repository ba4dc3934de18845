import { describe, expect, it } from "vitest";
import type { Resource } from "../../policies/core/resource";
import { look } from "./policy";

type Resources = Resource | readonly Resource[];

/** What a rule must say of which resources; all must be named, and each kind must be there. */
export interface RuleTable {
  readonly passes: readonly (readonly [name: string, resources: Resources])[];
  /** Messages without "Fix: ...", exactly. */
  readonly refuses: readonly (readonly [name: string, resources: Resources, messages: string | string[]])[];
  /** Paths that the rule must look at again, exactly. */
  readonly unknown: readonly (readonly [name: string, resources: Resources, paths: string | string[]])[];
}

/** Tests a rule against a table. */
export function describeRule(id: string, { passes, refuses, unknown }: RuleTable): void {
  const lookAt = (resources: Resources) => look(id, ...[resources].flat());

  describe(id, () => {
    it("has a table that is long enough", () => {
      expect(passes.length).toBeGreaterThanOrEqual(1);
      expect(refuses.length).toBeGreaterThanOrEqual(3);
    });

    it.each(passes)("passes %s", (_, resources) => {
      expect(lookAt(resources)).toEqual({ violations: [], unknown: [] });
    });

    it.each(refuses)("refuses %s", (_, resources, messages) => {
      expect(lookAt(resources)).toEqual({ violations: [messages].flat(), unknown: [] });
    });

    it.each(unknown)("looks again at %s", (_, resources, paths) => {
      expect(lookAt(resources)).toEqual({ violations: [], unknown: [paths].flat() });
    });
  });
}
