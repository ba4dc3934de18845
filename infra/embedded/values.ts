/** A plain object as it comes from JSON. */
export type Properties = Record<string, unknown>;

export function isRecord(value: unknown): value is Properties {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Deep equality of JSON values; the order of an object's keys does not count. */
export function sameValue(a: unknown, b: unknown): boolean {
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((item, index) => sameValue(item, b[index]));
  }
  if (isRecord(a) && isRecord(b)) return changedKeys(a, b).length === 0;
  return Object.is(a, b);
}

/** The top-level keys in which two objects differ, sorted. */
export function changedKeys(a: Properties, b: Properties): string[] {
  const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...keys].filter((key) => !sameValue(a[key], b[key])).sort();
}

/** Signatures by which the Pulumi SDK marks special values on the wire. */
const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";

/** Marks a value as secret for the SDK. */
export function wrapSecret(value: unknown): unknown {
  return { [SIGNATURE]: SECRET, value: value ?? null };
}

/**
 * Takes the secret marks off a value from the SDK.
 * @returns the plain value without null members, and whether anything in it was secret
 * @throws Error for an asset, an archive or a resource reference: no supported type takes one
 */
export function unwrapSecrets(value: unknown): { plain: unknown; secret: boolean } {
  if (Array.isArray(value)) {
    const items = value.map(unwrapSecrets);
    return { plain: items.map((item) => item.plain), secret: items.some((item) => item.secret) };
  }
  if (!isRecord(value)) return { plain: value, secret: false };
  const signature = value[SIGNATURE];
  if (signature === SECRET) return { plain: unwrapSecrets(value.value).plain, secret: true };
  if (signature !== undefined)
    throw new Error("assets and archives are not supported by the embedded engine");
  let secret = false;
  const plain: Properties = {};
  for (const [key, member] of Object.entries(value)) {
    if (member === null || member === undefined) continue;
    const inner = unwrapSecrets(member);
    plain[key] = inner.plain;
    secret ||= inner.secret;
  }
  return { plain, secret };
}
