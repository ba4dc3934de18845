import { type ClientHttp2Session, connect as connectHttp2 } from "node:http2";
import { connect, type TLSSocket } from "node:tls";
import type { GatewayPod } from "./gateway-pod";

/** A request as the tests write it: nothing is normalised on the way out. */
export interface Call {
  method?: string;
  /** The raw target. */
  target: string;
  /** In order; a name may be there twice. */
  headers?: [name: string, value: string][];
  body?: string | Buffer;
  /** Client certificate to connect with. */
  identity?: Identity;
}

/** A client certificate and its key, both PEM. */
export interface Identity {
  certificate: string;
  key: string;
}

/** Weak certificates are for the gateway to refuse, not for the client. */
function tlsOf({ certificate, key }: Identity) {
  return { cert: certificate, key, ciphers: "DEFAULT:@SECLEVEL=0" };
}

export interface Reply {
  /** 0 where the connection was closed or the stream reset without an answer. */
  status: number;
  headers: Record<string, string[]>;
  body: Buffer;
}

export type Protocol = "HTTP/1.1" | "HTTP/2";

export function send(pod: GatewayPod, protocol: Protocol, call: Call): Promise<Reply> {
  return protocol === "HTTP/1.1" ? sendHttp1(pod, call) : sendHttp2(pod, call);
}

/** Error body of the gateway; undefined where the answer is not one. */
export function errorOf(reply: Reply): { status: number; code: string; message: string } | undefined {
  try {
    return JSON.parse(reply.body.toString()).error;
  } catch {
    return undefined;
  }
}

export function http1Text({ method = "GET", target, headers = [], body }: Call, host: string): Buffer {
  const own = headers.map(([name]) => name.toLowerCase());
  const lines = [
    `${method} ${target} HTTP/1.1`,
    ...(own.includes("host") ? [] : [`Host: ${host}`]),
    ...headers.map(([name, value]) => `${name}: ${value}`),
    ...(body === undefined || own.includes("content-length") || own.includes("transfer-encoding")
      ? []
      : [`Content-Length: ${Buffer.byteLength(body)}`]),
    ...(own.includes("connection") ? [] : ["Connection: close"]),
  ];
  return Buffer.concat([Buffer.from(`${lines.join("\r\n")}\r\n\r\n`, "latin1"), Buffer.from(body ?? "")]);
}

export function sendHttp1(pod: GatewayPod, call: Call): Promise<Reply> {
  return sendRaw(pod, http1Text(call, `localhost:${pod.port}`), 4000, call.identity);
}

export function openTls(pod: GatewayPod, options: Parameters<typeof connect>[1] = {}): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const socket = connect(
      {
        host: "127.0.0.1",
        port: pod.port,
        servername: "localhost",
        ca: pod.ca,
        ALPNProtocols: ["http/1.1"],
        ...options,
      },
      () => resolve(socket),
    );
    socket.on("error", reject);
  });
}

/** Writes bytes over TLS and reads the first answer, until the gateway closes or `quietMs` pass without a byte. */
export async function sendRaw(
  pod: GatewayPod,
  bytes: Buffer | string,
  quietMs = 4000,
  identity?: Identity,
): Promise<Reply> {
  const replies = await sendRawAll(pod, bytes, quietMs, identity);
  return replies[0] ?? { status: 0, headers: {}, body: Buffer.alloc(0) };
}

/** The same, with every answer there was on the connection. */
export async function sendRawAll(
  pod: GatewayPod,
  bytes: Buffer | string,
  quietMs = 4000,
  identity?: Identity,
): Promise<Reply[]> {
  const socket = await openTls(pod, identity && tlsOf(identity));
  const chunks: Buffer[] = [];
  return new Promise((resolve) => {
    const finish = () => {
      socket.destroy();
      resolve(parseReplies(Buffer.concat(chunks)));
    };
    socket.setTimeout(quietMs, finish);
    socket.on("data", (chunk: Buffer) => chunks.push(chunk));
    socket.on("error", finish);
    socket.on("close", finish);
    socket.write(bytes);
  });
}

