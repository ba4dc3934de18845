/**
 * Bytes of a base64url text (RFC 7515: no padding), or undefined where the text is not the one canonical spelling of
 * its bytes. Padding, white space, `+`, `/`, an impossible length and stray bits in the last character are refused,
 * so two texts never stand for the same credential.
 */
export function decodeBase64url(text: string): Buffer | undefined {
  return decodeCanonical(text, "base64url");
}

/** As `decodeBase64url`, for the padded base64 of RFC 4648 section 4. */
export function decodeBase64(text: string): Buffer | undefined {
  return decodeCanonical(text, "base64");
}

/** Node's decoder skips what it does not know, so only a text that comes back unchanged is canonical. */
function decodeCanonical(text: string, encoding: "base64" | "base64url"): Buffer | undefined {
  const bytes = Buffer.from(text, encoding);
  return bytes.toString(encoding) === text ? bytes : undefined;
}
