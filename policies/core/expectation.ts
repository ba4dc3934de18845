import { type Resource, valueAt } from "./resource";
import type { Report } from "./rule";
import { UNKNOWN, type Value } from "./value";

/** Says a violation unless the value at the path passes; says unknown where it cannot be told yet. */
export function expectAt(
  report: Report,
  resource: Resource,
  path: string,
  wanted: string,
  passes: (value: Value) => boolean,
): void {
  const value = valueAt(resource, path);
  if (value === UNKNOWN) {
    report.unknown(resource, path);
  } else if (!passes(value)) {
    report.violation({ resource, path, found: value, wanted });
  }
}

/**
 * The members of a list at a path, each with its own path; an absent list has none. A list, or a member, that is not
 * known yet is reported and left out.
 */
export function membersAt(
  report: Report,
  resource: Resource,
  path: string,
): { readonly path: string; readonly value: Exclude<Value, typeof UNKNOWN> }[] {
  const list = valueAt(resource, path);
  if (list === undefined || list === null) {
    return [];
  }
  const members = Array.isArray(list)
    ? list.map((value, at) => ({ path: `${path}[${at}]`, value }))
    : [{ path, value: list }];
  return members.flatMap((member) => {
    if (member.value === UNKNOWN) {
      report.unknown(resource, member.path);
      return [];
    }
    return [member as { path: string; value: Exclude<Value, typeof UNKNOWN> }];
  });
}
