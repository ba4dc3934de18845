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

/**
 * The owners that a resource may name; that it names none of them is said.
 * @param unknown what is shown for a name that is not known before the update: without any owner in the stack there is
 * nothing that it could be
 */
export function expectOwned(
  report: Report,
  resource: Resource,
  path: string,
  owners: readonly Resource[],
  keys: readonly string[],
  wanted: string,
  unknown = "one that is not of this stack",
): Resource[] {
  const named = owners.filter((owner) => partnership(owner, keys, resource, path) !== "no");
  if (named.length === 0) {
    const found = valueAt(resource, path);
    report.violation({ resource, path, found: found === UNKNOWN ? unknown : found, wanted });
  }
  return named;
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
