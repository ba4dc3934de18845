/**
 * The marks of testssl's A+, with an EC and with an RSA certificate: versions, suites, groups, what is off, and which
 * names are answered at all. Needs Docker, and Debian's archive once for nmap and sslscan.
 */
import { createConnection } from "node:net";
import { type ConnectionOptions, connect, type TLSSocket } from "node:tls";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openTls, send } from "../support/gateway-client";
import { expectSecurityHeaders } from "../support/gateway-expect";
import { eventually, GatewayPod } from "../support/gateway-pod";
import { type Scan, scanTls } from "../support/tls-scanner";

let pod: GatewayPod;
beforeAll(async () => {
  pod = await GatewayPod.start();
}, 300_000);
afterAll(() => pod?.stop());

const TLS_1_3 = ["TLS_AKE_WITH_AES_128_GCM_SHA256", "TLS_AKE_WITH_AES_256_GCM_SHA384"];
const AEADS = ["AES_128_GCM_SHA256", "AES_256_GCM_SHA384", "CHACHA20_POLY1305_SHA256"];

/** The handshake's socket, or why there is none. */
function handshake(options: ConnectionOptions): Promise<TLSSocket | string> {
  return new Promise((resolve) => {
    const socket = connect(
      { host: "127.0.0.1", port: pod.port, ca: pod.ca, servername: "localhost", ...options },
      () => resolve(socket),
    );
    socket.on("error", (error) => resolve(error.message));
  });
}

/** The same for outcomes alone. */
async function isTaken(options: ConnectionOptions): Promise<boolean> {
  const outcome = await handshake(options);
  if (typeof outcome === "string") return false;
  outcome.destroy();
  return true;
}

describe.each(["EC", "RSA"] as const)("with an %s certificate", (kind) => {
  let scan: Scan;
  beforeAll(async () => {
    await pod.makeCertificate(kind);
    expect(pod.applyNginx()).toMatchObject({ status: 0 });
    scan = scanTls(pod);
  }, 300_000);

  it("TLS 1.2 and 1.3 are spoken, and nothing older", () => {
    expect(scan.versions).toEqual(["tls 1.2", "tls 1.3"]);
    expect(Object.keys(scan.suites)).toEqual(["TLSv1.2", "TLSv1.3"]);
  });

  it("the suites are Mozilla's intermediate ones, exactly", () => {
    const auth = kind === "EC" ? "ECDSA" : "RSA";
    expect(scan.suites["TLSv1.2"]).toEqual(AEADS.map((aead) => `TLS_ECDHE_${auth}_WITH_${aead}`));
    expect(scan.suites["TLSv1.3"]).toEqual([...TLS_1_3, "TLS_AKE_WITH_CHACHA20_POLY1305_SHA256"]);
  });

  it("the groups are X25519, P-256 and P-384, exactly", () => {
    expect(scan.groups).toEqual(["secp256r1", "secp384r1", "x25519"]);
  });

  it("compression, renegotiation by the client and Heartbleed are not there, the fallback signal is", () => {
    expect(scan).toMatchObject({ renegotiation: false, heartbleed: false, fallbackSignal: true });
    expect(new Set(scan.compressors)).toEqual(new Set(["NULL"]));
  });

  it("the chain is what was applied, and holds for the names", async () => {
    const socket = await openTls(pod);
    expect(socket.authorized).toBe(true);
    const { raw, subjectaltname } = socket.getPeerCertificate(true);
    expect(raw.toString("base64")).toBe(pod.certificate.replace(/-----[^-]+-----|\s/g, ""));
    expect(subjectaltname).toContain("DNS:localhost");
    socket.destroy();
  });

  it("every answer comes with the headers", async () => {
    for (const target of ["/", "/nothing", "/%00"]) {
      expectSecurityHeaders(await send(pod, "HTTP/1.1", { target }));
      expectSecurityHeaders(await send(pod, "HTTP/2", { target }));
    }
  });
});

