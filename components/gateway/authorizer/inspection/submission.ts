import { type Refusal, refusal } from "../refusal";
import { type JsonFault, scanJson } from "./json-scan";
import { quote } from "./quote";

/** A workflow as POST /prompt carries it; checked as far as every inspection needs. */
export interface Submission {
  readonly body: Readonly<Record<string, unknown>>;
  readonly prompt: Readonly<Record<string, unknown>>;
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * Parses the body of POST /prompt as strictly as both sides can: what Python and JavaScript, or a reader between them,
 * could read differently (byte order mark, invalid UTF-8, lone surrogates, NaN, a key that is there twice, text after the
 * value) is refused.
 */
export function parseSubmission(bytes: Buffer): Submission | Refusal {
  let text: string;
  try {
    text = utf8.decode(bytes);
  } catch {
    return refusal(400, "invalid_utf8", "The body is not valid UTF-8.");
  }
  // Before parsing, so that the parser need not descend into what is nested too deeply.
  const fault = scanJson(bytes);
  if (fault) return scanRefusal(fault);
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return refusal(400, "invalid_json", "The body is not one JSON value, strictly written.");
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

function scanRefusal(fault: JsonFault): Refusal {
  switch (fault.kind) {
    case "duplicate-key": {
      const message = `The body has the key ${quote(fault.key, 40)} twice in one object.`;
      return refusal(400, "duplicate_key", message);
    }
    case "nesting":
      return refusal(400, "nesting", "The body is nested deeper than 1000 levels.");
    case "lone-surrogate":
      return refusal(400, "invalid_text", "The body has a string with half a surrogate pair.");
  }
}
