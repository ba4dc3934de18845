/**
 * Below the routes, in forms that are on no list: framing of HTTP/1.1, fields of HTTP/2, upgrades to WebSocket. Each
 * brings at most the one request that it is, and none where it is two. Needs Docker.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { constants, deflateRawSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import WebSocket from "ws";
import { docker } from "../support/docker";
import { openTls, sendHttp1, sendRawAll } from "../support/gateway-client";
import { expectSecurityHeaders } from "../support/gateway-expect";
import { eventually, GatewayPod } from "../support/gateway-pod";
import {
  END_HEADERS,
  END_STREAM,
  FRAME,
  frame,
  headerBlock,
  openHttp2,
  sendRawHttp2,
} from "../support/raw-http2";

let pod: GatewayPod;
beforeAll(async () => {
  pod = await GatewayPod.start();
}, 300_000);
afterAll(() => pod?.stop());

type Headers = [string, string][];

const filled = (text: string) =>
  Buffer.from(text.replaceAll("KEY", pod.keys.admin).replaceAll("HOST", `localhost:${pod.port}`), "latin1");
const targets = async () => (await pod.hits()).map(({ target }) => target);

/** What must never be heard of upstream: the request inside, or behind, another. */
const INNER = "GET /queue?inner HTTP/1.1\r\nHost: localhost\r\nX-API-Key: KEY\r\n\r\n";
const POST = "POST /interrupt HTTP/1.1\r\nHost: HOST\r\nX-API-Key: KEY\r\n";
const GET = "GET /queue HTTP/1.1\r\nHost: HOST\r\nX-API-Key: KEY\r\n";

