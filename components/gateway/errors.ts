/** The gateway's own refusals: one shape, whether nginx or the authorizer answers. */

export type ErrorStatus =
  | 400
  | 401
  | 403
  | 404
  | 405
  | 413
  | 414
  | 415
  | 421
  | 429
  | 500
  | 501
  | 502
  | 503
  | 504
  | 505;

/**
 * One line of ASCII JSON. It travels in a response header and in an nginx string in single quotes, so `'`, `$` and
 * control characters are escaped.
 */
export function errorBody(status: ErrorStatus, code: string, message: string): string {
  return JSON.stringify({ error: { status, code, message } }).replace(
    /['$\u007f-\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
