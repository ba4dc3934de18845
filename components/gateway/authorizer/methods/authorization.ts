/** What a header `Authorization` presents. `credentials` is the Basic scheme's base64 text, not decoded yet. */
export type Authorization =
  | { readonly scheme: "bearer"; readonly token: string }
  | { readonly scheme: "basic"; readonly credentials: string }
  | { readonly scheme: "malformed" };

/** One scheme, one space, one token68 (RFC 9110, 11.4): no list, no parameters, no white space to disagree about. */
const CREDENTIALS = /^(bearer|basic) ([A-Za-z0-9\-._~+/]+=*)$/i;

/**
 * Reads the value of one header `Authorization`. Scheme names count in any case. Another scheme, a second token, an
 * extra space and an empty token are all malformed. That the header is there only once is for the caller to see to.
 */
export function parseAuthorization(value: string): Authorization {
  const [, scheme, text] = CREDENTIALS.exec(value) ?? [];
  if (scheme === undefined || text === undefined) return { scheme: "malformed" };
  return scheme.toLowerCase() === "bearer"
    ? { scheme: "bearer", token: text }
    : { scheme: "basic", credentials: text };
}