describe("framing of HTTP/1.1", () => {
  const chunked = `${POST}Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n`;
  const refused: [what: string, text: string][] = [
    [
      "Transfer-Encoding with a vertical tab before it",
      `${POST}Transfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n`,
    ],
    [
      "Transfer-Encoding with a vertical tab after it",
      `${POST}Transfer-Encoding: chunked\x0b\r\n\r\n0\r\n\r\n`,
    ],
    ["Transfer-Encoding in quotes", `${POST}Transfer-Encoding: "chunked"\r\n\r\n0\r\n\r\n`],
    ["Transfer-Encoding with a parameter", `${POST}Transfer-Encoding: chunked;q=1\r\n\r\n0\r\n\r\n`],
    ["Transfer-Encoding of gzip and chunks", `${POST}Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n`],
    ["Transfer-Encoding with a comma after it", `${POST}Transfer-Encoding: chunked,\r\n\r\n0\r\n\r\n`],
    ["Transfer-Encoding that is cow", `${POST}Transfer-Encoding: cow\r\nContent-Length: 0\r\n\r\n`],
    ["an empty Transfer-Encoding", `${POST}Transfer-Encoding:\r\nContent-Length: 0\r\n\r\n`],
    ["an empty Content-Length", `${POST}Content-Length:\r\n\r\n`],
    ["a Content-Length in hexadecimal", `${POST}Content-Length: 0xA\r\n\r\n0123456789`],
    ["a Content-Length with a point", `${POST}Content-Length: 5.0\r\n\r\nhello`],
    ["a Content-Length with an exponent", `${POST}Content-Length: 1e1\r\n\r\n0123456789`],
    ["a Content-Length with a tab within", `${POST}Content-Length: 1\t0\r\n\r\n0123456789`],
    ["a Content-Length in quotes", `${POST}Content-Length: "5"\r\n\r\nhello`],
    ["a Content-Length beyond 64 bits", `${POST}Content-Length: 18446744073709551621\r\n\r\nhello`],
    ["a Content-Length with a no-break space", `${POST}Content-Length: \xa05\r\n\r\nhello`],
    [
      "a Content-Length and chunks in HTTP/1.0",
      `${POST.replace("1.1", "1.0")}Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n${INNER}`,
    ],
    ["chunks in HTTP/1.0", `${POST.replace("1.1", "1.0")}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n`],
    ["a chunk's size with a sign", `${chunked}+2\r\n{}\r\n0\r\n\r\n`],
    ["a chunk's size with 0x", `${chunked}0x2\r\n{}\r\n0\r\n\r\n`],
    ["a chunk's size with an underscore", `${chunked}0_2\r\n{}\r\n0\r\n\r\n`],
    ["a chunk without a size", `${chunked};a=b\r\n{}\r\n0\r\n\r\n`],
    ["a chunk with more than its size", `${chunked}2\r\n{}GET\r\n0\r\n\r\n`],
    ["a negative chunk", `${chunked}-1\r\n{}\r\n0\r\n\r\n`],
    ["a method with a colon", "GE:T /queue HTTP/1.1\r\nHost: HOST\r\nX-API-Key: KEY\r\n\r\n"],
    ["a method of 100 letters", `${"G".repeat(100)} /queue HTTP/1.1\r\nHost: HOST\r\nX-API-Key: KEY\r\n\r\n`],
    ["no method", " /queue HTTP/1.1\r\nHost: HOST\r\nX-API-Key: KEY\r\n\r\n"],
    ["no target", "GET HTTP/1.1\r\nHost: HOST\r\nX-API-Key: KEY\r\n\r\n"],
    ["two targets", "GET /queue /free HTTP/1.1\r\nHost: HOST\r\nX-API-Key: KEY\r\n\r\n"],
    ["a target with a raw space", "GET /queue ?a HTTP/1.1\r\nHost: HOST\r\nX-API-Key: KEY\r\n\r\n"],
    ["a target with a raw byte", "GET /queue\xff HTTP/1.1\r\nHost: HOST\r\nX-API-Key: KEY\r\n\r\n"],
    ["a target with a DEL", "GET /queue?\x7f HTTP/1.1\r\nHost: HOST\r\nX-API-Key: KEY\r\n\r\n"],
    ["the version 3.0", "GET /queue HTTP/3.0\r\nHost: HOST\r\nX-API-Key: KEY\r\n\r\n"],
    ["the version 1.", "GET /queue HTTP/1.\r\nHost: HOST\r\nX-API-Key: KEY\r\n\r\n"],
    ["a version in lower case", "GET /queue http/1.1\r\nHost: HOST\r\nX-API-Key: KEY\r\n\r\n"],
    ["another protocol", "GET /queue ICAP/1.0\r\nHost: HOST\r\nX-API-Key: KEY\r\n\r\n"],
    ["a host with a user", "GET /queue HTTP/1.1\r\nHost: localhost@evil.example\r\nX-API-Key: KEY\r\n\r\n"],
    ["a host with a path", "GET /queue HTTP/1.1\r\nHost: localhost/evil\r\nX-API-Key: KEY\r\n\r\n"],
    ["a host with a comma", "GET /queue HTTP/1.1\r\nHost: localhost, evil.example\r\nX-API-Key: KEY\r\n\r\n"],
    ["a host with a space", "GET /queue HTTP/1.1\r\nHost: local host\r\nX-API-Key: KEY\r\n\r\n"],
    ["a host with an open bracket", "GET /queue HTTP/1.1\r\nHost: [::1\r\nX-API-Key: KEY\r\n\r\n"],
    ["a host with a fragment", "GET /queue HTTP/1.1\r\nHost: localhost#@evil\r\nX-API-Key: KEY\r\n\r\n"],
    ["a host that is encoded", "GET /queue HTTP/1.1\r\nHost: %6cocalhost\r\nX-API-Key: KEY\r\n\r\n"],
    ["a host with two dots", "GET /queue HTTP/1.1\r\nHost: localhost..\r\nX-API-Key: KEY\r\n\r\n"],
    [
      "a host in absolute form that differs",
      "GET https://evil.example/queue HTTP/1.1\r\nHost: HOST\r\nX-API-Key: KEY\r\n\r\n",
    ],
    ["a header line that begins with a colon", `${GET}: b\r\n\r\n`],
    ["a header with a NUL in its name", `${GET}X-\0A: b\r\n\r\n`],
    [
      "headers of 40 KB",
      `${GET}${Array.from({ length: 8 }, (_, at) => `X-${at}: ${"y".repeat(5000)}\r\n`).join("")}\r\n`,
    ],
    ["a target of 9 KB", `GET /queue?${"a".repeat(9000)} HTTP/1.1\r\nHost: HOST\r\nX-API-Key: KEY\r\n\r\n`],
    [
      "the key in a trailer",
      `POST /interrupt HTTP/1.1\r\nHost: HOST\r\nTransfer-Encoding: chunked\r\nTrailer: X-API-Key\r\n\r\n0\r\nX-API-Key: KEY\r\n\r\n`,
    ],
    ["the preface of HTTP/2", `PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n${INNER}`],
  ];
  it.each(refused)("%s is refused, and nothing behind it is heard", async (_, text) => {
    await pod.forget();
    const replies = await sendRawAll(pod, filled(`${text}${INNER.replace("KEY", "cf_0")}`), 600);
    for (const reply of replies) {
      expect([400, 401, 405, 414, 421, 501, 505]).toContain(reply.status);
      expectSecurityHeaders(reply);
    }
    expect(await targets()).toEqual([]);
  });

  const single: [what: string, text: string, body?: string][] = [
    ["a chunk's extension", `${chunked}2;a=b;c="d"\r\n{}\r\n0;e\r\n\r\n`, "{}"],
    ["an extension that ends in a bare LF", `${chunked}2;a\n{}\r\n0\r\n\r\n`, "{}"],
    [
      "an extension that hides a request",
      `${chunked}2;a="\r\n{}\r\n0;\\"GET /queue?inner HTTP/1.1"\r\n\r\n`,
      "{}",
    ],
    ["a size with leading zeros", `${chunked}0000000002\r\n{}\r\n000\r\n\r\n`, "{}"],
    [
      "a trailer that claims",
      `${chunked}2\r\n{}\r\n0\r\nX-Gateway-Route: free\r\nContent-Length: 50\r\nHost: evil\r\n\r\n`,
      "{}",
    ],
    [
      "a length with leading zeros",
      `${POST}Content-Type: application/json\r\nContent-Length: 0000002\r\n\r\n{}`,
      "{}",
    ],
    ["an empty line before it", `\r\n\r\n${POST}Content-Length: 0\r\n\r\n`],
    [
      "Connection naming the length",
      `${POST}Connection: content-length\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}`,
      "{}",
    ],
    [
      "Connection naming what the gateway hands over",
      `${POST}Connection: x-gateway-purpose, x-gateway-method\r\nContent-Length: 0\r\n\r\n`,
    ],
    ["TE: trailers, chunked", `${POST}TE: trailers, chunked\r\nContent-Length: 0\r\n\r\n`],
    ["a header line that ends in a bare CR", `${POST}X-A: b\rX-B: c\r\nContent-Length: 0\r\n\r\n`],
    ["a header line that ends in a bare LF", `${POST}X-A: b\nX-B: c\r\nContent-Length: 0\r\n\r\n`],
    ["headers that end in bare LFs", `${POST.replaceAll("\r\n", "\n")}Content-Length: 0\n\n`],
    ["a header line without a colon", `${POST}X-A\r\nContent-Length: 0\r\n\r\n`],
    ["Max-Forwards", `${POST}Max-Forwards: 0\r\nContent-Length: 0\r\n\r\n`],
    [
      "a rewrite of its target",
      `${POST}X-Original-URL: /free\r\nX-Rewrite-URL: /free\r\nX-Original-URI: /free\r\nX-Forwarded-Uri: /free\r\nContent-Length: 0\r\n\r\n`,
    ],
  ];
  it.each(single)(
    "with %s it is one request, and another that has no key of its own is refused",
    async (_, text, body = "") => {
      await pod.forget();
      const behind = INNER.replace("KEY", "cf_0").replace(
        "Host: localhost\r\n",
        "Host: HOST\r\nConnection: close\r\n",
      );
      const replies = await sendRawAll(pod, filled(`${text}${behind}`), 600);
      const statuses = replies.map(({ status }) => status);
      // Either both are answered as what they are, or the connection ends at what is odd.
      expect([[200, 401], [200], [400]]).toContainEqual(statuses);
      const hits = await pod.hits();
      expect(hits.map(({ target }) => target)).toEqual(statuses[0] === 200 ? ["/interrupt"] : []);
      for (const hit of hits) {
        expect(Buffer.from(hit.body, "base64").toString()).toBe(body);
        expect(
          Object.keys(hit.headers).filter((name) => /^(?:x-|te$|trailer|max-forwards)/.test(name)),
        ).toEqual([]);
      }
    },
  );

  it("a request of HTTP/1.0 needs its key as well, and gets no second answer", async () => {
    await pod.forget();
    for (const [headers, status] of [
      ["Host: HOST\r\n", 401],
      ["Host: HOST\r\nX-API-Key: KEY\r\nConnection: keep-alive\r\n", 200],
    ] as const) {
      const replies = await sendRawAll(pod, filled(`GET /queue HTTP/1.0\r\n${headers}\r\n`), 600);
      expect(replies.map((reply) => reply.status)).toEqual([status]);
    }
    expect(await targets()).toEqual(["/queue"]);
  });
});

