import type { OutgoingHttpHeaders, ServerResponse } from "node:http";
import { PASSED_LOCATION, VERDICT, VERDICT_SECONDS } from "../handover";
import type { Verdict } from "./access";
import type { Principal } from "./principal";
import { type Refusal, refusalBody } from "./refusal";

/**
 * For how long nginx may remember that a client may. nginx counts whole seconds and includes the last one: it keeps an
 * answer for up to one second more than it is told. What a client presented never counts past its own end.
 */
function rememberedSeconds({ expiresAt = Number.POSITIVE_INFINITY }: Principal): number {
  const left = Math.floor(expiresAt - Date.now() / 1000);
  return Math.max(0, Math.min(VERDICT_SECONDS, left) - 1);
}

/** The headers by which nginx learns the verdict. */
export function verdictHeaders(verdict: Verdict): OutgoingHttpHeaders {
  const who = verdict.principal
    ? { [VERDICT.client]: verdict.principal.client, [VERDICT.auth]: verdict.principal.method }
    : {};
  if (verdict.allowed) {
    return {
      ...who,
      [VERDICT.status]: "200",
      [VERDICT.code]: "allow",
      // A session is handed out once, not to whoever comes next.
      "X-Accel-Expires": String(
        verdict.startsSession === undefined ? rememberedSeconds(verdict.principal) : 0,
      ),
      ...(verdict.startsSession !== undefined && { [VERDICT.setCookie]: verdict.startsSession }),
    };
  }
  const { status, code } = verdict.refusal;
  return {
    ...who,
    [VERDICT.status]: String(status),
    [VERDICT.code]: code,
    [VERDICT.body]: refusalBody(verdict.refusal),
    ...present({
      [VERDICT.allow]: verdict.refusal.allow,
      [VERDICT.challenge]: verdict.refusal.challenge,
      [VERDICT.retryAfter]: verdict.refusal.retryAfter,
      [VERDICT.setCookie]: verdict.refusal.setCookie,
    }),
  };
}

/** The headers that have a value. */
function present(headers: Record<string, string | number | undefined>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]])),
  );
}

/** Answers nginx's question: auth_request knows 200, 401 and 403 only; the true status is in a header. */
export function answerVerdict(response: ServerResponse, verdict: Verdict): void {
  const status = verdict.allowed ? 200 : verdict.refusal.status === 401 ? 401 : 403;
  // nginx reads every header anew whenever it remembers the verdict.
  response.sendDate = false;
  response.writeHead(status, { ...verdictHeaders(verdict), "Content-Length": "0" }).end();
}

/** Has nginx send the request on to ComfyUI. Without a body nginx can use the connection again. */
export function answerPassed(response: ServerResponse): void {
  response.writeHead(200, { "X-Accel-Redirect": PASSED_LOCATION, "Content-Length": "0" }).end();
}

/**
 * Answers the client itself. Node drops what is left of the request's body: closing the connection under nginx while it
 * still sends could cost the client the answer.
 */
export function answerRefusal(response: ServerResponse, refused: Refusal): void {
  const body = refusalBody(refused);
  response.writeHead(refused.status, refusalHeaders(refused, body)).end(body);
}

/** The same on a bare socket, where Node has handed an upgrade over. */
export function refusalMessage(refused: Refusal): string {
  const body = refusalBody(refused);
  const headers = Object.entries(refusalHeaders(refused, body)).map(
    ([name, value]) => `${name}: ${value}\r\n`,
  );
  return `HTTP/1.1 ${refused.status} Refused\r\n${headers.join("")}Connection: close\r\n\r\n${body}`;
}

function refusalHeaders(refused: Refusal, body: string): Record<string, string> {
  return {
    "Content-Type": "application/json",
    "Content-Length": String(Buffer.byteLength(body)),
    [VERDICT.code]: refused.code,
    ...present({
      Allow: refused.allow,
      "WWW-Authenticate": refused.challenge,
      "Retry-After": refused.retryAfter,
    }),
  };
}