function parseReplies(bytes: Buffer): Reply[] {
  const replies: Reply[] = [];
  let rest = bytes;
  while (rest.length > 0) {
    const end = rest.indexOf("\r\n\r\n");
    const head = rest.subarray(0, end === -1 ? rest.length : end).toString("latin1");
    const match = /^HTTP\/1\.1 (\d{3})/.exec(head);
    if (!match || end === -1) break;
    const headers: Record<string, string[]> = {};
    for (const line of head.split("\r\n").slice(1)) {
      const name = line.slice(0, line.indexOf(":")).toLowerCase();
      headers[name] = [...(headers[name] ?? []), line.slice(line.indexOf(":") + 1).trim()];
    }
    const { body, consumed } = parseBody(rest.subarray(end + 4), Number(match[1]), headers);
    replies.push({ status: Number(match[1]), headers, body });
    rest = rest.subarray(end + 4 + consumed);
  }
  return replies;
}

function parseBody(
  bytes: Buffer,
  status: number,
  headers: Record<string, string[]>,
): { body: Buffer; consumed: number } {
  if (headers["transfer-encoding"]?.[0] === "chunked") {
    const parts: Buffer[] = [];
    let position = 0;
    for (;;) {
      const line = bytes.indexOf("\r\n", position);
      const size = line === -1 ? 0 : Number.parseInt(bytes.toString("latin1", position, line), 16);
      if (line === -1 || size === 0)
        return { body: Buffer.concat(parts), consumed: line === -1 ? bytes.length : line + 4 };
      parts.push(bytes.subarray(line + 2, line + 2 + size));
      position = line + 2 + size + 2;
    }
  }
  if (status < 200) return { body: Buffer.alloc(0), consumed: 0 };
  const length = headers["content-length"]?.[0];
  const consumed = length === undefined ? bytes.length : Math.min(Number(length), bytes.length);
  return { body: bytes.subarray(0, consumed), consumed };
}

/** One connection a pod for all calls over HTTP/2; HTTP/1.1 makes a new one for each. */
const sessions = new WeakMap<GatewayPod, ClientHttp2Session>();

/** The last stream that a session's server has taken; it says so when it goes away. */
const lastTaken = new WeakMap<ClientHttp2Session, number>();

function newSession(pod: GatewayPod, identity?: Identity): ClientHttp2Session {
  const session = connectHttp2(`https://localhost:${pod.port}`, {
    ca: pod.ca,
    servername: "localhost",
    ...(identity && tlsOf(identity)),
  });
  session.on("error", () => {});
  return session;
}

function sessionOf(pod: GatewayPod): ClientHttp2Session {
  const open = sessions.get(pod);
  if (open && !open.closed && !open.destroyed && !lastTaken.has(open)) return open;
  const session = newSession(pod);
  session.on("goaway", (_, lastStream) => lastTaken.set(session, lastStream));
  session.unref();
  sessions.set(pod, session);
  return session;
}

/** Sends again what the server did not take when it went away, as every client of HTTP/2 does. */
export function sendHttp2(pod: GatewayPod, call: Call): Promise<Reply> {
  const { method = "GET", target, headers = [], body } = call;
  return new Promise((resolve) => {
    const fields: Record<string, string[]> = {};
    for (const [name, value] of headers) {
      const key = name.toLowerCase();
      fields[key] = [...(fields[key] ?? []), value];
    }
    const { host, ...others } = fields;
    const session = call.identity ? newSession(pod, call.identity) : sessionOf(pod);
    const stream = session.request(
      {
        ":method": method,
        ":path": target,
        ":authority": host?.[0] ?? `localhost:${pod.port}`,
        ...Object.fromEntries(
          Object.entries(others).map(([name, values]) => [name, values.length === 1 ? values[0] : values]),
        ),
      },
      { endStream: body === undefined },
    );
    const reply: Reply = { status: 0, headers: {}, body: Buffer.alloc(0) };
    const chunks: Buffer[] = [];
    stream.on("response", (received) => {
      reply.status = received[":status"] ?? 0;
      for (const [name, value] of Object.entries(received)) {
        if (!name.startsWith(":")) reply.headers[name] = [value].flat().map(String);
      }
    });
    stream.on("data", (chunk: Buffer) => chunks.push(chunk));
    stream.on("error", () => {});
    stream.on("close", () => {
      if (call.identity) session.close();
      const last = lastTaken.get(session);
      const untaken =
        reply.status === 0 && last !== undefined && (stream.id ?? Number.POSITIVE_INFINITY) > last;
      resolve(untaken ? sendHttp2(pod, call) : { ...reply, body: Buffer.concat(chunks) });
    });
    if (body !== undefined) stream.end(body);
  });
}
