/**
 * JSON as Python reads and writes it.
 *
 * JavaScript's own parser turns every number into a double and so corrupts seeds above 2^53 (ComfyUI takes them up to
 * 2^64-1), forgets the difference between `8` and `8.0`, and reorders objects whose keys look like integers, which
 * node ids do. Here an integer is a bigint, a float a Float, and an object a Map in the order it was written.
 */

/** A JSON number written with a fraction or an exponent: Python's float. */
export class Float {
  constructor(readonly value: number) {}
}

/** What `parseJson` returns. */
export type Parsed = null | boolean | string | bigint | Float | Parsed[] | ParsedObject;
export type ParsedObject = Map<string, Parsed>;

/** What `stringifyJson` accepts: parsed values, and plain objects and numbers made by this program. */
export type Writable =
  | Parsed
  | number
  | undefined
  | readonly Writable[]
  | ReadonlyMap<string, Writable>
  | { readonly [key: string]: Writable };

/** Python refuses integers of more digits than this; without a limit a long one would cost quadratic time. */
const MAX_INTEGER_DIGITS = 4300;
/** About where Python's recursion limit ends a parse. */
const MAX_DEPTH = 990;

const NUMBER = /-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?/y;
const WHITESPACE = /[ \t\n\r]*/y;
const LITERALS: readonly (readonly [string, () => Parsed])[] = [
  ["null", () => null],
  ["true", () => true],
  ["false", () => false],
  // Python's json module accepts and writes these three.
  ["NaN", () => new Float(Number.NaN)],
  ["Infinity", () => new Float(Number.POSITIVE_INFINITY)],
  ["-Infinity", () => new Float(Number.NEGATIVE_INFINITY)],
];

/** Parses `text`; throws a SyntaxError that names the offset when it is not JSON. */
export function parseJson(text: string): Parsed {
  let at = 0;

  function fail(what: string): never {
    throw new SyntaxError(`${what} at offset ${at}`);
  }
  function skipWhitespace(): void {
    WHITESPACE.lastIndex = at;
    WHITESPACE.exec(text);
    at = WHITESPACE.lastIndex;
  }
  function string(): string {
    if (text[at] !== '"') fail("expected a string");
    let end = at;
    let escaped: boolean;
    do {
      end = text.indexOf('"', end + 1);
      if (end < 0) fail("unterminated string");
      let slashes = 0;
      while (text[end - 1 - slashes] === "\\") slashes++;
      escaped = slashes % 2 === 1;
    } while (escaped);
    const value = JSON.parse(text.slice(at, end + 1)) as string;
    at = end + 1;
    return value;
  }
  function number(): Parsed {
    NUMBER.lastIndex = at;
    const match = NUMBER.exec(text);
    if (!match) fail("expected a value");
    at = NUMBER.lastIndex;
    if (match[1] !== undefined || match[2] !== undefined) return new Float(Number(match[0]));
    if (match[0].length > MAX_INTEGER_DIGITS) fail(`integer of more than ${MAX_INTEGER_DIGITS} digits`);
    return BigInt(match[0]);
  }
  function array(depth: number): Parsed[] {
    const values: Parsed[] = [];
    at++;
    skipWhitespace();
    if (text[at] === "]") {
      at++;
      return values;
    }
    for (;;) {
      values.push(value(depth));
      skipWhitespace();
      if (text[at] === "]") break;
      if (text[at] !== ",") fail("expected , or ]");
      at++;
    }
    at++;
    return values;
  }
  function object(depth: number): ParsedObject {
    const entries: ParsedObject = new Map();
    at++;
    skipWhitespace();
    if (text[at] === "}") {
      at++;
      return entries;
    }
    for (;;) {
      skipWhitespace();
      const key = string();
      skipWhitespace();
      if (text[at] !== ":") fail("expected :");
      at++;
      entries.set(key, value(depth));
      skipWhitespace();
      if (text[at] === "}") break;
      if (text[at] !== ",") fail("expected , or }");
      at++;
    }
    at++;
    return entries;
  }
  function value(depth: number): Parsed {
    if (depth > MAX_DEPTH) fail(`nested deeper than ${MAX_DEPTH}`);
    skipWhitespace();
    const first = text[at];
    if (first === '"') return string();
    if (first === "{") return object(depth + 1);
    if (first === "[") return array(depth + 1);
    for (const [literal, make] of LITERALS) {
      if (text.startsWith(literal, at)) {
        at += literal.length;
        return make();
      }
    }
    return number();
  }

  const result = value(0);
  skipWhitespace();
  if (at !== text.length) fail("extra data");
  return result;
}

/** A float as Python prints it: `8.0`, `1e-05`, `1e+16`. */
export function formatFloat(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "Infinity" : "-Infinity";
  if (value === 0) return Object.is(value, -0) ? "-0.0" : "0.0";
  const magnitude = Math.abs(value);
  if (magnitude >= 1e16 || magnitude < 1e-4) {
    return value.toExponential().replace(/e([-+])(\d)$/, "e$10$2");
  }
  const text = String(value);
  return text.includes(".") ? text : `${text}.0`;
}

function quote(text: string): string {
  // Python escapes all that is not printable ASCII; JSON.stringify leaves it.
  return JSON.stringify(text).replace(
    /[\u007f-\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** Writes `value` as Python's `json.dumps` does: `", "` and `": "` between, ASCII only, integers in full. */
export function stringifyJson(value: Writable): string {
  if (value === null || value === undefined) return "null";
  if (typeof value === "string") return quote(value);
  if (typeof value === "boolean" || typeof value === "number" || typeof value === "bigint")
    return String(value);
  if (value instanceof Float) return formatFloat(value.value);
  if (Array.isArray(value)) return `[${value.map((item: Writable) => stringifyJson(item)).join(", ")}]`;
  const entries: Iterable<[string, Writable]> =
    value instanceof Map ? value : Object.entries(value as Record<string, Writable>);
  const members: string[] = [];
  for (const [key, member] of entries) {
    if (member !== undefined) members.push(`${quote(key)}: ${stringifyJson(member)}`);
  }
  return `{${members.join(", ")}}`;
}
