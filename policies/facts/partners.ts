import { type Resource, valueAt } from "../core/resource";
import type { Report } from "../core/rule";
import { UNKNOWN, type Value } from "../core/value";
import { isSet } from "./machines";

/**
 * Whether a resource is about another one that it names by id: "maybe" where either is not known. Inputs before an
 * update hold no ids, so a stack that has one of each is all there is to go by; who names nobody is about nobody.
 */
export type Partnership = "yes" | "no" | "maybe";

/** @param keys properties of the owner that others may name it by, e.g. `id` */
export function partnership(
  owner: Resource,
  keys: readonly string[],
  partner: Resource,
  reference: string,
): Partnership {
  const named = valueAt(partner, reference);
  if (!isSet(named)) {
    return "no";
  }
  const ids: Value[] = keys.map((key) => valueAt(owner, key)).filter((id) => id !== undefined);
  if (named !== UNKNOWN && ids.includes(named)) {
    return "yes";
  }
  return named === UNKNOWN || ids.length === 0 || ids.includes(UNKNOWN) ? "maybe" : "no";
}

/** Says of what a resource names that it is none of the stack's owners. */
export function expectOwned(
  report: Report,
  resource: Resource,
  path: string,
  owners: readonly Resource[],
  keys: readonly string[],
  wanted: string,
): void {
  if (owners.every((owner) => partnership(owner, keys, resource, path) === "no")) {
    const found = valueAt(resource, path);
    const shown = found === UNKNOWN ? "one that is not of this stack" : found;
    report.violation({ resource, path, found: shown, wanted });
  }
}

/**
 * The owners that no partner is left for: each partner that may be anybody's counts for one of those without.
 */
export function withoutPartner(
  owners: readonly Resource[],
  keys: readonly string[],
  partners: readonly Resource[],
  reference: string,
): Resource[] {
  const related = (owner: Resource, partner: Resource) => partnership(owner, keys, partner, reference);
  const alone = owners.filter((owner) => !partners.some((partner) => related(owner, partner) === "yes"));
  const free = new Set(partners.filter((partner) => !owners.some((one) => related(one, partner) === "yes")));
  return alone.filter((owner) => {
    const found = [...free].find((partner) => related(owner, partner) === "maybe");
    if (found !== undefined) {
      free.delete(found);
    }
    return found === undefined;
  });
}
