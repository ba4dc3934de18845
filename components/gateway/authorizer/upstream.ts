import {
  Agent,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  request,
} from "node:http";
import { PORT } from "../../shared/pod-layout";

/** Idle connections to ComfyUI are closed after 4 s: sooner than any upstream would, so that none is met while closing. */
const agent = new Agent({ keepAlive: true, timeout: 4000 });

/** For upgrades, whose connection is nobody else's. */
const upgradeAgent = new Agent({ keepAlive: false });

/** Headers of nginx's request that ComfyUI gets; nginx has already left out everything else of the client's. */
const FORWARDED = [
  "host",
  "accept",
  "accept-encoding",
  "accept-language",
  "user-agent",
  "range",
  "if-range",
  "if-none-match",
  "if-modified-since",
  "cache-control",
  "sec-websocket-key",
  "sec-websocket-version",
  "sec-websocket-extensions",
  "sec-websocket-protocol",
];

export function forwardedHeaders(headers: IncomingHttpHeaders): OutgoingHttpHeaders {
  const forwarded: OutgoingHttpHeaders = {};
  for (const name of FORWARDED) if (headers[name] !== undefined) forwarded[name] = headers[name];
  return forwarded;
}

/** A request to ComfyUI, with the target exactly as the client wrote it. */
export function upstreamRequest(
  target: string,
  method: string,
  headers: OutgoingHttpHeaders,
  keepAlive: boolean,
) {
  return request({
    host: "127.0.0.1",
    port: PORT.comfyui,
    path: target,
    method,
    headers,
    agent: keepAlive ? agent : upgradeAgent,
    setHost: false,
  });
}

/** Headers of an answer that are about its connection: the next hop has its own. */
const CONNECTION_HEADERS: ReadonlySet<string> = new Set([
  "connection",
  "keep-alive",
  "transfer-encoding",
  "upgrade",
  "proxy-connection",
  "te",
  "trailer",
]);

/** Headers of ComfyUI's answer that go on. */
export function answerHeaders(answer: IncomingMessage): OutgoingHttpHeaders {
  const headers: OutgoingHttpHeaders = {};
  for (const name in answer.headers) {
    if (!CONNECTION_HEADERS.has(name) && !name.startsWith("x-gateway-")) headers[name] = answer.headers[name];
  }
  return headers;
}
