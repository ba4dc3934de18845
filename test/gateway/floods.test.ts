/**
 * Clients that mean harm: frames without end, headers and bodies that never come, answers that nobody reads. Whatever
 * they do ends, costs little memory, and keeps nobody else waiting. Needs Docker.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { TLSSocket } from "node:tls";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { docker } from "../support/docker";
import { errorOf, openTls, send, sendHttp1, sendRaw, sendRawAll } from "../support/gateway-client";
import { digest, eventually, GatewayPod, newKey } from "../support/gateway-pod";
import { END_HEADERS, END_STREAM, FRAME, frame, headerBlock, openHttp2 } from "../support/raw-http2";

let pod: GatewayPod;
beforeAll(async () => {
  pod = await GatewayPod.start();
}, 300_000);
afterAll(() => pod?.stop());

type Headers = [string, string][];
const key = (role: "worker" | "user" | "admin"): Headers => [["X-API-Key", pod.keys[role]]];

/** Longest time that an honest request may take meanwhile, on a machine with other things to do. */
const PATIENCE_MS = 3000;
const MEMORY_MIB = 200;

/** Asks as an honest client while something else goes on; the slowest answer in milliseconds. */
async function servedDuring(harm: Promise<unknown>): Promise<number> {
  let over = false;
  void harm.finally(() => {
    over = true;
  });
  let slowest = 0;
  do {
    const started = Date.now();
    const reply = await sendHttp1(pod, { target: "/system_stats", headers: key("worker") });
    expect(reply.status).toBe(200);
    slowest = Math.max(slowest, Date.now() - started);
    await sleep(20);
  } while (!over);
  await harm;
  return slowest;
}

/** What nginx's processes hold, in MiB. */
function nginxMemory(): number {
  const listed = docker("top", pod.container("nginx"), "-eo", "pid,rss,args").split("\n").slice(1);
  return listed.reduce((sum, line) => sum + Number(line.trim().split(/\s+/)[1]), 0) / 1024;
}

/** Writes parts until all are written or the gateway closes. @returns whether it closed */
async function flood(socket: TLSSocket, count: number, part: (index: number) => Buffer): Promise<boolean> {
  let isClosed = false;
  let goOn = () => {};
  socket.on("close", () => {
    isClosed = true;
    goOn();
  });
  socket.on("drain", () => goOn());
  socket.on("error", () => {});
  socket.resume();
  const pause = (milliseconds: number) =>
    Promise.race([sleep(milliseconds), new Promise<void>((resolve) => (goOn = resolve))]);
  for (let index = 0; index < count && !isClosed; index += 200) {
    const parts = Array.from({ length: Math.min(200, count - index) }, (_, at) => part(index + at));
    if (!socket.write(Buffer.concat(parts))) await pause(3000);
  }
  if (!isClosed) await pause(1000);
  socket.destroy();
  return isClosed;
}

const request = (more: Headers = []): Headers => [
  [":method", "GET"],
  [":scheme", "https"],
  [":path", "/system_stats"],
  [":authority", `localhost:${pod.port}`],
  ...more.map(([name, value]): [string, string] => [name.toLowerCase(), value]),
];
const headers = (stream: number, fields: Headers, flags: number) =>
  frame(FRAME.headers, flags, stream, headerBlock(fields));
const CANCEL = Buffer.from([0, 0, 0, 8]);

/** One entry in the table of HPACK, named again and again: 16 KiB that stand for 60 MiB. */
function headerBomb(): Buffer {
  const value = Buffer.alloc(3900, "x");
  const length = Buffer.from([0x7f, ((value.length - 127) & 0x7f) | 0x80, (value.length - 127) >> 7]);
  const entry = Buffer.concat([Buffer.from([0x40, 1]), Buffer.from("x"), length, value]);
  const block = Buffer.concat([headerBlock(request()), entry, Buffer.alloc(11_000, 0xbe)]);
  return frame(FRAME.headers, END_HEADERS | END_STREAM, 1, block);
}

