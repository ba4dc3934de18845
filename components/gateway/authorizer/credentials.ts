/** What a client presents to prove who it is, one entry a header; undefined where it is absent or empty. */
export interface Credentials {
  /** X-API-Key; nginx joins repeated ones with ", ". */
  readonly apiKey: string | undefined;
  /** Authorization; nginx refuses repeated ones. */
  readonly authorization: string | undefined;
  /** The header Cookie, where it holds a session; nginx joins repeated ones with "; ". */
  readonly session?: string | undefined;
  /** The client certificate in PEM, percent-encoded, where nginx has verified it; otherwise what is no certificate. */
  readonly certificate?: string | undefined;
}