describe("fields of HTTP/2", () => {
  const pseudo = (overrides: Record<string, string> = {}): Headers =>
    Object.entries({
      ":method": "POST",
      ":scheme": "https",
      ":path": "/interrupt",
      ":authority": `localhost:${pod.port}`,
      ...overrides,
    });
  const withKey = (): Headers => [["x-api-key", pod.keys.admin]];
  const cases: [what: string, fields: () => Headers, body?: string][] = [
    [
      "an extended CONNECT (RFC 8441)",
      () => [...pseudo({ ":method": "CONNECT", ":path": "/ws" }), [":protocol", "websocket"], ...withKey()],
    ],
    ["CONNECT", () => [[":method", "CONNECT"], [":authority", "127.0.0.1:8188"], ...withKey()]],
    ["an empty method", () => [...pseudo({ ":method": "" }), ...withKey()]],
    ["a method with a space", () => [...pseudo({ ":method": "GET /queue" }), ...withKey()]],
    ["a method in lower case", () => [...pseudo({ ":method": "post" }), ...withKey()]],
    ["a path in asterisk form", () => [...pseudo({ ":method": "OPTIONS", ":path": "*" }), ...withKey()]],
    ["a path with two slashes", () => [...pseudo({ ":path": "//evil.example/interrupt" }), ...withKey()]],
    ["a path with a NUL", () => [...pseudo({ ":path": "/interrupt\0" }), ...withKey()]],
    ["a path with CR LF", () => [...pseudo({ ":path": "/queue HTTP/1.1\r\nX: y" }), ...withKey()]],
    ["a path with a tab", () => [...pseudo({ ":path": "/interrupt\t" }), ...withKey()]],
    ["a path with a backslash", () => [...pseudo({ ":path": "\\interrupt" }), ...withKey()]],
    ["a path of another scheme", () => [...pseudo({ ":path": "file:///interrupt" }), ...withKey()]],
    ["an authority with a user", () => [...pseudo({ ":authority": "localhost@evil.example" }), ...withKey()]],
    ["an authority with a path", () => [...pseudo({ ":authority": "localhost/x" }), ...withKey()]],
    ["an authority with a space", () => [...pseudo({ ":authority": "local host" }), ...withKey()]],
    ["an empty authority", () => [...pseudo({ ":authority": "" }), ...withKey()]],
    ["two authorities", () => [...pseudo(), [":authority", "evil.example"], ...withKey()]],
    ["two schemes", () => [...pseudo(), [":scheme", "http"], ...withKey()]],
    ["no method", () => [...pseudo().filter(([name]) => name !== ":method"), ...withKey()]],
    ["no path", () => [...pseudo().filter(([name]) => name !== ":path"), ...withKey()]],
    ["no scheme", () => [...pseudo().filter(([name]) => name !== ":scheme"), ...withKey()]],
    ["a status", () => [...pseudo(), [":status", "200"], ...withKey()]],
    ["a pseudo-header in capitals", () => [...pseudo(), [":Path", "/free"], ...withKey()]],
    ["two hosts", () => [...pseudo(), ["host", "localhost"], ["host", "evil.example"], ...withKey()]],
    [
      "two lengths",
      () => [...pseudo(), ["content-length", "2"], ["content-length", "50"], ...withKey()],
      "{}",
    ],
    ["a length of nothing with a body", () => [...pseudo(), ["content-length", "0"], ...withKey()], "{}"],
    ["a length that is none", () => [...pseudo(), ["content-length", "2, 2"], ...withKey()], "{}"],
    ["a name with a space", () => [...pseudo(), ["x a", "b"], ...withKey()]],
    ["a name with a colon", () => [...pseudo(), ["x-api-key:", pod.keys.admin]]],
    ["a name with a NUL", () => [...pseudo(), ["x-api-key\0", pod.keys.admin]]],
    ["a name with a line break", () => [...pseudo(), ["x-a\nx-api-key", pod.keys.admin]]],
    ["an empty name", () => [...pseudo(), ["", pod.keys.admin]]],
    ["a name in capitals", () => [...pseudo(), ["X-API-KEY", pod.keys.admin]]],
    ["a name with an underscore", () => [...pseudo(), ["x_api_key", pod.keys.admin]]],
    ["a value with a bare CR", () => [...pseudo(), ["x-api-key", `${pod.keys.admin}\r`]]],
    ["a value with a bare LF", () => [...pseudo(), ["x-a", `b\nx-api-key: ${pod.keys.admin}`]]],
    ["a value with a vertical tab", () => [...pseudo(), ["x-api-key", `${pod.keys.admin}\x0b`]]],
    [
      "an origin with a control character",
      () => [...pseudo(), ["origin", `https://localhost:${pod.port}\x01`], ...withKey()],
    ],
    ["a user agent with a control character", () => [...pseudo(), ["user-agent", "a\x0bb"], ...withKey()]],
    ["keep-alive", () => [...pseudo(), ["keep-alive", "timeout=5"], ...withKey()]],
    ["proxy-connection", () => [...pseudo(), ["proxy-connection", "close"], ...withKey()]],
  ];
  it.each(cases)("with %s bring nothing further than nginx", async (_, fields, body) => {
    await pod.forget();
    const { status } = await sendRawHttp2(pod, fields(), body);
    expect([0, 400, 401, 405, 421]).toContain(status);
    expect(await pod.hits()).toEqual([]);
  });

  it("a key in the trailers is none, and trailers go nowhere", async () => {
    const send = async (fields: Headers, trailers: Headers) => {
      await pod.forget();
      const socket = await openHttp2(pod);
      socket.on("error", () => {});
      socket.resume();
      socket.write(
        Buffer.concat([
          frame(FRAME.headers, END_HEADERS, 1, headerBlock(fields)),
          frame(FRAME.data, 0, 1, Buffer.from("{}")),
          frame(FRAME.headers, END_HEADERS | END_STREAM, 1, headerBlock(trailers)),
        ]),
      );
      await sleep(400);
      socket.destroy();
      return pod.hits();
    };
    const type: Headers = [["content-type", "application/json"]];
    expect(await send([...pseudo(), ...type], withKey())).toEqual([]);
    const claims: Headers = [
      ["x-gateway-route", "free"],
      ["x-smuggled", "1"],
      ["content-length", "9"],
    ];
    for (const hit of await send([...pseudo(), ...type, ...withKey()], claims)) {
      expect(hit.target).toBe("/interrupt");
      expect(Object.keys(hit.headers).filter((name) => name.startsWith("x-"))).toEqual([]);
    }
  });

  it("a pseudo-header after the others is the one that it is: nginx does not mind, and nothing comes of it", async () => {
    await pod.forget();
    const late = [...pseudo().slice(0, 2), ...withKey(), ...pseudo().slice(2)];
    expect((await sendRawHttp2(pod, late)).status).toBe(200);
    expect(await targets()).toEqual(["/interrupt"]);
    expect((await sendRawHttp2(pod, [...late, [":path", "/free"]])).status).not.toBe(200);
    expect(await targets()).toEqual(["/interrupt"]);
  });

  it("control: without the oddities it is served", async () => {
    expect((await sendRawHttp2(pod, [...pseudo(), ...withKey()])).status).toBe(200);
    const odd: Headers = [
      ["te", "trailers"],
      ["priority", "u=0"],
      ["cookie", "a=b"],
      ["cookie", "c=d"],
    ];
    expect((await sendRawHttp2(pod, [...pseudo(), ...odd, ...withKey()])).status).toBe(200);
  });
});

