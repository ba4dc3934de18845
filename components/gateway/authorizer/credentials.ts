/** What a client presents to prove who it is, one entry a kind; undefined where it is absent or empty. */
export interface Credentials {
  /** X-API-Key; nginx joins repeated ones with ", ". */
  readonly apiKey: string | undefined;
  /** Authorization; nginx refuses repeated ones. */
  readonly authorization: string | undefined;
}
