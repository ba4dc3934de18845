import type { TLSSocket } from "node:tls";
import { openTls } from "./gateway-client";
import type { GatewayPod } from "./gateway-pod";

/** What came back on the stream: a status, or 0 where the stream or the connection was refused. */
export interface RawAnswer {
  status: number;
}

export const FRAME = {
  data: 0,
  headers: 1,
  priority: 2,
  reset: 3,
  settings: 4,
  pushPromise: 5,
  ping: 6,
  goaway: 7,
  windowUpdate: 8,
  continuation: 9,
} as const;
export const END_STREAM = 1;
export const END_HEADERS = 4;

/** A connection on which HTTP/2 has begun, for hand-made frames. */
export async function openHttp2(pod: GatewayPod): Promise<TLSSocket> {
  const socket = await openTls(pod, { ALPNProtocols: ["h2"] });
  socket.write(
    Buffer.concat([
      Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
      frame(FRAME.settings, 0, 0, Buffer.alloc(0)),
    ]),
  );
  return socket;
}

/**
 * One HTTP/2 request out of hand-made frames, for what no client library lets through: fields in any order, spelling
 * and number.
 */
export async function sendRawHttp2(
  pod: GatewayPod,
  fields: readonly [name: string, value: string][],
  body?: string,
): Promise<RawAnswer> {
  const socket = await openHttp2(pod);
  const flags = END_HEADERS | (body === undefined ? END_STREAM : 0);
  socket.write(
    Buffer.concat([
      frame(FRAME.headers, flags, 1, headerBlock(fields)),
      ...(body === undefined ? [] : [frame(FRAME.data, END_STREAM, 1, Buffer.from(body))]),
    ]),
  );
  let received = Buffer.alloc(0);
  return new Promise((resolve) => {
    const finish = (status: number) => {
      socket.destroy();
      resolve({ status });
    };
    socket.setTimeout(3000, () => finish(0));
    socket.on("error", () => finish(0));
    socket.on("close", () => finish(0));
    socket.on("data", (chunk: Buffer) => {
      received = Buffer.concat([received, chunk]);
      while (received.length >= 9 && received.length >= 9 + received.readUIntBE(0, 3)) {
        const payload = received.subarray(9, 9 + received.readUIntBE(0, 3));
        const type = received[3];
        received = received.subarray(9 + payload.length);
        if (type === FRAME.headers) finish(statusOf(payload));
        else if (type === FRAME.reset || type === FRAME.goaway) finish(0);
      }
    });
  });
}

/** Fields in HPACK, each a literal that is not remembered. */
export function headerBlock(fields: readonly [name: string, value: string][]): Buffer {
  return Buffer.concat(fields.map(([name, value]) => literal(name, value)));
}

export function frame(type: number, flags: number, stream: number, payload: Buffer): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head[3] = type;
  head[4] = flags;
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

/** A field in HPACK as a literal without indexing, in plain octets; up to 126 of them each. */
function literal(name: string, value: string): Buffer {
  const text = (octets: string) => {
    const bytes = Buffer.from(octets, "latin1");
    if (bytes.length > 126) throw new Error("longer than one length octet");
    return Buffer.concat([Buffer.from([bytes.length]), bytes]);
  };
  return Buffer.concat([Buffer.from([0]), text(name), text(value)]);
}

/** nginx sends :status first: indexed, or as three plain digits. */
function statusOf(block: Buffer): number {
  const indexed: Record<number, number> = {
    136: 200,
    137: 204,
    138: 206,
    139: 304,
    140: 400,
    141: 404,
    142: 500,
  };
  // A change of the table's size may come before it.
  const start = block.findIndex((octet) => (octet & 0xe0) !== 0x20);
  const known = indexed[block[start] ?? 0];
  return known ?? Number(block.toString("latin1", start + 2, start + 5));
}