describe("an upgrade", () => {
  const upgrade = (more: string, method = "GET /ws HTTP/1.1") =>
    `${method}\r\nHost: HOST\r\nX-API-Key: KEY\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n${more}\r\n`;
  const version = "Sec-WebSocket-Version: 13\r\n";
  const nonce = "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n";
  const odd: [what: string, text: string][] = [
    ["of a version that ComfyUI does not speak", upgrade(`Sec-WebSocket-Version: 1337\r\n${nonce}`)],
    ["without a version", upgrade(nonce)],
    ["without a key of the handshake", upgrade(version)],
    ["with two keys of the handshake", upgrade(`${version}${nonce}${nonce}`)],
    ["with a short key of the handshake", upgrade(`${version}Sec-WebSocket-Key: AA==\r\n`)],
    ["with POST", upgrade(`${version}${nonce}Content-Length: 0\r\n`, "POST /ws HTTP/1.1")],
    ["with HEAD", upgrade(`${version}${nonce}`, "HEAD /ws HTTP/1.1")],
    ["with HTTP/1.0", upgrade(`${version}${nonce}`, "GET /ws HTTP/1.0")],
    ["to two protocols in two lines", upgrade(`Upgrade: h2c\r\n${version}${nonce}`)],
    [
      "to a protocol's look-alike",
      upgrade(`${version}${nonce}`).replace("websocket\r\n", "websocket/13\r\n"),
    ],
    ["of another path", upgrade(`${version}${nonce}`, "GET /queue?inner HTTP/1.1").replaceAll("KEY", "cf_0")],
    ["of a longer path", upgrade(`${version}${nonce}`, "GET /ws/x HTTP/1.1")],
    ["of the origin null", upgrade(`${version}${nonce}Origin: null\r\n`)],
    ["of two origins", upgrade(`${version}${nonce}Origin: https://HOST\r\nOrigin: https://evil.example\r\n`)],
  ];
  it.each(odd)(
    "%s opens nothing, and what comes behind it is no request (WebSocket smuggling)",
    async (_, text) => {
      await pod.forget();
      const replies = await sendRawAll(pod, filled(`${text}${INNER.replace("KEY", "cf_0")}`), 700);
      expect(replies.map(({ status }) => status)).not.toContain(101);
      for (const { status } of replies) expect([400, 401, 403, 404, 405, 426, 502]).toContain(status);
      expect((await targets()).filter((target) => target !== "/ws")).toEqual([]);
      expect(await pod.openSockets()).toBe(0);
    },
  );

  it("speaks what both sides agree on, however it is written", async () => {
    for (const more of [
      "Sec-WebSocket-Protocol: chat, superchat\r\n",
      "Sec-WebSocket-Extensions: permessage-deflate; x\r\n",
      "",
    ]) {
      const text = upgrade(`${version}${nonce}${more}`)
        .replace("Connection: Upgrade", "connection: keep-alive, UPGRADE")
        .replace("websocket", "WebSocket");
      const [reply] = await sendRawAll(pod, filled(text), 500);
      expect([101, 502]).toContain(reply?.status);
      expect(reply?.headers["x-api-key"]).toBeUndefined();
    }
    await eventually(async () => (await pod.openSockets()) === 0, "they are closed");
  });
});

