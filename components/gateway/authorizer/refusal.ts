import { type ErrorStatus, errorBody } from "../errors";

/** Why a request does not pass, in the terms the client sees. */
export interface Refusal {
  readonly status: ErrorStatus;
  /** Short and stable: goes to the audit log too. */
  readonly code: string;
  readonly message: string;
  /** Value of the Allow header, with 405. */
  readonly allow?: string;
  /** Value of the Retry-After header, in seconds, with 429 and 503. */
  readonly retryAfter?: number;
  /** Value of the WWW-Authenticate header, with 401. */
  readonly challenge?: string;
  /** Value of the Set-Cookie header: makes a browser forget a session that does not hold. */
  readonly setCookie?: string;
}

export function refusal(
  status: ErrorStatus,
  code: string,
  message: string,
  headers: Pick<Refusal, "allow" | "retryAfter"> = {},
): Refusal {
  return { status, code, message, ...headers };
}

export function refusalBody({ status, code, message }: Refusal): string {
  return errorBody(status, code, message);
}
