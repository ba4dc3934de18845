/** Client certificates: alone, beside other credentials, and required on top of them. Needs Docker. */
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import WebSocket from "ws";
import { revocationList } from "../../components/access/revocation-list";
import type { AuthorizerClient, AuthorizerSettings } from "../../components/gateway/authorizer/render";
import { type IssuedIdentity, P384, TestCa } from "../support/client-certificates";
import { errorOf, type Identity, openTls, type Protocol, send, sendRaw } from "../support/gateway-client";
import { expectPassed, expectRefused } from "../support/gateway-expect";
import { digest, eventually, GatewayPod, UNLIMITED } from "../support/gateway-pod";
import { claims, token, tokenSigner } from "../support/tokens";

const tokens = tokenSigner("k", "ES256", "backend", "user");

let pod: GatewayPod;
let ca: TestCa;
let otherCa: TestCa;
let backend: IssuedIdentity;
let spare: IssuedIdentity;
let keyOnly: IssuedIdentity;
let odd: Record<string, IssuedIdentity>;

beforeAll(async () => {
  pod = await GatewayPod.start();
  ca = await TestCa.create();
  otherCa = await TestCa.create();
  backend = await ca.issue("CN=backend");
  spare = await ca.issue("CN=backend");
  keyOnly = await ca.issue("CN=worker");
  const hour = 3_600_000;
  const named = (name: string) => ca.issue(name);
  odd = {
    "of another CA, same names": await otherCa.issue("CN=backend"),
    expired: await ca.issue("CN=backend", {
      notBefore: new Date(Date.now() - 2 * hour),
      notAfter: new Date(Date.now() - hour),
    }),
    "not yet valid": await ca.issue("CN=backend", {
      notBefore: new Date(Date.now() + hour),
      notAfter: new Date(Date.now() + 2 * hour),
    }),
    "for servers only": await ca.issue("CN=backend", { usage: "serverAuth" }),
    "of 1,024 bits": await ca.issue("CN=backend", {
      algorithm: {
        name: "RSASSA-PKCS1-v1_5",
        modulusLength: 1024,
        publicExponent: new Uint8Array([1, 0, 1]),
        hash: "SHA-256",
      },
    }),
    "signed with SHA-1": await ca.issue("CN=backend", { signatureHash: "SHA-1" }),
    "that nobody listed": await named("CN=backend"),
    "naming an admin": await named("CN=admin, CN=backend"),
    "with a comma in its name": await named("CN=backend\\,CN=admin"),
    "with a very long name": await named(`CN=backend, O=${"x".repeat(6000)}`),
  };
  expect(pod.applyNginx(pod.nginxBundle({ clientCa: ca.pem }))).toMatchObject({ status: 0 });
  apply();
}, 300_000);
afterAll(() => pod?.stop());

function apply(fingerprints = [backend.fingerprint], settings: Partial<AuthorizerSettings> = {}): void {
  const client: AuthorizerClient = {
    name: "backend",
    role: "user",
    methods: ["mtls", "jwt"],
    apiKeyDigests: [],
    certificateFingerprints: fingerprints,
    ...UNLIMITED,
  };
  const clients = pod
    .clients()
    .map((one) => (one.name === "worker" ? { ...one, certificateFingerprints: [keyOnly.fingerprint] } : one));
  const jwt = { keys: [tokens.jwtKey] };
  expect(pod.applyAuthorizer([...clients, client], { jwt, ...settings })).toMatchObject({ status: 0 });
}

const PROTOCOLS: Protocol[] = ["HTTP/1.1", "HTTP/2"];
type Headers = [string, string][];
const key = (role: "worker" | "user" | "admin"): Headers => [["X-API-Key", pod.keys[role]]];
const bearer = (): Headers => [["Authorization", `Bearer ${token(tokens, claims())}`]];
const stats = (identity: Identity | undefined, headers: Headers = []) => ({
  target: "/system_stats",
  headers,
  ...(identity && { identity }),
});

