/** Below the routes: header spoofing and leakage, request smuggling, TLS. Needs Docker. */
import { connect as connectTcp } from "node:net";
import { type ConnectionOptions, connect as connectTls } from "node:tls";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { errorOf, type Protocol, send, sendHttp1, sendRaw, sendRawAll } from "../support/gateway-client";
import { expectPassed, expectRefused, expectSecurityHeaders } from "../support/gateway-expect";
import { GatewayPod } from "../support/gateway-pod";
import { sendRawHttp2 } from "../support/raw-http2";

let pod: GatewayPod;
beforeAll(async () => {
  pod = await GatewayPod.start();
}, 300_000);
afterAll(() => pod?.stop());

const PROTOCOLS: Protocol[] = ["HTTP/1.1", "HTTP/2"];
type Headers = [string, string][];
const key = (role: "worker" | "user" | "admin"): Headers => [["X-API-Key", pod.keys[role]]];

describe.each(PROTOCOLS)("headers over %s", (protocol) => {
  it("nothing a client claims reaches ComfyUI, and no credential does", async () => {
    const spoofed: Headers = [
      ...key("admin"),
      ["X-Forwarded-For", "6.6.6.6"],
      ["X-Forwarded-Host", "evil.example"],
      ["X-Forwarded-Proto", "http"],
      ["X-Forwarded-Uri", "/x"],
      ["X-Forwarded-Method", "GET"],
      ["Forwarded", "for=6.6.6.6"],
      ["X-Real-IP", "6.6.6.6"],
      ["X-SSL-Client-Verify", "SUCCESS"],
      ["X_Forwarded_Proto", "http"],
      ["X_API_Key", "x"],
      ["comfy-user", "somebody"],
      ["comfy_user", "somebody"],
      ["X-Gateway-Client", "forged"],
      ["X-Gateway-Route", "free"],
      ["Cookie", "session=abcdef"],
      ["Origin", pod.origin],
      ["Sec-Fetch-Site", "cross-site"],
      ["X-HTTP-Method-Override", "POST"],
    ];
    await expectPassed(pod, protocol, { target: "/queue", headers: spoofed });
    const [hit] = await pod.hits();
    const allowed = ["host", "connection", "accept", "accept-encoding", "user-agent"];
    expect(Object.keys(hit?.headers ?? {}).filter((name) => !allowed.includes(name))).toEqual([]);
    expect(hit?.headers.host).toBe(`localhost:${pod.port}`);
    expect(JSON.stringify(hit)).not.toContain(pod.keys.admin);
  });

  it("through the authorizer neither", async () => {
    const headers: Headers = [
      ...key("admin"),
      ["Content-Type", "application/json"],
      ["comfy-user", "x"],
      ["Cookie", "a=b"],
    ];
    const body = '{"prompt":{"1":{"class_type":"A","inputs":{}}},"client_id":"c"}';
    await expectPassed(pod, protocol, { method: "POST", target: "/prompt", headers, body });
    const [hit] = await pod.hits();
    const allowed = [
      "host",
      "connection",
      "content-type",
      "content-length",
      "accept",
      "accept-encoding",
      "user-agent",
    ];
    expect(Object.keys(hit?.headers ?? {}).filter((name) => !allowed.includes(name))).toEqual([]);
    expect(hit?.headers.host).toBe(`localhost:${pod.port}`);
  });

  it("the address in the audit log is the connection's", async () => {
    const mark = pod.auditMark();
    await send(pod, protocol, {
      target: "/queue",
      headers: [
        ["X-Forwarded-For", "6.6.6.6"],
        ["X-Real-IP", "6.6.6.6"],
      ],
    });
    const lines = await pod.auditSince(mark, 401);
    expect(lines.join()).not.toContain("6.6.6.6");
  });

  it("what ComfyUI says of itself stays inside", async () => {
    const reply = await expectPassed(pod, protocol, {
      target: "/view?respond=headers",
      headers: key("worker"),
    });
    expectSecurityHeaders(reply);
    for (const name of ["x-powered-by", "set-cookie", "x-gateway-verdict", "x-gateway-client"]) {
      expect(reply.headers[name]).toBeUndefined();
    }
    expect(reply.headers["content-security-policy"]?.[0]).toMatch(/sandbox/);
  });

  it.each(["/view", "/prompt"])("a stack trace of %s stays inside", async (path) => {
    const reply = await send(pod, protocol, {
      target: `${path}?respond=stack-trace`,
      headers: key("worker"),
    });
    expect(reply.status).toBe(500);
    expect(errorOf(reply)?.code).toBe("internal_error");
    expect(reply.body.toString()).not.toContain("SECRET");
    expectSecurityHeaders(reply);
  });

  it("ComfyUI's own 400 passes unchanged", async () => {
    for (const target of ["/view?respond=bad-request", "/prompt?respond=bad-request"]) {
      const reply = await send(pod, protocol, { target, headers: key("worker") });
      expect([reply.status, reply.body.toString()]).toEqual([400, '{"error":{"type":"from_upstream"}}']);
    }
  });

  it("ComfyUI cannot redirect nginx to an internal location", async () => {
    const reply = await send(pod, protocol, { target: "/view?respond=accel", headers: key("worker") });
    expect([reply.status, reply.body.toString()]).toEqual([200, "from upstream"]);
  });

  it("the content policy fits what is served", async () => {
    const policy = async (target: string) =>
      (await send(pod, protocol, { target, headers: key("admin") })).headers[
        "content-security-policy"
      ]?.[0] ?? "";
    expect(await policy("/")).toMatch(/script-src 'self'/);
    expect(await policy("/assets/a.js")).toMatch(/script-src 'self'/);
    expect(await policy("/view?filename=x.svg")).toMatch(/default-src 'none';.*sandbox/);
    expect(await policy("/userdata/a.json")).toMatch(/default-src 'none';.*sandbox/);
    expect(await policy("/queue")).toMatch(/default-src 'none'/);
  });

  it.each([
    ["image/png", 'filename="x.png"', 'filename="x.png"'],
    ["video/mp4", 'filename="x.mp4"', 'filename="x.mp4"'],
    ["application/json", "attachment", "attachment"],
    ["image/svg+xml", 'filename="x.svg"', 'attachment; filename="x.svg"'],
    ["text/html", 'filename="x.html"', 'attachment; filename="x.html"'],
    ["Text/HTML; charset=utf-8", 'inline; filename="x.html"', 'attachment; filename="x.html"'],
    ["application/xhtml+xml", "inline", "attachment"],
    ["text/xml", undefined, "attachment"],
    ["text/javascript", 'filename="a\\"; inline"', "attachment"],
    ["application/octet-stream", 'attachment; filename="x.bin"', 'attachment; filename="x.bin"'],
    ["multipart/x-mixed-replace", "inline", "attachment"],
    ["x-unknown/imaginary", "inline", "attachment"],
  ])("a file of the type %s, sent with %j, comes with %j", async (type, sent, expected) => {
    const query = `respond=text&type=${encodeURIComponent(type)}`;
    const more = sent === undefined ? "" : `&disposition=${encodeURIComponent(sent)}`;
    for (const target of [`/view?${query}${more}`, `/api/userdata/a.json?${query}${more}`]) {
      const reply = await send(pod, protocol, { target, headers: key("user") });
      expect(reply.headers["content-disposition"]).toEqual([expected]);
      expect(reply.headers["content-type"]).toEqual([type]);
    }
    const page = await send(pod, protocol, {
      target: `/assets/a.html?${query}${more}`,
      headers: key("user"),
    });
    expect(page.headers["content-disposition"]).toEqual(sent === undefined ? undefined : [sent]);
  });

  it.each(["evil.example", "localhost.evil.example", "", "comfyui:8188", "127.0.0.2", "[::2]"])(
    'the host "%s" is not served',
    async (host) => {
      const call = { target: "/queue", headers: [["Host", host], ...key("admin")] as Headers };
      await expectRefused(pod, protocol, call, host === "" ? [0, 400, 421] : 421);
    },
  );

  it("a foreign origin gets no CORS answer and changes nothing", async () => {
    for (const origin of [
      "https://evil.example",
      "null",
      `http://localhost:${pod.port}`,
      "https://localhost",
    ]) {
      const headers: Headers = [...key("admin"), ["Origin", origin]];
      await expectRefused(pod, protocol, { method: "POST", target: "/interrupt", headers }, 403);
      const preflight: Headers = [
        ["Origin", origin],
        ["Access-Control-Request-Method", "POST"],
      ];
      await expectRefused(pod, protocol, { method: "OPTIONS", target: "/prompt", headers: preflight }, 401);
      const known: Headers = [...preflight, ...key("admin")];
      await expectRefused(pod, protocol, { method: "OPTIONS", target: "/prompt", headers: known }, 405);
    }
    const own: Headers = [...key("admin"), ["Origin", pod.origin]];
    await expectPassed(pod, protocol, { method: "POST", target: "/interrupt", headers: own });
  });
});

