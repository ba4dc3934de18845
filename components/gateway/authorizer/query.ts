import { type Refusal, refusal } from "./refusal";

const MAX_ARGUMENTS = 64;

/**
 * Reads a query so that everybody reads the same: refuses an argument that is there twice (ComfyUI takes the first,
 * others the last), a `;` (older parsers split there), and what is not percent-encoded UTF-8.
 *
 * @param query what follows the `?`, undecoded
 */
export function parseQuery(query: string): ReadonlyMap<string, string> | Refusal {
  const result = new Map<string, string>();
  if (query === "") return result;
  const pairs = query.split("&", MAX_ARGUMENTS + 1);
  if (pairs.length > MAX_ARGUMENTS) {
    return refusal(400, "invalid_query", `The query has more than ${MAX_ARGUMENTS} arguments.`);
  }
  for (const pair of pairs) {
    if (pair === "") continue;
    const equals = pair.indexOf("=");
    const name = decode(equals === -1 ? pair : pair.slice(0, equals));
    const value = decode(equals === -1 ? "" : pair.slice(equals + 1));
    if (name === undefined || value === undefined || name === "") {
      return refusal(
        400,
        "invalid_query",
        "The query is not percent-encoded UTF-8, or an argument has no name.",
      );
    }
    if (result.has(name)) {
      return refusal(400, "duplicate_argument", "An argument of the query is there more than once.");
    }
    result.set(name, value);
  }
  return result;
}

/** The query of a request target; a fragment never travels, and is refused by not being a query's character. */
export function queryOf(target: string): string {
  const mark = target.indexOf("?");
  return mark === -1 ? "" : target.slice(mark + 1);
}

/** Undefined where two parsers may disagree. */
function decode(text: string): string | undefined {
  if (!/^[\x21-\x7e]*$/.test(text) || /[;#]/.test(text)) return undefined;
  try {
    const decoded = decodeURIComponent(text.replace(/\+/g, " "));
    return decoded.includes("\0") ? undefined : decoded;
  } catch {
    return undefined;
  }
}
