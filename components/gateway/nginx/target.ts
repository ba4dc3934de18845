/** A word in which any letter may be percent-encoded: nginx finds the route all the same, and so does aiohttp. */
const spelt = (word: string): string =>
  [...word].map((letter) => `(?:${letter}|%${letter.charCodeAt(0).toString(16)})`).join("");

const VIEW = `^/(?:${spelt("api")}/)?${spelt("view")}\\?`;

/**
 * What a raw request target must not look like, whoever asks: spellings that nginx and aiohttp resolve differently, or
 * that only an attack uses. Regular expressions in the common subset of PCRE and JavaScript, matched case-insensitively
 * on the target as it came (path and query).
 */
export const TARGET_FAULTS: readonly { what: string; pattern: string }[] = [
  { what: "a control character, a space or a byte beyond ASCII", pattern: "[^\\x21-\\x7e]" },
  { what: "a fragment", pattern: "#" },
  {
    what: "a character that RFC 3986 does not have in paths, or a path parameter",
    pattern: "^[^?]*[^A-Za-z0-9._~!$&'()*+,=:@%/?-]",
  },
  { what: "an empty segment", pattern: "^[^?]*//" },
  { what: "a dot segment", pattern: "^[^?]*(?:/|%2f)\\.\\.?(?:[/?]|%2f|$)" },
  {
    what: "an encoded dot, backslash, percent sign, control character or overlong UTF-8",
    pattern: "^[^?]*%(?:2e|5c|25|[01][0-9a-f]|7f|c[01]|f[5-9a-f])",
  },
  {
    what: "an encoded slash at the edge of a segment",
    pattern: "^[^?]*(?:/%2f|%2f(?:%2f|[/?]|$))",
  },
  {
    what: "a way out of ComfyUI's folders in what /view is asked for",
    pattern: [
      `${VIEW}.*(?:[=/\\x5c]|%2f|%5c)(?:\\.|%2e){2}(?:[/\\x5c&]|%2f|%5c|$)`,
      `${VIEW}.*=(?:[/\\x5c]|%2f|%5c)`,
      `${VIEW}.*%(?:[01][0-9a-f]|7f)`,
    ].join("|"),
  },
];
