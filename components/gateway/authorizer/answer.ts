import type { OutgoingHttpHeaders, ServerResponse } from "node:http";
import { VERDICT, VERDICT_SECONDS } from "../handover";
import type { Verdict } from "./access";
import { type Refusal, refusalBody } from "./refusal";

/** nginx counts whole seconds and includes the last one: it keeps an answer for up to one second more than it is told. */
const NGINX_REMEMBERS = String(VERDICT_SECONDS - 1);

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
      "X-Accel-Expires": NGINX_REMEMBERS,
    };
  }
  const { status, code, allow, retryAfter } = verdict.refusal;
  return {
    ...who,
    [VERDICT.status]: String(status),
    [VERDICT.code]: code,
    [VERDICT.body]: refusalBody(verdict.refusal),
    ...(allow === undefined ? {} : { [VERDICT.allow]: allow }),
    ...(retryAfter === undefined ? {} : { [VERDICT.retryAfter]: String(retryAfter) }),
  };
}

/** Answers nginx's question: auth_request knows 200, 401 and 403 only; the true status is in a header. */
export function answerVerdict(response: ServerResponse, verdict: Verdict): void {
  const status = verdict.allowed ? 200 : verdict.refusal.status === 401 ? 401 : 403;
  response.writeHead(status, { ...verdictHeaders(verdict), "Content-Length": "0" }).end();
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

function refusalHeaders({ code, allow, retryAfter }: Refusal, body: string): Record<string, string> {
  return {
    "Content-Type": "application/json",
    "Content-Length": String(Buffer.byteLength(body)),
    [VERDICT.code]: code,
    ...(allow === undefined ? {} : { Allow: allow }),
    ...(retryAfter === undefined ? {} : { "Retry-After": String(retryAfter) }),
  };
}
