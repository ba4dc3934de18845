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
  return Object.fromEntries(
    FORWARDED.flatMap((name) => (headers[name] === undefined ? [] : [[name, headers[name]]])),
  );
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
    agent: keepAlive ? agent : false,
    setHost: false,
  });
}

/** Headers of ComfyUI's answer that go on; those of the connection are the next hop's own. */
export function answerHeaders(answer: IncomingMessage): OutgoingHttpHeaders {
  const connection = [
    "connection",
    "keep-alive",
    "transfer-encoding",
    "upgrade",
    "proxy-connection",
    "te",
    "trailer",
  ];
  return Object.fromEntries(
    Object.entries(answer.headers).filter(
      ([name]) => !connection.includes(name) && !name.startsWith("x-gateway-"),
    ),
  );
}