describe("an open socket", () => {
  const open = (options = {}): Promise<WebSocket> => {
    const headers = { "X-API-Key": pod.keys.worker };
    const socket = new WebSocket(`wss://localhost:${pod.port}/ws`, { ca: pod.ca, headers, ...options });
    return new Promise((resolve, reject) => {
      socket.on("open", () => resolve(socket));
      socket.on("error", reject);
    });
  };
  /** What the authorizer, through which every socket goes, holds, in MiB. */
  const memory = () => {
    const listed = docker("top", pod.container("authorizer"), "-eo", "pid,rss,args").split("\n").slice(1);
    return listed.reduce((sum, line) => sum + Number(line.trim().split(/\s+/)[1]), 0) / 1024;
  };
  const served = async () => {
    const headers: Headers = [["X-API-Key", pod.keys.worker]];
    const started = Date.now();
    expect((await sendHttp1(pod, { target: "/models", headers })).status).toBe(200);
    expect(Date.now() - started).toBeLessThan(3000);
  };
  /** A frame of a client; masked with zeros, which changes nothing. */
  const clientFrame = (first: number, payload: Buffer, length = BigInt(payload.length)) => {
    const head = Buffer.alloc(14);
    head[0] = first;
    head[1] = 0x80 | 127;
    head.writeBigUInt64BE(length, 2);
    return Buffer.concat([head, payload]);
  };
  /** Writes frames on a socket that has been opened by hand. */
  const raw = async (extensions: string, ...frames: Buffer[]) => {
    const socket = await openTls(pod);
    let isClosed = false;
    socket.on("error", () => {});
    socket.on("close", () => {
      isClosed = true;
    });
    socket.resume();
    socket.write(
      filled(
        `GET /ws HTTP/1.1\r\nHost: HOST\r\nX-API-Key: KEY\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n${extensions}\r\n`,
      ),
    );
    await sleep(200);
    for (const bytes of frames) socket.write(bytes);
    return { socket, closed: () => isClosed };
  };

  it("that sends a compressed bomb costs the gateway no memory", async () => {
    const before = memory();
    const zeros = deflateRawSync(Buffer.alloc(128 * 1024 * 1024), { finishFlush: constants.Z_SYNC_FLUSH });
    const { socket } = await raw(
      "Sec-WebSocket-Extensions: permessage-deflate\r\n",
      ...Array.from({ length: 4 }, () => clientFrame(0xc1, zeros)),
    );
    await served();
    await sleep(500);
    expect(memory() - before).toBeLessThan(100);
    socket.destroy();
  });

  it.each([
    ["that announces 2^62 bytes", clientFrame(0x82, Buffer.alloc(100), 2n ** 62n)],
    ["whose ping is too long", clientFrame(0x89, Buffer.alloc(200))],
    ["of an opcode nobody knows", clientFrame(0x8b, Buffer.alloc(1))],
    ["that is not masked", Buffer.from([0x81, 1, 0x61])],
    ["with reserved bits", clientFrame(0xf1, Buffer.alloc(1))],
    ["that continues nothing", clientFrame(0x80, Buffer.alloc(1))],
    ["that is a request", Buffer.from("GET /queue?inner HTTP/1.1\r\nHost: localhost\r\n\r\n")],
  ])("with a frame %s ends on both sides", async (_, bytes) => {
    await pod.forget();
    const { socket, closed } = await raw("", bytes);
    await eventually(async () => closed() && (await pod.openSockets()) === 0, "both sides are closed", 5000);
    expect(await targets()).toEqual(["/ws"]);
    socket.destroy();
    await served();
  });

  it("that sends as fast as it can, and reads nothing, holds up nobody and fills nothing", async () => {
    const before = memory();
    const socket = await open({ perMessageDeflate: false });
    socket.pause();
    for (let sent = 0; sent < 20_000; sent++) socket.send("x".repeat(5000));
    for (let round = 0; round < 5; round++) {
      await served();
      await sleep(100);
    }
    expect(memory() - before).toBeLessThan(100);
    socket.terminate();
    await eventually(async () => (await pod.openSockets()) === 0, "it is closed");
  });
});
