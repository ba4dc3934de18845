import { type Refusal, refusal } from "../refusal";

/** A workflow as POST /prompt carries it; checked as far as every inspection needs. */
export interface Submission {
  readonly body: Readonly<Record<string, unknown>>;
  readonly prompt: Readonly<Record<string, unknown>>;
}

const MAX_NESTING = 1000;

/**
 * Parses the body of POST /prompt as strictly as both sides can: what Python and JavaScript read differently (byte
 * order mark, invalid UTF-8, lone surrogates, NaN, text after the value) is refused. Of a key that is there twice both
 * take the last.
 */
export function parseSubmission(bytes: Uint8Array): Submission | Refusal {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return refusal(400, "invalid_utf8", "The body is not valid UTF-8.");
  }
  if (nesting(text) > MAX_NESTING) {
    return refusal(400, "nesting", `The body is nested deeper than ${MAX_NESTING} levels.`);
  }
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return refusal(400, "invalid_json", "The body is not one JSON value, strictly written.");
  }
  if (hasLoneSurrogate(body)) {
    return refusal(400, "invalid_text", "The body has a string with half a surrogate pair.");
  }
  if (!isObject(body)) return refusal(400, "invalid_shape", "The body is not a JSON object.");
  if (!isObject(body.prompt)) {
    return refusal(400, "no_prompt", 'The body has no "prompt" that is a JSON object of nodes.');
  }
  return { body, prompt: body.prompt };
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The deepest level of arrays and objects, counted in the text: before a parser has to descend. */
function nesting(text: string): number {
  let depth = 0;
  let deepest = 0;
  let inString = false;
  for (let index = 0; index < text.length; index++) {
    const character = text.charCodeAt(index);
    if (inString) {
      if (character === 0x5c) index++;
      else if (character === 0x22) inString = false;
    } else if (character === 0x22) inString = true;
    else if (character === 0x5b || character === 0x7b) deepest = Math.max(deepest, ++depth);
    else if (character === 0x5d || character === 0x7d) depth--;
  }
  return deepest;
}

function hasLoneSurrogate(value: unknown): boolean {
  if (typeof value === "string") return /\p{Surrogate}/u.test(value);
  if (Array.isArray(value)) return value.some(hasLoneSurrogate);
  if (isObject(value)) {
    return Object.entries(value).some(([key, entry]) => hasLoneSurrogate(key) || hasLoneSurrogate(entry));
  }
  return false;
}