describe("of a connection", () => {
  it("a second handshake is refused, and ends it", async () => {
    const socket = await handshake({ maxVersion: "TLSv1.2" });
    if (typeof socket === "string") throw new Error(socket);
    const outcome = await new Promise<string>((resolve) => {
      socket.on("error", ({ message }) => resolve(message));
      socket.on("close", () => resolve("closed"));
      socket.renegotiate({}, (error) => resolve(error?.message ?? "renegotiated"));
    });
    expect(outcome).toMatch(/no renegotiation|closed|disconnected/i);
    socket.destroy();
  });

  it.each(["TLSv1.2", "TLSv1.3"] as const)("no ticket of %s is of use, nor early data", async (version) => {
    const sessions: Buffer[] = [];
    const socket = await handshake({ minVersion: version, maxVersion: version });
    if (typeof socket === "string") throw new Error(socket);
    socket.on("session", (session) => sessions.push(session));
    const closed = new Promise((resolve) => socket.on("close", resolve));
    socket.resume();
    socket.write("GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    await closed;
    expect(socket.getTLSTicket() ?? undefined).toBeUndefined();
    for (const session of sessions) {
      const again = await handshake({ session, minVersion: version, maxVersion: version });
      if (typeof again === "string") throw new Error(again);
      expect(again.isSessionReused()).toBe(false);
      again.destroy();
    }
  });

  it("the protocols are h2 and http/1, and without one of them there is none", async () => {
    // nginx takes the older names of HTTP/1 too, and cannot be told otherwise.
    const offered = ["acme-tls/1", "h2", "http/1.0", "http/1.1", "h2c", "h3", "spdy/3.1", "imap", "x"];
    const taken = await Promise.all(offered.map((protocol) => isTaken({ ALPNProtocols: [protocol] })));
    expect(offered.filter((_, index) => taken[index])).toEqual(["h2", "http/1.0", "http/1.1"]);
    expect(await isTaken({ ALPNProtocols: ["h3", "http/1.1"] })).toBe(true);
  });
});

describe("the name in the handshake", () => {
  it.each([
    "evil.example",
    "localhost.evil.example",
    "xlocalhost",
    "localhostx",
    "sub.comfy.example.com",
    "example.com",
    "10.0.0.1",
    "0x7f.1",
    "_",
    "*",
    "~.",
    "comfyui",
    "a".repeat(240),
  ])("%s is refused before a certificate is shown", async (servername) => {
    const outcome = await handshake({ servername, rejectUnauthorized: false });
    expect(outcome).toMatch(/unrecognized name/i);
  });

  it.each(["localhost", "LOCALHOST", "comfy.example.com", ""])(
    'control: "%s" is taken',
    async (servername) => {
      expect(await isTaken({ servername, rejectUnauthorized: false })).toBe(true);
    },
  );

  it("and the one in the request agree, in every spelling", async () => {
    const ask = async (servername: string, host: string) => {
      const socket = await handshake({ servername, rejectUnauthorized: false, ALPNProtocols: ["http/1.1"] });
      if (typeof socket === "string") throw new Error(socket);
      let received = "";
      socket.on("data", (chunk) => {
        received += chunk;
      });
      socket.write(
        `GET /queue HTTP/1.1\r\nHost: ${host}\r\nX-API-Key: ${pod.keys.admin}\r\nConnection: close\r\n\r\n`,
      );
      await new Promise((resolve) => socket.on("close", resolve));
      return Number(received.slice(9, 12));
    };
    for (const host of ["localhost", "LocalHost", "localhost:1", "localhost.", "localhost.:443"]) {
      expect([host, await ask("localhost", host)]).toEqual([host, 200]);
      expect([host, await ask("comfy.example.com", host)]).toEqual([host, 421]);
    }
    for (const host of [
      "comfy.example.com",
      "127.0.0.1",
      "[::1]",
      "evil.example",
      "localhost.evil.example",
    ]) {
      expect([host, await ask("localhost", host)]).toEqual([host, 421]);
    }
  });
});

describe("without TLS", () => {
  const plain = (bytes: string) =>
    new Promise<string>((resolve) => {
      const socket = createConnection(pod.port, "127.0.0.1");
      let received = "";
      socket.setTimeout(3000, () => socket.destroy());
      socket.on("data", (chunk) => {
        received += chunk.toString("latin1");
      });
      socket.on("error", () => {});
      socket.on("close", () => resolve(received));
      socket.write(bytes);
    });

  it.each([
    ["a request", () => `GET /queue HTTP/1.1\r\nHost: localhost\r\nX-API-Key: ${pod.keys.admin}\r\n\r\n`],
    ["a request of another host", () => "GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n"],
    ["HTTP/1.0", () => "GET / HTTP/1.0\r\n\r\n"],
  ])("%s is 400, without a redirect, and goes nowhere", async (_, bytes) => {
    await pod.forget();
    const text = await plain(bytes());
    expect(text).toMatch(/^HTTP\/1\.1 400 /);
    expect(text.toLowerCase()).not.toMatch(/location:|<html/);
    expect(await pod.hits()).toEqual([]);
  });

  it.each([
    ["the preface of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0"],
    ["SSL 2", "\x80\x2e\x01\x00\x02\x00\x15\x00\x00\x00\x10\x01\x00\x80\x02\x00\x80"],
    [
      "a proxy's header",
      "PROXY TCP4 127.0.0.1 127.0.0.1 1 2\r\nGET /queue HTTP/1.1\r\nHost: localhost\r\n\r\n",
    ],
  ])("%s brings nothing further either", async (_, bytes) => {
    await pod.forget();
    await plain(bytes);
    expect(await pod.hits()).toEqual([]);
  });
});

it("two hundred handshakes that nobody finishes keep nobody out", async () => {
  const open = Array.from({ length: 200 }, () => {
    const socket = createConnection(pod.port, "127.0.0.1");
    socket.on("error", () => {});
    // The beginning of a ClientHello.
    socket.write(Buffer.from([0x16, 3, 1, 2, 0, 1, 0, 1]));
    return socket;
  });
  try {
    const started = Date.now();
    const call = { target: "/system_stats", headers: [["X-API-Key", pod.keys.worker]] as [string, string][] };
    for (let attempt = 0; attempt < 10; attempt++) {
      expect((await send(pod, "HTTP/1.1", call)).status).toBe(200);
    }
    expect(Date.now() - started).toBeLessThan(3000);
    // And they are not held for ever: client_header_timeout counts from the connection's beginning.
    await eventually(
      async () => open.every(({ destroyed, readableEnded }) => destroyed || readableEnded),
      "they are closed",
      15_000,
    );
  } finally {
    for (const socket of open) socket.destroy();
  }
});
