/** What `JSON.parse` accepts in silence, though ComfyUI (or a reader between us) may see something else. */
export type JsonFault =
  | { readonly kind: "duplicate-key"; readonly key: string }
  | { readonly kind: "nesting" }
  | { readonly kind: "lone-surrogate" };

/** Levels of arrays and objects: about what Python's parser takes. */
const MAX_NESTING = 1000;

/** From this many keys on, an object's keys are kept in a Set: linear search would make a huge object quadratic. */
const LINEAR_KEYS = 16;

const QUOTE = 0x22;
const ZERO = 0x30;
const BACKSLASH = 0x5c;
const LOWER_D = 0x64;
const LOWER_U = 0x75;

/** What a byte outside of strings means to the scan; 0 for most. */
const STRUCTURE = new Uint8Array(256);
const STRING = 1;
const NEXT = 2;
const OPEN_OBJECT = 3;
const OPEN_ARRAY = 4;
const CLOSE = 5;
STRUCTURE[QUOTE] = STRING;
STRUCTURE[0x2c] = NEXT;
STRUCTURE[0x7b] = OPEN_OBJECT;
STRUCTURE[0x5b] = OPEN_ARRAY;
STRUCTURE[0x7d] = CLOSE;
STRUCTURE[0x5d] = CLOSE;

/**
 * Reads JSON once, byte by byte, without descending: linear in time, one frame a level.
 *
 * Of bytes that are not JSON in UTF-8 it may say anything, but it comes to an end; the decoder and `JSON.parse` judge
 * that. Scan before parsing: a parser need not descend into what is nested too deeply.
 *
 * @param maxNesting levels of arrays and objects that are allowed. Defaults to 1,000.
 */
export function scanJson(json: Buffer, maxNesting: number = MAX_NESTING): JsonFault | undefined {
  const { length } = json;
  const frames: Frame[] = [];
  let depth = 0;
  let frame: Frame | undefined;
  let expectsKey = false;
  for (let index = 0; index < length; index++) {
    const structure = STRUCTURE[json[index] as number];
    if (structure === 0) continue;
    if (structure === STRING) {
      const start = index + 1;
      let hash = 0;
      let escaped = false;
      // Only an escape \ud800 to \udfff can spell half a pair: as UTF-8 the decoder refuses it.
      let halved = false;
      let byte = 0;
      if (expectsKey) {
        for (index = start; index < length; index++) {
          byte = json[index] as number;
          if (byte === QUOTE) break;
          if (byte === BACKSLASH) {
            escaped = true;
            index++;
            if (isSurrogateEscape(json, index)) halved = true;
          }
          hash = (Math.imul(hash, 31) + byte) | 0;
        }
      } else {
        // Most bytes are those of texts, which nobody compares.
        for (index = start; index < length; index++) {
          byte = json[index] as number;
          if (byte === QUOTE) break;
          if (byte === BACKSLASH) {
            index++;
            if (isSurrogateEscape(json, index)) halved = true;
          }
        }
      }
      if (halved && hasLoneSurrogate(json, start, index)) return { kind: "lone-surrogate" };
      if (expectsKey && frame !== undefined) {
        expectsKey = false;
        if (escaped ? !frame.addEscaped(json, start, index) : !frame.add(json, hash, start, index)) {
          return { kind: "duplicate-key", key: decoded(json, start, index) };
        }
      }
    } else if (structure === NEXT) {
      expectsKey = frame?.isObject ?? false;
    } else if (structure === CLOSE) {
      if (depth > 0) depth--;
      frame = depth === 0 ? undefined : frames[depth - 1];
      expectsKey = false;
    } else {
      if (depth === maxNesting) return { kind: "nesting" };
      frame = frames[depth];
      if (frame === undefined) {
        frame = new Frame();
        frames.push(frame);
      }
      expectsKey = structure === OPEN_OBJECT;
      frame.open(expectsKey);
      depth++;
    }
  }
  return undefined;
}

/** One open array or object; the next one at the same depth uses it again, so small objects cost no allocation. */
class Frame {
  isObject = false;
  #count = 0;
  readonly #hashes = new Int32Array(LINEAR_KEYS);
  readonly #starts = new Int32Array(LINEAR_KEYS);
  readonly #ends = new Int32Array(LINEAR_KEYS);
  /** Used instead of the arrays once an object has many keys, or one with an escape; holds what `keyOf` gives. */
  #keys: Set<string | number> | undefined;

  open(isObject: boolean): void {
    this.isObject = isObject;
    this.#count = 0;
    this.#keys = undefined;
  }

  /** False where the object has the key already. */
  add(json: Buffer, hash: number, start: number, end: number): boolean {
    if (this.#keys !== undefined || this.#count === LINEAR_KEYS) return this.addEscaped(json, start, end);
    for (let position = 0; position < this.#count; position++) {
      if (this.#hashes[position] === hash && this.#isSame(json, position, start, end)) return false;
    }
    this.#hashes[this.#count] = hash;
    this.#starts[this.#count] = start;
    this.#ends[this.#count] = end;
    this.#count++;
    return true;
  }

  /** The same by the key's text. */
  addEscaped(json: Buffer, start: number, end: number): boolean {
    if (this.#keys === undefined) {
      this.#keys = new Set();
      for (let position = 0; position < this.#count; position++) {
        this.#keys.add(keyOf(json, this.#starts[position] as number, this.#ends[position] as number));
      }
    }
    const before = this.#keys.size;
    return this.#keys.add(keyOf(json, start, end)).size > before;
  }

  #isSame(json: Buffer, position: number, start: number, end: number): boolean {
    const other = this.#starts[position] as number;
    const otherEnd = this.#ends[position] as number;
    return json.compare(json, start, end, other, otherEnd) === 0;
  }
}

/** Longest key that may be a number: exact, and small enough to be kept without an allocation. */
const MAX_DIGITS = 9;
const NUMBER = new RegExp(`^(?:0|[1-9]\\d{0,${MAX_DIGITS - 1}})$`);

/**
 * A key as one value for all its spellings. Node ids are numbers written in digits, hundreds in one object: they need no
 * text made of them.
 */
function keyOf(json: Buffer, start: number, end: number): string | number {
  const number = digitsOf(json, start, end);
  if (number !== undefined) return number;
  const text = decoded(json, start, end);
  return NUMBER.test(text) ? Number(text) : text;
}

/** The number that the bytes spell in digits, without a zero in front; undefined where they do not. */
function digitsOf(json: Buffer, start: number, end: number): number | undefined {
  if (end === start || end - start > MAX_DIGITS || (json[start] === ZERO && end - start > 1))
    return undefined;
  let number = 0;
  for (let index = start; index < end; index++) {
    const digit = (json[index] as number) - ZERO;
    if (digit < 0 || digit > 9) return undefined;
    number = number * 10 + digit;
  }
  return number;
}

/** The string between two quotes; as it is written where it is not valid. */
function decoded(json: Buffer, start: number, end: number): string {
  const text = json.toString("utf8", start, end);
  if (!text.includes("\\")) return text;
  try {
    return String(JSON.parse(`"${text}"`));
  } catch {
    return text;
  }
}

/** Whether a `u` and a `d` come next: the escapes \\ud000 to \\udfff, halves of pairs among them. */
function isSurrogateEscape(json: Buffer, index: number): boolean {
  return json[index] === LOWER_U && ((json[index + 1] as number) | 0x20) === LOWER_D;
}

function hasLoneSurrogate(json: Buffer, start: number, end: number): boolean {
  return /\p{Surrogate}/u.test(decoded(json, start, end));
}
