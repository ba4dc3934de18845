// ignoreBOM keeps a byte order mark in the text, where JSON.parse refuses it.
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * Members of the JSON object that the bytes spell, or undefined where they are not valid UTF-8, not JSON, not an
 * object, or where an object at any depth names a member twice (readers differ on which of the two counts).
 *
 * A Map rather than an object, so that no name reaches anything inherited.
 */
export function parseJsonObject(bytes: Uint8Array): Map<string, unknown> | undefined {
  try {
    const text = utf8.decode(bytes);
    const value: unknown = JSON.parse(text);
    const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
    return isObject && !namesMemberTwice(text) ? new Map(Object.entries(value)) : undefined;
  } catch {
    return undefined;
  }
}

/** A string, with the colon that makes it a member's name, or a bracket. */
const TOKEN = /("[^"\\]*(?:\\.[^"\\]*)*")(\s*:)?|[{}[\]]/g;

/** Whether some object in a text that is known to be valid JSON has two members of one name. */
function namesMemberTwice(json: string): boolean {
  const open: Set<string>[] = [];
  for (const [token, string, colon] of json.matchAll(TOKEN)) {
    if (token === "{" || token === "[") {
      open.push(new Set());
    } else if (token === "}" || token === "]") {
      open.pop();
    } else if (string !== undefined && colon !== undefined) {
      // Parsed, because "exp" and "\u0065xp" are the same name.
      const name: string = JSON.parse(string);
      const names = open.at(-1);
      if (names?.has(name)) return true;
      names?.add(name);
    }
  }
  return false;
}