describe.each(PROTOCOLS)("a client certificate over %s", (protocol) => {
  it("lets its client in, and goes no further", async () => {
    for (const target of ["/system_stats", "/api/system_stats", "/prompt"]) {
      await expectPassed(pod, protocol, { ...stats(backend), target }, "mtls");
    }
    const [hit] = await pod.hits();
    expect(JSON.stringify(hit)).not.toMatch(/CERTIFICATE/);
    await expectRefused(pod, protocol, { ...stats(backend), target: "/queue" }, 403);
  });

  it.each([
    "of another CA, same names",
    "expired",
    "not yet valid",
    "for servers only",
    "of 1,024 bits",
    "signed with SHA-1",
    "that nobody listed",
    "naming an admin",
    "with a comma in its name",
    "with a very long name",
  ])("is refused: %s, whatever comes with it", async (what) => {
    await expectRefused(pod, protocol, stats(odd[what]), 400);
    await expectRefused(pod, protocol, stats(odd[what], key("admin")), 400);
    await expectRefused(pod, protocol, { ...stats(odd[what]), target: "/nothing" }, 400);
  });

  it("is not needed for the other methods, and cannot be claimed in a header", async () => {
    await expectPassed(pod, protocol, stats(undefined, key("user")));
    const claimed: Headers = [
      ["X-Gateway-Certificate", encodeURIComponent(backend.certificate)],
      ["X-SSL-Client-Verify", "SUCCESS"],
      ["SSL-Client-Cert", encodeURIComponent(backend.certificate)],
    ];
    await expectRefused(pod, protocol, stats(undefined, claimed), 401);
  });

  it("beside another credential is that of the same client", async () => {
    await expectPassed(pod, protocol, stats(backend, bearer()), "jwt");
    await expectRefused(pod, protocol, stats(backend, key("user")), 400);
    await expectRefused(pod, protocol, stats(backend, [["X-API-Key", "cf_0"]]), 401);
    await expectRefused(pod, protocol, stats(backend, [["Authorization", "Bearer x.y.z"]]), 401);
    // One who may not use certificates is not let in by one, but neither kept out.
    await expectRefused(pod, protocol, stats(keyOnly), 401);
    await expectPassed(pod, protocol, stats(keyOnly, key("worker")));
  });
});

describe("a certificate that is listed", () => {
  const hour = 3_600_000;
  /** Refused for what they are: their fingerprints are the client's. */
  const weak: [what: string, issue: () => Promise<IssuedIdentity>, ...others: number[]][] = [
    ["of another CA, same names", () => otherCa.issue("CN=backend")],
    [
      "expired",
      () =>
        ca.issue("CN=backend", {
          notBefore: new Date(Date.now() - 2 * hour),
          notAfter: new Date(Date.now() - hour),
        }),
    ],
    [
      "not yet valid",
      () =>
        ca.issue("CN=backend", {
          notBefore: new Date(Date.now() + hour),
          notAfter: new Date(Date.now() + 2 * hour),
        }),
    ],
    ["for servers only", () => ca.issue("CN=backend", { usage: "serverAuth" })],
    [
      "of 1,024 bits",
      () =>
        ca.issue("CN=backend", {
          algorithm: {
            name: "RSASSA-PKCS1-v1_5",
            modulusLength: 1024,
            publicExponent: new Uint8Array([1, 0, 1]),
            hash: "SHA-256",
          },
        }),
    ],
    ["signed with SHA-1", () => ca.issue("CN=backend", { signatureHash: "SHA-1" })],
    // Nothing that the server offers fits the key, so the client keeps its certificate to itself.
    ["on P-192", () => ca.issue("CN=backend", { curve: "prime192v1" }), 401],
    ["on secp160r1", () => ca.issue("CN=backend", { curve: "secp160r1" }), 401],
    // More than the authorizer reads: nobody has decided.
    ["with a name of 64 KiB", () => ca.issue([{ CN: ["backend"] }, { O: ["x".repeat(65_536)] }]), 503],
  ];
  /** Served as the client whose fingerprint it is, whatever their names say. */
  const named: [what: string, subject: Parameters<TestCa["issue"]>[0]][] = [
    ["BMPString", [{ CN: [{ bmpString: "admin" }] }]],
    ["UTF8String", [{ CN: [{ utf8String: "\u0430dmin\u200b" }] }]],
    ["UniversalString", [{ CN: [{ universalString: "admin" }] }]],
    ["NUL", [{ CN: [{ utf8String: "backend\0.admin" }] }]],
    ["a line break", [{ CN: [{ utf8String: "backend\r\nX-Gateway-Client: admin" }] }]],
    ["two names", [{ CN: ["admin"] }, { CN: ["user"] }]],
    ["none", []],
  ];
  const issued = new Map<string, IssuedIdentity>();
  const identityOf = (what: string): IssuedIdentity => {
    const identity = issued.get(what);
    if (!identity) throw new Error(`${what}: not issued`);
    return identity;
  };
  beforeAll(async () => {
    for (const [what, issue] of weak) issued.set(what, await issue());
    for (const [what, subject] of named) issued.set(what, await ca.issue(subject));
    const fingerprints = [...issued.values()].map(({ fingerprint }) => fingerprint);
    apply([backend.fingerprint, ...fingerprints]);
  });
  afterAll(() => apply());

  it.each(weak)("is refused all the same: %s", async (what, _, ...others) => {
    const identity = identityOf(what);
    await pod.forget();
    for (const protocol of PROTOCOLS) {
      // Where the handshake ends there is no answer.
      const status = await send(pod, protocol, stats(identity)).then(
        (reply) => reply.status,
        () => 0,
      );
      expect([0, 400, ...others]).toContain(status);
    }
    expect(await pod.hits()).toEqual([]);
    // And the gateway is none the worse for it.
    await expectPassed(pod, "HTTP/1.1", stats(backend), "mtls");
  });

  it.each(named)("is its client's, whatever its name is: %s", async (what) => {
    const identity = identityOf(what);
    for (const protocol of PROTOCOLS) {
      const mark = pod.auditMark();
      await expectPassed(pod, protocol, stats(identity), "mtls");
      const lines = (await pod.auditSince(mark, 200)).map((line) => JSON.parse(line));
      expect(lines.find(({ status }) => status === 200)).toMatchObject({ client: "backend" });
      await expectRefused(pod, protocol, { ...stats(identity), target: "/queue" }, 403);
    }
  });
});