describe("a flood over HTTP/2", () => {
  const odd = (index: number) => 2 * index + 1;
  const floods: [what: string, count: number, part: (index: number) => Buffer, ends: boolean][] = [
    [
      "of requests that are reset at once",
      10_000,
      (index) =>
        Buffer.concat([
          headers(odd(index), request(), END_HEADERS | END_STREAM),
          frame(FRAME.reset, 0, odd(index), CANCEL),
        ]),
      true,
    ],
    [
      "of a valid client's requests that are reset at once",
      10_000,
      (index) =>
        Buffer.concat([
          headers(odd(index), request(key("worker")), END_HEADERS | END_STREAM),
          frame(FRAME.reset, 0, odd(index), CANCEL),
        ]),
      true,
    ],
    [
      "of headers that go on and on",
      10_000,
      (index) =>
        index === 0
          ? headers(1, request(), END_STREAM)
          : frame(FRAME.continuation, 0, 1, headerBlock([[`x-${index}`, "y".repeat(100)]])),
      true,
    ],
    [
      "of headers without content",
      200_000,
      (index) =>
        index === 0 ? headers(1, request(), END_STREAM) : frame(FRAME.continuation, 0, 1, Buffer.alloc(0)),
      false,
    ],
    ["of one header a thousand times over", 1, headerBomb, true],
    ["of settings", 200_000, () => frame(FRAME.settings, 0, 0, Buffer.alloc(0)), true],
    ["of pings", 200_000, () => frame(FRAME.ping, 0, 0, Buffer.alloc(8)), true],
    ["of priorities", 200_000, () => frame(FRAME.priority, 0, 1, Buffer.from([0, 0, 0, 3, 16])), true],
    [
      "of empty data",
      200_000,
      (index) =>
        index === 0
          ? headers(1, [[":method", "POST"], ...request(key("worker")).slice(1)], END_HEADERS)
          : frame(FRAME.data, 0, 1, Buffer.alloc(0)),
      false,
    ],
    ["of frames nobody knows", 200_000, () => frame(0xfa, 0, 0, Buffer.alloc(8)), false],
    [
      "of windows beyond their size",
      2,
      () => frame(FRAME.windowUpdate, 0, 0, Buffer.from([0x7f, 0xff, 0xff, 0xff])),
      true,
    ],
    [
      "of a frame that is too large",
      1,
      () => frame(FRAME.headers, END_HEADERS, 1, Buffer.alloc(20_000)),
      true,
    ],
    ["of a pushed stream", 1, () => frame(FRAME.pushPromise, END_HEADERS, 1, Buffer.alloc(8)), true],
    ["of an even stream", 1, () => headers(2, request(), END_HEADERS | END_STREAM), true],
  ];

  // Those that are borne for longer cost nginx less than the client that sends them.
  it.each(floods)(
    "%s keeps nobody waiting, and ends where it would cost something",
    async (_, count, part, ends) => {
      const socket = await openHttp2(pod);
      let closed = false;
      const harm = flood(socket, count, part).then((outcome) => {
        closed = outcome;
      });
      expect(await servedDuring(harm)).toBeLessThan(PATIENCE_MS);
      expect(closed).toBe(ends);
      expect(nginxMemory()).toBeLessThan(MEMORY_MIB);
    },
  );

  it("control: three hundred honest requests at once of one connection pass", async () => {
    const replies = await Promise.all(
      Array.from({ length: 300 }, () =>
        send(pod, "HTTP/2", { target: "/system_stats", headers: key("worker") }),
      ),
    );
    expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([200]));
  });
});

describe("a slow client", () => {
  const opened = async (
    count: number,
    begin: string,
  ): Promise<{ socket: TLSSocket; received: () => string }[]> =>
    Promise.all(
      Array.from({ length: count }, async () => {
        const socket = await openTls(pod);
        let text = "";
        socket.on("error", () => {});
        socket.on("data", (chunk) => {
          text += chunk;
        });
        socket.write(begin);
        return { socket, received: () => text };
      }),
    );
  const start = (target: string, more = "") =>
    `POST ${target} HTTP/1.1\r\nHost: localhost\r\nX-API-Key: ${pod.keys.user}\r\n${more}`;

  it("of any kind loses its connection within seconds, and keeps nobody waiting", async () => {
    const json = "Content-Type: application/json\r\nContent-Length: 1000000\r\n\r\n{";
    const slow = [
      // One header in a second, and it is never the last.
      ...(await opened(50, "GET / HTTP/1.1\r\nHost: localhost\r\n")),
      // Nothing of the body but its first byte.
      ...(await opened(50, start("/prompt", json))),
      ...(await opened(50, start("/settings", json))),
      ...(await opened(20, start("/userdata/slow.json", json))),
    ];
    const dripping = setInterval(() => {
      for (const { socket } of slow.slice(0, 50)) if (socket.writable) socket.write("X-A: b\r\n");
    }, 1000);
    try {
      const allClosed = eventually(
        async () => slow.every(({ socket }) => socket.destroyed || socket.readableEnded),
        "all are closed",
        25_000,
      );
      expect(await servedDuring(allClosed)).toBeLessThan(PATIENCE_MS);
      const statuses = new Set(slow.map(({ received }) => received().slice(9, 12)));
      for (const status of statuses) expect(["", "400", "408"]).toContain(status);
    } finally {
      clearInterval(dripping);
      for (const { socket } of slow) socket.destroy();
    }
  }, 40_000);

  it("without a key is answered before its body, and not waited for", async () => {
    const [one] = await opened(
      1,
      start("/prompt", "Content-Length: 1000000\r\n\r\n{").replace(/X-API-Key: \S+\r\n/, ""),
    );
    await eventually(async () => one?.received().startsWith("HTTP/1.1 401") === true, "it is refused", 2000);
    one?.socket.destroy();
  });

  it("that does not read holds up its own answer only", async () => {
    const big = `GET /view?respond=big&size=200000000 HTTP/1.1\r\nHost: localhost\r\nX-API-Key: ${pod.keys.user}\r\n\r\n`;
    const deaf = await Promise.all(
      Array.from({ length: 20 }, async () => {
        const socket = await openTls(pod);
        socket.pause();
        socket.write(big);
        return socket;
      }),
    );
    expect(await servedDuring(sleep(1500))).toBeLessThan(PATIENCE_MS);
    expect(nginxMemory()).toBeLessThan(MEMORY_MIB);
    for (const socket of deaf) socket.destroy();
  });
});

