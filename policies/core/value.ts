/** Stands where a value is not known before an update has run. */
export const UNKNOWN: unique symbol = Symbol("unknown");

/** What a property may hold. */
export type Value =
  | string
  | number
  | boolean
  | null
  | undefined
  | typeof UNKNOWN
  | readonly Value[]
  | { readonly [key: string]: Value };

/** Whether a value is true as Pulumi's providers read a boolean: most of them as Go does, from text too. */
export function isTrue(value: Value): boolean {
  return value === true || value === 1 || (typeof value === "string" && /^\s*(true|t|1)\s*$/i.test(value));
}

/** Whether a value is false as they read it; what is absent is not. */
export function isFalse(value: Value): boolean {
  return value === false || value === 0 || (typeof value === "string" && /^\s*(false|f|0)\s*$/i.test(value));
}

/** How unknown values are spelled in JSON that Pulumi writes (sdk/go/common/resource/plugin/rpc.go). */
const UNKNOWN_SENTINELS: ReadonlySet<unknown> = new Set([
  "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
  "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
  "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
  "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
  "030794c1-ac77-496b-92df-f27374a8bd58",
  "e48ece36-62e2-4504-bad9-02848725956a",
  "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
]);
/** Marks special values in such JSON, and the mark of a secret among them. */
const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";
/** A secret whose content is not shown, as such JSON has it. */
export const SECRET_MARK = { [SIGNATURE]: SECRET };

/**
 * A value from Pulumi's JSON or from the policy SDK, with unknown values told and secrets unwrapped.
 * @param onSecret told the path of every secret
 */
export function toValue(raw: unknown, path = "", onSecret: (path: string) => void = () => {}): Value {
  if (UNKNOWN_SENTINELS.has(raw)) {
    return UNKNOWN;
  }
  if (typeof raw !== "object" || raw === null) {
    return raw as Value;
  }
  if (Array.isArray(raw)) {
    return Array.from({ length: raw.length }, (_, at) => member(raw, String(at), `${path}[${at}]`, onSecret));
  }
  if ((raw as Record<string, unknown>)[SIGNATURE] === SECRET) {
    onSecret(path);
    return secretContent(raw as Record<string, unknown>, path, onSecret);
  }
  const entries = Object.keys(raw).map((key) => [
    key,
    member(raw, key, path === "" ? key : `${path}.${key}`, onSecret),
  ]);
  return Object.fromEntries(entries);
}

/** The policy SDK refuses to hand an unknown value out; that refusal is the news. */
function member(holder: object, key: string, path: string, onSecret: (path: string) => void): Value {
  let raw: unknown;
  try {
    raw = (holder as Record<string, unknown>)[key];
  } catch (error) {
    if (error instanceof Error && error.constructor.name === "UnknownValueError") {
      return UNKNOWN;
    }
    throw error;
  }
  return toValue(raw, path, onSecret);
}

/** A state holds secrets as JSON text, in the clear or encrypted; mocks hold the value itself. */
function secretContent(raw: Record<string, unknown>, path: string, onSecret: (path: string) => void): Value {
  if ("value" in raw) {
    return toValue(raw.value, path, onSecret);
  }
  if (typeof raw.plaintext !== "string") {
    return UNKNOWN;
  }
  try {
    return toValue(JSON.parse(raw.plaintext), path, onSecret);
  } catch {
    return raw.plaintext;
  }
}

/** How a value is shown in a message, at most 120 characters of JSON. */
export function show(value: Value): string {
  if (value === undefined) {
    return "(absent)";
  }
  const text = JSON.stringify(value, (_, part) => (part === UNKNOWN ? "(not known yet)" : part));
  return text.length > 120 ? `${text.slice(0, 117)}...` : text;
}