describe("revocation", () => {
  it("refuses the next requests on an open connection within 5 s and closes sockets", async () => {
    apply([backend.fingerprint, spare.fingerprint]);
    const socket = new WebSocket(`wss://localhost:${pod.port}/ws`, {
      ca: pod.ca,
      cert: spare.certificate,
      key: spare.key,
    });
    await new Promise((resolve, reject) => {
      socket.on("open", resolve);
      socket.on("error", reject);
    });
    const closed = new Promise((resolve) => socket.on("close", resolve));
    const connection = await openTls(pod, { cert: spare.certificate, key: spare.key });
    let received = "";
    connection.on("data", (chunk) => {
      received += chunk;
    });
    const ask = async () => {
      received = "";
      connection.write(`GET /system_stats HTTP/1.1\r\nHost: localhost:${pod.port}\r\n\r\n`);
      await eventually(async () => received.includes("\r\n\r\n"), "an answer comes");
      return Number(received.slice(9, 12));
    };
    expect(await ask()).toBe(200);
    apply();
    const started = Date.now();
    await closed;
    await eventually(async () => (await ask()) === 400, "the certificate is refused", 6000);
    expect(Date.now() - started).toBeLessThan(5200);
    connection.destroy();
    await expectRefused(pod, "HTTP/1.1", stats(spare), 400);
    await expectPassed(pod, "HTTP/1.1", stats(backend), "mtls");
  });

  it("by the list of the CA refuses a certificate at the handshake, even one that the authorizer takes", async () => {
    const stackCa = await TestCa.create("CN=stack CA", P384);
    const retired = await stackCa.issue("CN=backend");
    const current = await stackCa.issue("CN=backend");
    const offer = async (change: { jsonBodyBytes: number }, ...revoked: IssuedIdentity[]) => {
      const pems = revoked.map(({ certificate }) => certificate);
      const clientCrl = await revocationList(stackCa.pem, await stackCa.key(), pems);
      const bundle = pod.nginxBundle({ clientCa: stackCa.pem, clientCrl, ...change });
      expect(pod.applyNginx(bundle)).toMatchObject({ status: 0 });
    };
    const takeOver = async (...args: Parameters<typeof offer>) => {
      await offer(...args);
      // The workers of before take their last connections.
      await sleep(500);
    };
    apply([retired.fingerprint, current.fingerprint]);
    try {
      await takeOver({ jsonBodyBytes: 1_000_000 });
      for (const protocol of PROTOCOLS) await expectPassed(pod, protocol, stats(retired), "mtls");
      const kept = await openTls(pod, { cert: retired.certificate, key: retired.key });
      const session = kept.getSession();
      const closed = new Promise((resolve) => kept.on("close", resolve));

      // A new list alone closes nobody's connection; the next reload, for whatever reason, takes it over.
      await offer({ jsonBodyBytes: 1_000_000 }, retired);
      await sleep(500);
      expect(kept.destroyed).toBe(false);
      await takeOver({ jsonBodyBytes: 1_000_001 }, retired);
      await closed;
      for (const protocol of PROTOCOLS) {
        await expectRefused(pod, protocol, stats(retired), 400);
        await expectRefused(pod, protocol, stats(retired, key("admin")), 400);
        await expectPassed(pod, protocol, stats(current), "mtls");
        await expectPassed(pod, protocol, stats(undefined, key("user")));
      }
      const again = await openTls(pod, { session, cert: retired.certificate, key: retired.key });
      expect(again.isSessionReused()).toBe(false);
      again.destroy();
    } finally {
      expect(pod.applyNginx(pod.nginxBundle({ clientCa: ca.pem }))).toMatchObject({ status: 0 });
      await sleep(500);
      apply();
    }
  });

  it("by a list that has run out refuses every certificate, and nothing else", async () => {
    const stackCa = await TestCa.create("CN=stack CA", P384);
    const current = await stackCa.issue("CN=backend");
    const clientCrl = await stackCa.expiredRevocationList();
    apply([current.fingerprint]);
    try {
      expect(pod.applyNginx(pod.nginxBundle({ clientCa: stackCa.pem, clientCrl }))).toMatchObject({
        status: 0,
      });
      await sleep(500);
      for (const protocol of PROTOCOLS) {
        await expectRefused(pod, protocol, stats(current), 400);
        await expectPassed(pod, protocol, stats(undefined, key("user")));
      }
      const fresh = await revocationList(stackCa.pem, await stackCa.key(), []);
      // Another body size, so that nginx takes the list over at once.
      const bundle = pod.nginxBundle({ clientCa: stackCa.pem, clientCrl: fresh, jsonBodyBytes: 1_000_000 });
      expect(pod.applyNginx(bundle)).toMatchObject({ status: 0 });
      await sleep(500);
      await expectPassed(pod, "HTTP/1.1", stats(current), "mtls");
    } finally {
      expect(pod.applyNginx(pod.nginxBundle({ clientCa: ca.pem }))).toMatchObject({ status: 0 });
      await sleep(500);
      apply();
    }
  }, 60_000);

  it("by time ends an open connection's rights too", async () => {
    const end = Date.now() + 12_000;
    const brief = await ca.issue("CN=backend", { notAfter: new Date(end) });
    apply([backend.fingerprint, brief.fingerprint]);
    const connection = await openTls(pod, { cert: brief.certificate, key: brief.key });
    let received = "";
    connection.on("data", (chunk) => {
      received += chunk;
    });
    const request = `GET /system_stats HTTP/1.1\r\nHost: localhost:${pod.port}\r\n\r\n`;
    connection.write(request);
    await eventually(async () => received.includes("HTTP/1.1 200"), "it passes");
    await sleep(end - Date.now() + 500);
    received = "";
    connection.write(request);
    await eventually(async () => received.includes("HTTP/1.1 400"), "it is refused");
    connection.destroy();
    apply();
  }, 60_000);

  it("no session is resumed, so a certificate is looked at anew", async () => {
    const socket = await openTls(pod, { cert: backend.certificate, key: backend.key });
    const session = socket.getSession();
    socket.destroy();
    const again = await openTls(pod, { session });
    expect(again.isSessionReused()).toBe(false);
    again.destroy();
  });
});