describe("a body that is announced", () => {
  const announce = (target: string, length: string, more = "", apiKey = pod.keys.user) =>
    sendRawAll(
      pod,
      `POST ${target} HTTP/1.1\r\nHost: localhost\r\nX-API-Key: ${apiKey}\r\nContent-Type: application/json\r\nContent-Length: ${length}\r\n${more}\r\n`,
      500,
    );

  it.each([
    ["/userdata/big.json", 100 * 1024 * 1024],
    ["/api/userdata/big.json", 100 * 1024 * 1024],
    ["/upload/image", 25 * 1024 * 1024],
    ["/prompt", 1024 * 1024],
    ["/api/prompt", 1024 * 1024],
    ["/settings", 1024 * 1024],
  ])("as too large for %s is 413 before a byte of it, whatever is expected", async (target, limit) => {
    await pod.forget();
    for (const more of ["", "Expect: 100-continue\r\n"]) {
      const replies = await announce(target, String(limit + 1), more);
      expect(replies.map(({ status }) => status)).toEqual([413]);
      expect(errorOf(replies[0] as (typeof replies)[0])?.code).toBe("body_too_large");
    }
    for (const length of ["18446744073709551616", "9223372036854775808", "99999999999999999999"]) {
      for (const { status } of await announce(target, length)) expect([400, 413]).toContain(status);
    }
    expect(await pod.hits()).toEqual([]);
  });

  it("without a valid key is refused, whatever is expected", async () => {
    await pod.forget();
    for (const apiKey of [newKey(), "x"]) {
      const replies = await announce("/prompt", "100", "Expect: 100-continue\r\n", apiKey);
      // nginx may say 100 before it throws a body away.
      expect(replies.at(-1)?.status).toBe(401);
    }
    expect(await pod.hits()).toEqual([]);
  });

  it.each(["100-Continue", "100-continue, 100-continue", "x", "200-ok", ""])(
    "with Expect: %s is one request, and no more",
    async (value) => {
      await pod.forget();
      const body = '{"client_id":"expecting","prompt":{}}';
      const text = `POST /prompt HTTP/1.1\r\nHost: localhost\r\nX-API-Key: ${pod.keys.user}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\nExpect: ${value}\r\nConnection: close\r\n\r\n${body}`;
      const replies = await sendRawAll(pod, text, 1500);
      const final = replies.filter(({ status }) => status >= 200);
      expect(final.map(({ status }) => status)).toEqual([200]);
      expect((await pod.hits()).map(({ target }) => target)).toEqual(["/prompt"]);
      expect((await pod.hits())[0]?.headers.expect).toBeUndefined();
    },
  );

  it("with HEAD is not the next request (CVE-2024-33452)", async () => {
    await pod.forget();
    const inner = `GET /queue HTTP/1.1\r\nHost: localhost\r\nX-API-Key: ${pod.keys.admin}\r\n\r\n`;
    for (const target of ["/system_stats", "/prompt", "/view?filename=a.png"]) {
      for (const framing of [
        `Content-Length: ${inner.length}\r\n\r\n${inner}`,
        `Transfer-Encoding: chunked\r\n\r\n${inner.length.toString(16)}\r\n${inner}\r\n0\r\n\r\n`,
      ]) {
        const head = `HEAD ${target} HTTP/1.1\r\nHost: localhost\r\nX-API-Key: ${pod.keys.admin}\r\n${framing}`;
        await sendRaw(pod, head, 500);
      }
    }
    expect((await pod.hits()).map(({ target }) => target)).not.toContain("/queue");
  });
});

it("a restart forgets what a client has used of its limit", async () => {
  const limited = newKey();
  const client = {
    name: "limited",
    role: "worker",
    apiKeyDigests: [digest(limited)],
    rate: "1r/h",
    burst: 0,
  } as const;
  expect(pod.applyAuthorizer([...pod.clients(), client])).toMatchObject({ status: 0 });
  const submit = async () => {
    const body = '{"client_id":"limited","prompt":{}}';
    const headers: Headers = [
      ["X-API-Key", limited],
      ["Content-Type", "application/json"],
    ];
    return (await send(pod, "HTTP/1.1", { method: "POST", target: "/prompt", headers, body })).status;
  };
  expect([await submit(), await submit()]).toEqual([200, 429]);
  docker("restart", "--time", "5", pod.container("authorizer"));
  await eventually(
    async () => (await send(pod, "HTTP/1.1", { target: "/models", headers: key("worker") })).status === 200,
    "the authorizer serves again",
  );
  expect(await submit()).toBe(200);
});