it("hop-by-hop names do not strip what nginx hands over", async () => {
  const connection: Headers = [
    ["Connection", "close, X-API-Key, X-Gateway-Api-Key, X-Gateway-Route, Authorization"],
  ];
  await expectRefused(pod, "HTTP/1.1", { target: "/queue", headers: connection }, 401);
  await expectRefused(pod, "HTTP/1.1", { target: "/free", headers: [...connection, ...key("worker")] }, 405);
  await expectRefused(pod, "HTTP/1.1", { target: "/queue", headers: [...connection, ...key("worker")] }, 403);
});

describe("smuggling over HTTP/1.1", () => {
  const smuggled = "GET /queue HTTP/1.1\r\nHost: localhost\r\nX-API-Key: KEY\r\n\r\n";
  const start = "POST /interrupt HTTP/1.1\r\nHost: HOST\r\nX-API-Key: KEY\r\n";
  const cases: [what: string, text: string][] = [
    [
      "Content-Length and Transfer-Encoding",
      `${start}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${smuggled}`,
    ],
    ["two different Content-Lengths", `${start}Content-Length: 0\r\nContent-Length: 5\r\n\r\nhello`],
    ["the same Content-Length twice", `${start}Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello`],
    ["Transfer-Encoding: chunked, identity", `${start}Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n`],
    ["Transfer-Encoding: identity", `${start}Transfer-Encoding: identity\r\n\r\n`],
    [
      "Transfer-Encoding twice",
      `${start}Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    ],
    ["Transfer-Encoding: xchunked", `${start}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n`],
    ["Content-Length: +1", `${start}Content-Length: +1\r\n\r\na`],
    ["Content-Length: -1", `${start}Content-Length: -1\r\n\r\n`],
    ["Content-Length: 0x1", `${start}Content-Length: 0x1\r\n\r\na`],
    ["Content-Length: 1,1", `${start}Content-Length: 1,1\r\n\r\na`],
    ["Content-Length: 1 1", `${start}Content-Length: 1 1\r\n\r\na`],
    ["a folded header", `${start}X-A: b\r\n c\r\nContent-Length: 0\r\n\r\n`],
    ["a space before the colon", `${start}Content-Length : 0\r\n\r\n`],
    ["a NUL in a header", `${start}X-A: a\0b\r\nContent-Length: 0\r\n\r\n`],
    ["two hosts", "GET /queue HTTP/1.1\r\nHost: HOST\r\nHost: evil\r\nX-API-Key: KEY\r\n\r\n"],
    ["no host", "GET /queue HTTP/1.1\r\nX-API-Key: KEY\r\n\r\n"],
    [
      "two Authorizations",
      "GET /queue HTTP/1.1\r\nHost: HOST\r\nAuthorization: Bearer a\r\nAuthorization: Bearer b\r\n\r\n",
    ],
    ["HTTP/0.9", "GET /queue\r\n"],
    ["HTTP/2.0 in the request line", "GET /queue HTTP/2.0\r\nHost: HOST\r\nX-API-Key: KEY\r\n\r\n"],
    ["HTTP/1.1 with a tail", "GET /queue HTTP/1.1x\r\nHost: HOST\r\nX-API-Key: KEY\r\n\r\n"],
    ["a bad chunk size", `${start}Transfer-Encoding: chunked\r\n\r\nzz\r\nhello\r\n0\r\n\r\n`],
    [
      "a chunk size beyond 64 bits",
      `${start}Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\nhello\r\n0\r\n\r\n`,
    ],
    ["CONNECT", "CONNECT localhost:8188 HTTP/1.1\r\nHost: HOST\r\nX-API-Key: KEY\r\n\r\n"],
    ["a tab between target and version", "GET /queue\tHTTP/1.1\r\nHost: HOST\r\nX-API-Key: KEY\r\n\r\n"],
    ["a lower-case method", "get /queue HTTP/1.1\r\nHost: HOST\r\nX-API-Key: KEY\r\n\r\n"],
  ];
  it.each(cases)("%s brings nothing further than nginx", async (_, text) => {
    await pod.forget();
    const filled = text.replaceAll("KEY", pod.keys.admin).replaceAll("HOST", `localhost:${pod.port}`);
    const replies = await sendRawAll(pod, filled, 700);
    for (const { status } of replies) expect([400, 405, 421, 501, 505]).toContain(status);
    // A folded or spaced header may be dropped where nginx ignores it; the request it hides must not appear.
    expect((await pod.hits()).map(({ target }) => target)).not.toContain("/queue");
    expect((await pod.hits()).length).toBe(0);
  });

  it("a body that ComfyUI does not read is not the next request", async () => {
    await pod.forget();
    const inner = `GET /free HTTP/1.1\r\nHost: localhost\r\n\r\n`;
    const headers: Headers = [...key("admin")];
    await sendHttp1(pod, { method: "GET", target: "/queue", headers, body: inner });
    await sendHttp1(pod, { method: "HEAD", target: "/queue", headers, body: inner });
    await sendHttp1(pod, { method: "GET", target: "/system_stats", headers });
    expect((await pod.hits()).map(({ target }) => target)).toEqual(["/queue", "/queue", "/system_stats"]);
  });

  it("a refused body is not the next request either", async () => {
    await pod.forget();
    const inner = `GET /queue HTTP/1.1\r\nHost: localhost:${pod.port}\r\nX-API-Key: ${pod.keys.admin}\r\n\r\n`;
    const outer = `POST /queue HTTP/1.1\r\nHost: localhost:${pod.port}\r\nContent-Length: ${inner.length}\r\n\r\n${inner}`;
    const replies = await sendRawAll(pod, outer, 700);
    expect(replies.map(({ status }) => status)).toEqual([401]);
    expect(await pod.hits()).toEqual([]);
  });

  it("control: a chunked body and Expect: 100-continue pass", async () => {
    const chunked = `${start}Connection: close\r\nTransfer-Encoding: chunked\r\nContent-Type: application/json\r\n\r\n2\r\n{}\r\n0\r\n\r\n`;
    const reply = await sendRaw(
      pod,
      chunked.replaceAll("KEY", pod.keys.admin).replaceAll("HOST", "localhost"),
    );
    expect(reply.status).toBe(200);
    const expecting = `${start}Connection: close\r\nContent-Length: 2\r\nExpect: 100-continue\r\nContent-Type: application/json\r\n\r\n{}`;
    const replies = await sendRawAll(
      pod,
      expecting.replaceAll("KEY", pod.keys.admin).replaceAll("HOST", "localhost"),
    );
    expect(replies.at(-1)?.status).toBe(200);
  });
});

describe("smuggling over HTTP/2", () => {
  const basis = (overrides: Record<string, string> = {}): Headers => [
    [":method", overrides[":method"] ?? "POST"],
    [":scheme", "https"],
    [":path", overrides[":path"] ?? "/interrupt"],
    [":authority", `localhost:${pod.port}`],
    ["x-api-key", pod.keys.admin],
  ];
  const cases: [what: string, fields: () => Headers, body?: string][] = [
    ["a Content-Length that is too small", () => [...basis(), ["content-length", "1"]], "hello"],
    ["a Content-Length that is too large", () => [...basis(), ["content-length", "50"]], "hello"],
    ["Transfer-Encoding", () => [...basis(), ["transfer-encoding", "chunked"]], "0\r\n\r\n"],
    ["Connection", () => [...basis(), ["connection", "x-api-key"]]],
    ["Upgrade", () => [...basis(), ["upgrade", "h2c"]]],
    ["an upper-case name", () => [...basis(), ["X-Upper", "a"]]],
    ["CR LF in a value", () => [...basis(), ["x-a", "b\r\nx-c: d"]]],
    ["CR LF in a name", () => [...basis(), ["x-a: b\r\nx-c", "d"]]],
    ["NUL in a value", () => [...basis(), ["x-a", "b\0c"]]],
    ["a space in the path", () => basis({ ":path": "/interrupt HTTP/1.1" })],
    ["a fragment in the path", () => basis({ ":path": "/interrupt#/health" })],
    ["a path without a slash", () => basis({ ":path": "interrupt" })],
    ["an absolute path", () => basis({ ":path": "https://localhost/interrupt" })],
    ["an empty path", () => basis({ ":path": "" })],
    ["CR LF in the method", () => basis({ ":method": "POST /free HTTP/1.1\r\nx: y" })],
    ["two paths", () => [...basis(), [":path", "/free"]]],
    ["two methods", () => [...basis(), [":method", "GET"]]],
    ["a host that differs from the authority", () => [...basis(), ["host", "evil.example"]]],
    ["two keys", () => [...basis(), ["x-api-key", pod.keys.worker]]],
    ["an unknown pseudo-header", () => [...basis(), [":unknown", "a"]]],
    ["no authority", () => basis().filter(([name]) => name !== ":authority")],
  ];
  it.each(cases)("%s brings nothing further than nginx", async (_, fields, body) => {
    await pod.forget();
    const { status } = await sendRawHttp2(pod, fields(), body);
    expect([0, 400, 421]).toContain(status);
    expect(await pod.hits()).toEqual([]);
  });

  it("control: the same without the fault passes", async () => {
    expect((await sendRawHttp2(pod, basis())).status).toBe(200);
    expect((await sendRawHttp2(pod, [...basis(), ["content-type", "application/json"]], "{}")).status).toBe(
      200,
    );
  });
});

describe("TLS", () => {
  const handshake = (options: ConnectionOptions) =>
    new Promise<
      { protocol: string | null; cipher: string; alpn: string | false | null; reused: boolean } | string
    >((resolve) => {
      const socket = connectTls(
        { host: "127.0.0.1", port: pod.port, ca: pod.ca, servername: "localhost", ...options },
        () => {
          resolve({
            protocol: socket.getProtocol(),
            cipher: socket.getCipher().name,
            alpn: socket.alpnProtocol,
            reused: socket.isSessionReused(),
          });
          socket.destroy();
        },
      );
      socket.on("error", (error) => resolve(error.message));
    });
  /** Node's OpenSSL refuses the old versions itself without this. */
  const lenient = { ciphers: "ALL:@SECLEVEL=0" };

  it.each(["TLSv1", "TLSv1.1"] as const)("%s is refused", async (version) => {
    expect(typeof (await handshake({ ...lenient, minVersion: version, maxVersion: version }))).toBe("string");
  });

  it.each(["TLSv1.2", "TLSv1.3"] as const)("control: %s is spoken", async (version) => {
    expect(await handshake({ minVersion: version, maxVersion: version })).toMatchObject({
      protocol: version,
    });
  });

  it.each([
    "AES128-GCM-SHA256",
    "ECDHE-ECDSA-AES128-SHA",
    "ECDHE-ECDSA-AES256-SHA384",
    "DHE-RSA-AES128-GCM-SHA256",
    "aNULL",
    "PSK",
    "ECDHE-ECDSA-AES128-CCM",
  ])("the suite %s is refused", async (ciphers) => {
    expect(typeof (await handshake({ ciphers: `${ciphers}:@SECLEVEL=0`, maxVersion: "TLSv1.2" }))).toBe(
      "string",
    );
  });

  it.each([
    "ECDHE-ECDSA-AES128-GCM-SHA256",
    "ECDHE-ECDSA-AES256-GCM-SHA384",
    "ECDHE-ECDSA-CHACHA20-POLY1305",
  ])("control: the suite %s is taken", async (ciphers) => {
    expect(await handshake({ ciphers, maxVersion: "TLSv1.2" })).toMatchObject({ cipher: ciphers });
  });

  it.each([
    ["X25519", true],
    ["P-256", true],
    ["P-384", true],
    ["P-521", false],
    ["X448", false],
  ])("the curve %s is taken: %s", async (ecdhCurve, taken) => {
    expect(typeof (await handshake({ ecdhCurve }))).toBe(taken ? "object" : "string");
  });

  it("ALPN is h2 and http/1.1 only", async () => {
    expect(await handshake({ ALPNProtocols: ["h2", "http/1.1"] })).toMatchObject({ alpn: "h2" });
    expect(await handshake({ ALPNProtocols: ["http/1.1"] })).toMatchObject({ alpn: "http/1.1" });
    expect(await handshake({ ALPNProtocols: ["acme-tls/1"] })).toBeTypeOf("string");
  });

  it.each(["TLSv1.2", "TLSv1.3"] as const)("no session of %s is resumed", async (maxVersion) => {
    const sessions: Buffer[] = [];
    await new Promise<void>((resolve) => {
      const options = { host: "127.0.0.1", port: pod.port, ca: pod.ca, servername: "localhost", maxVersion };
      const socket = connectTls(options, () => {
        socket.write(`GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
      });
      socket.on("session", (session) => sessions.push(session));
      socket.on("close", () => resolve());
      socket.resume();
    });
    const [session] = sessions;
    if (session) expect(await handshake({ session, maxVersion })).toMatchObject({ reused: false });
  });

  it.each(["localhost", "127.0.0.1", "[::1]", "comfy.example.com"])(
    "control: the host %s is served",
    async (host) => {
      const headers: Headers = [["Host", `${host}:${pod.port}`], ...key("admin")];
      // The client's name in the handshake is localhost: another name must be misdirected, not served.
      const reply = await sendHttp1(pod, { target: "/queue", headers });
      expect(reply.status).toBe(host === "localhost" ? 200 : 421);
      const unnamed = await sendUnnamed(host);
      expect(unnamed).toContain("HTTP/1.1 200");
    },
  );

  function sendUnnamed(host: string): Promise<string> {
    return new Promise((resolve) => {
      const options = { host: "127.0.0.1", port: pod.port, rejectUnauthorized: false, servername: "" };
      const socket = connectTls(options, () => {
        const head = `GET /queue HTTP/1.1\r\nHost: ${host}:${pod.port}\r\nX-API-Key: ${pod.keys.admin}\r\nConnection: close\r\n\r\n`;
        socket.write(head);
      });
      let text = "";
      socket.on("data", (chunk) => {
        text += chunk;
      });
      socket.on("close", () => resolve(text));
    });
  }

  it("plain HTTP on the TLS port is 400 without a redirect", async () => {
    const text = await new Promise<string>((resolve) => {
      const socket = connectTcp(pod.port, "127.0.0.1");
      let received = "";
      socket.on("data", (chunk) => {
        received += chunk;
      });
      socket.on("close", () => resolve(received));
      socket.write(`GET /queue HTTP/1.1\r\nHost: localhost\r\nX-API-Key: ${pod.keys.admin}\r\n\r\n`);
    });
    expect(text).toContain("HTTP/1.1 400");
    expect(text.toLowerCase()).not.toContain("location:");
    expect(JSON.parse(text.slice(text.indexOf("\r\n\r\n"))).error.status).toBe(400);
  });
});