describe("where a certificate is required", () => {
  beforeAll(() => apply([backend.fingerprint], { requireClientCertificate: true }));
  afterAll(() => apply());

  it.each(PROTOCOLS)("nothing passes without, over %s", async (protocol) => {
    await sleep(5100);
    for (const headers of [[], key("admin"), key("worker"), bearer()] as Headers[]) {
      for (const target of ["/system_stats", "/", "/nothing"]) {
        const reply = await expectRefused(pod, protocol, { target, headers }, 403);
        expect(errorOf(reply)?.code).toBe("certificate_needed");
      }
    }
  });

  it.each(PROTOCOLS)(
    "another method passes with its own client's certificate only, over %s",
    async (protocol) => {
      await expectPassed(pod, protocol, stats(keyOnly, key("worker")));
      await expectPassed(pod, protocol, stats(backend, bearer()), "jwt");
      await expectPassed(pod, protocol, stats(backend), "mtls");
      await expectRefused(pod, protocol, stats(keyOnly), 401);
      await expectRefused(pod, protocol, stats(keyOnly, key("admin")), 400);
      await expectRefused(pod, protocol, stats(keyOnly, bearer()), 400);
      await expectRefused(pod, protocol, stats(odd["that nobody listed"], key("worker")), 400);
    },
  );

  it("a socket needs it too", async () => {
    const head = `GET /ws HTTP/1.1\r\nHost: localhost:${pod.port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nX-API-Key: ${pod.keys.worker}\r\n\r\n`;
    expect((await sendRaw(pod, head, 1000)).status).toBe(403);
    expect((await sendRaw(pod, head, 1000, keyOnly)).status).toBe(101);
  });
});

it("where only certificates are enabled, nothing else is asked for", async () => {
  const client = {
    name: "b",
    role: "user",
    methods: ["mtls"],
    apiKeyDigests: [digest("x")],
    ...UNLIMITED,
  } as const;
  const clients = [{ ...client, certificateFingerprints: [backend.fingerprint] }];
  expect(pod.applyAuthorizer(clients)).toMatchObject({ status: 0 });
  await expectRefused(pod, "HTTP/2", { target: "/models", headers: key("admin") }, 403);
  await expectRefused(pod, "HTTP/2", { target: "/models" }, 403);
  await expectRefused(pod, "HTTP/2", { ...stats(backend, key("admin")), target: "/models" }, 401);
  expect((await send(pod, "HTTP/2", stats(backend))).status).toBe(200);
});
