/**
 * Bearer tokens through the built gateway, over HTTP/1.1 and HTTP/2. The exhaustive vectors and the mutations are unit
 * tests (jwt.test.ts); here a representative part shows that nothing on the way changes the outcome. Needs Docker.
 */
import { execFile } from "node:child_process";
import { createHmac } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import WebSocket from "ws";
import { docker } from "../support/docker";
import { errorOf, type Protocol, send } from "../support/gateway-client";
import { expectPassed, expectRefused } from "../support/gateway-expect";
import { eventually, GatewayPod, UNLIMITED } from "../support/gateway-pod";
import { sendRawHttp2 } from "../support/raw-http2";
import { AUDIENCE, b64, claims, ISSUER, nowSeconds, token, tokenSigner } from "../support/tokens";

const hs = tokenSigner("hs", "HS256", "saas", "user");
const rs = tokenSigner("rs", "RS256", "saas", "user");
const ps = tokenSigner("ps", "PS384", "saas", "user");
const es = tokenSigner("es", "ES256", "partner", "worker");
const es512 = tokenSigner("es512", "ES512", "partner", "worker");
const stranger = tokenSigner("rs", "RS256", "saas", "admin");
const SIGNERS = [hs, rs, ps, es, es512];
const KEYS = SIGNERS.map(({ jwtKey }) => jwtKey);

let pod: GatewayPod;
beforeAll(async () => {
  pod = await GatewayPod.start();
  apply();
}, 300_000);
afterAll(() => pod?.stop());

/** The three clients with keys, one of whom has tokens too. */
function apply(keys = KEYS): void {
  const saas = { name: "saas", role: "user", methods: ["jwt"], apiKeyDigests: [], ...UNLIMITED } as const;
  expect(
    pod.applyAuthorizer([...pod.clients(), saas], keys.length > 0 ? { jwt: { keys } } : {}),
  ).toMatchObject({
    status: 0,
  });
}

const PROTOCOLS: Protocol[] = ["HTTP/1.1", "HTTP/2"];
type Headers = [string, string][];
const bearer = (text: string, scheme = "Bearer "): Headers => [["Authorization", `${scheme}${text}`]];
const edited = (part: 0 | 1 | 2, change: (text: string) => string, original = token(hs)) =>
  original
    .split(".")
    .map((text, index) => (index === part ? change(text) : text))
    .join(".");
const withClaims = (changes: object) => token(hs, claims(changes));
const withHeader = (header: object) => token(hs, claims(), header);
const withSignature = (signer: typeof hs, bytes: Buffer) =>
  edited(2, () => bytes.toString("base64url"), token(signer));
/** The public key's PEM as the secret of HS256. */
function confused(): string {
  const input = `${b64({ alg: "HS256", kid: "rs" })}.${b64(claims())}`;
  return `${input}.${createHmac("sha256", rs.jwtKey.key).update(input).digest("base64url")}`;
}

const REFUSED: [what: string, text: () => string][] = [
  ...["none", "None", "NONE", "nOnE"].flatMap((alg): [string, () => string][] => [
    [`alg ${alg}, unsigned`, () => edited(2, () => "", withHeader({ alg }))],
    [`alg ${alg}, signed`, () => withHeader({ alg })],
  ]),
  ["signature stripped", () => edited(2, () => "")],
  ["signature and dot stripped", () => token(hs).split(".").slice(0, 2).join(".")],
  ["signature of another payload", () => edited(1, () => b64(claims({ sub: "other" })))],
  ["RS256's public key as HS256 secret", confused],
  ["HS256's token under RS256's kid", () => withHeader({ kid: "rs" })],
  ["RS256's token under PS384's kid", () => token(rs, claims(), { kid: "ps" })],
  ["another allowed algorithm for this kid", () => token(rs, claims(), { alg: "PS384" })],
  ["RS256 signed by a stranger", () => token(stranger)],
  [
    "a stranger's key embedded",
    () => token(stranger, claims(), { jwk: { kty: "RSA", n: "AQAB", e: "AQAB" } }),
  ],
  ["jku", () => token(stranger, claims(), { jku: "https://attacker.example/keys" })],
  ["x5u", () => token(stranger, claims(), { x5u: "https://attacker.example/key" })],
  ["x5c", () => withHeader({ x5c: ["MIIB"] })],
  ["ES256 r = s = 0", () => withSignature(es, Buffer.alloc(64))],
  ["ES512 r = s = 0", () => withSignature(es512, Buffer.alloc(132))],
  ...[0, 63, 65].map((length): [string, () => string] => [
    `ES256 of ${length} bytes`,
    () => withSignature(es, Buffer.alloc(length, 1)),
  ]),
  ["kid of a file", () => withHeader({ kid: "../../dev/null" })],
  ["kid of SQL", () => withHeader({ kid: "x' UNION SELECT 'k" })],
  ["kid of 4 KiB", () => withHeader({ kid: "k".repeat(4096) })],
  ["kid with NUL", () => withHeader({ kid: "hs\0" })],
  ["kid in an array", () => withHeader({ kid: ["hs"] })],
  ["kid inherited", () => withHeader({ kid: "__proto__" })],
  ["kid missing", () => withHeader({ kid: undefined })],
  ["crit", () => withHeader({ crit: ["x"], x: 1 })],
  ["enc", () => withHeader({ enc: "A256GCM" })],
  ["typ of a logout token", () => withHeader({ typ: "logout+jwt" })],
  ["five parts", () => `${token(hs)}.e30.e30`],
  ["exp in the past", () => withClaims({ exp: nowSeconds() - 3600 })],
  ["exp 61 s ago", () => withClaims({ exp: nowSeconds() - 61 })],
  ["exp missing", () => withClaims({ exp: undefined })],
  ["exp a string", () => withClaims({ exp: String(nowSeconds() + 60) })],
  ["exp a fraction", () => withClaims({ exp: nowSeconds() + 60.5 })],
  ["exp negative", () => withClaims({ exp: -1 })],
  ["exp 2^63", () => withClaims({ exp: 2 ** 63 })],
  ["exp 1e400", () => token(hs, `{"iss":"${ISSUER}","aud":"${AUDIENCE}","sub":"t","exp":1e400}`)],
  [
    "exp twice",
    () => token(hs, `{"iss":"${ISSUER}","aud":"${AUDIENCE}","sub":"t","exp":1,"exp":9999999999}`),
  ],
  ["nbf ahead", () => withClaims({ nbf: nowSeconds() + 90 })],
  ["iat ahead", () => withClaims({ iat: nowSeconds() + 90 })],
  ["a life that is too long", () => withClaims({ exp: nowSeconds() + 2 * 86_400 })],
  ["iss wrong", () => withClaims({ iss: "https://other.example" })],
  ["iss a prefix", () => withClaims({ iss: ISSUER.slice(0, -1) })],
  ["iss in an array", () => withClaims({ iss: [ISSUER] })],
  ["iss missing", () => withClaims({ iss: undefined })],
  ["aud wrong", () => withClaims({ aud: "other" })],
  ["aud a list without us", () => withClaims({ aud: ["other", "comfy2"] })],
  ["aud missing", () => withClaims({ aud: undefined })],
  ["sub missing", () => withClaims({ sub: undefined })],
  ["sub a number", () => withClaims({ sub: 7 })],
  ["sub with a newline", () => withClaims({ sub: "a\nX-Gateway-Status: 200" })],
  ["padding", () => `${token(hs)}=`],
  ["padding inside", () => edited(0, (text) => `${text}==`)],
  ["plus and slash", () => edited(2, () => "+/+/".repeat(10))],
  ["an impossible length", () => edited(2, (text) => `${text}AA`)],
  ["a comma and a second token", () => `${token(hs)},${token(hs)}`],
  ["dots only", () => ".."],
  ["header null", () => token(hs, claims(), "null")],
  ["payload an array", () => token(hs, "[]")],
  ["trailing data", () => token(hs, claims(), '{"alg":"HS256","kid":"hs"}{}')],
  ["the secret itself", () => hs.jwtKey.key],
];

const SCHEMES: [what: string, value: () => string][] = [
  ["two spaces", () => `Bearer  ${token(hs)}`],
  ["two tokens", () => `Bearer ${token(hs)} ${token(hs)}`],
  ["a tab", () => `Bearer\t${token(hs)}`],
  ["another scheme", () => `Token ${token(hs)}`],
  ["no scheme", () => token(hs)],
  ["no token", () => "Bearer"],
  ["parameters", () => `Bearer token="${token(hs)}"`],
  ["basic", () => `Basic ${token(hs)}`],
];

describe.each(PROTOCOLS)("a token over %s", (protocol) => {
  it.each(REFUSED)("is refused: %s", async (_, text) => {
    const call = { target: "/system_stats", headers: bearer(text()) };
    const reply = await expectRefused(pod, protocol, call, 401);
    expect(errorOf(reply)?.code).toMatch(/^token_|^invalid_credential$/);
    expect(reply.headers["www-authenticate"]).toEqual(['Bearer realm="comfy-fortress"']);
  });

  it.each(SCHEMES)("is refused: %s", async (_, value) => {
    const headers: Headers = [["Authorization", value()]];
    await expectRefused(pod, protocol, { target: "/api/system_stats", headers }, 401);
  });

  it.each(SIGNERS.map((signer) => [signer.algorithm, signer] as const))("of %s passes", async (_, signer) => {
    for (const target of ["/system_stats", "/api/system_stats", "/prompt"]) {
      await expectPassed(pod, protocol, { target, headers: bearer(token(signer)) }, "jwt");
    }
    expect(JSON.stringify(await pod.hits())).not.toMatch(/bearer/i);
  });

  it("passes in odd but honest forms", async () => {
    for (const text of [
      withClaims({ exp: nowSeconds() - 55 }),
      withClaims({ aud: ["other", AUDIENCE] }),
      withClaims({ iat: undefined, nbf: undefined }),
      withHeader({ typ: "JWT" }),
    ]) {
      await expectPassed(pod, protocol, { target: "/system_stats", headers: bearer(text) }, "jwt");
    }
    const lower = { target: "/system_stats", headers: bearer(token(hs), "bearer ") };
    await expectPassed(pod, protocol, lower, "jwt");
  });

  it("says in general terms why it is refused", async () => {
    const headers = bearer(withClaims({ exp: nowSeconds() - 3600 }));
    const reply = await send(pod, protocol, { target: "/system_stats", headers });
    expect(errorOf(reply)).toEqual({
      status: 401,
      code: "token_expired",
      message: "The token is not valid: expired.",
    });
  });

  it("has its key's role and no more", async () => {
    await expectRefused(pod, protocol, { target: "/", headers: bearer(token(es)) }, 403);
    await expectPassed(pod, protocol, { target: "/", headers: bearer(token(hs)) }, "jwt");
    await expectRefused(pod, protocol, { target: "/queue", headers: bearer(token(hs)) }, 403);
    const claimed = bearer(withClaims({ role: "admin", roles: ["admin"], scope: "admin" }));
    await expectRefused(pod, protocol, { target: "/queue", headers: claimed }, 403);
  });

  it("beside another credential passes only where both hold for the same client", async () => {
    const key: Headers = [["X-API-Key", pod.keys.user]];
    const both = (text: string) => ({
      target: "/system_stats",
      headers: [...key, ...bearer(text)] as Headers,
    });
    await expectRefused(pod, protocol, both(token(hs)), 400);
    await expectRefused(pod, protocol, both("x.y.z"), 400);
    const wrongKey: Headers = [["X-API-Key", "cf_0"], ...bearer(token(hs))];
    await expectRefused(pod, protocol, { target: "/system_stats", headers: wrongKey }, 400);
  });

  it("in the query, a cookie or another header is none", async () => {
    const text = token(hs);
    await expectRefused(pod, protocol, { target: `/system_stats?access_token=${text}` }, 401);
    for (const name of ["Cookie", "X-Gateway-Authorization", "Proxy-Authorization", "X-Authorization"]) {
      const headers: Headers = [[name, `Bearer ${text}`]];
      await expectRefused(pod, protocol, { target: "/system_stats", headers }, 401);
    }
  });

  it("longer than 8 KiB is refused", async () => {
    const headers = bearer(withClaims({ pad: "x".repeat(6200) }));
    await expectRefused(pod, protocol, { target: "/system_stats", headers }, [400, 401]);
  });
});

it("twice is 400, even where it is the same", async () => {
  const twice: Headers = [...bearer(token(hs)), ...bearer(token(hs))];
  await expectRefused(pod, "HTTP/1.1", { target: "/system_stats", headers: twice }, 400);
  const { status } = await sendRawHttp2(
    pod,
    [
      [":method", "GET"],
      [":scheme", "https"],
      [":path", "/system_stats"],
      [":authority", `localhost:${pod.port}`],
      ...bearer("a"),
      ...bearer("a"),
    ].map(([name = "", value = ""]): [string, string] => [name.toLowerCase(), value]),
  );
  expect(status).toBe(400);
});

it("that names a place for its key makes nobody go there", async () => {
  let visits = 0;
  const canary = createServer((_, response) => {
    visits++;
    response.end("{}");
  });
  await new Promise<void>((resolve) => canary.listen(0, resolve));
  const { port } = canary.address() as AddressInfo;
  // The machine's address as the pod sees it.
  const route = docker("exec", pod.container("authorizer"), "cat", "/proc/net/route");
  const gateway = route.split("\n")[1]?.split("\t")[2] ?? "";
  const host = Buffer.from(gateway, "hex").reverse().join(".");
  try {
    // ComfyUI's own port is a canary too: expectRefused looks at what came there.
    for (const origin of [`http://${host}:${port}`, "http://127.0.0.1:8188", `https://${host}:${port}`]) {
      const { n, e } = { n: "AQAB", e: "AQAB" };
      for (const header of [
        { jku: `${origin}/keys` },
        { x5u: `${origin}/certificate.pem` },
        { kid: `${origin}/key`, jku: `${origin}/keys`, x5u: `${origin}/c` },
        { jwk: { kty: "RSA", n, e, x5u: `${origin}/c` } },
        { x5c: [`${origin}/c`], "x5t#S256": "AAAA" },
        { crit: ["jku"], jku: `${origin}/keys` },
      ]) {
        for (const signer of [stranger, hs, es]) {
          const call = { target: "/system_stats", headers: bearer(token(signer, claims(), header)) };
          await expectRefused(pod, "HTTP/2", call, 401);
        }
      }
      const issuer = withClaims({ iss: origin, jku: `${origin}/keys` });
      await expectRefused(pod, "HTTP/2", { target: "/system_stats", headers: bearer(issuer) }, 401);
    }
    await sleep(500);
    expect(visits).toBe(0);
    // Control: somebody who goes there is seen.
    const visit = `fetch("http://${host}:${port}/").then((answer) => answer.text())`;
    await promisify(execFile)("docker", ["exec", pod.container("authorizer"), "node", "-e", visit]);
    expect(visits).toBe(1);
  } finally {
    canary.close();
  }
});

it("of ten thousand mutations none passes, and cryptography works as before", async () => {
  await pod.forget();
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=+/";
  const valid = SIGNERS.map((signer) => token(signer));
  const mutation = (turn: number): string => {
    const original = valid[turn % valid.length] ?? "";
    for (;;) {
      const at = Math.floor(Math.random() * original.length);
      const letter = alphabet[Math.floor(Math.random() * alphabet.length)] ?? "";
      const kinds = [
        original.slice(0, at) + letter + original.slice(at + 1),
        original.slice(0, at) + original.slice(at + 1),
        original.slice(0, at) + letter + original.slice(at),
        original.slice(0, at),
      ];
      const mutated = kinds[turn % kinds.length] ?? "";
      if (mutated !== original) return mutated;
    }
  };
  for (let batch = 0; batch < 100; batch++) {
    const replies = await Promise.all(
      Array.from({ length: 100 }, (_, at) => {
        const text = mutation(100 * batch + at);
        return send(pod, "HTTP/2", { target: "/system_stats", headers: bearer(text) });
      }),
    );
    expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([401]));
  }
  expect(await pod.hits()).toEqual([]);
  // A new handshake and every algorithm, right after signatures that are none.
  for (const signer of SIGNERS) {
    await expectPassed(pod, "HTTP/1.1", { target: "/models", headers: bearer(token(signer)) }, "jwt");
  }
}, 120_000);

describe("time and change", () => {
  const stats = (text: string) =>
    send(pod, "HTTP/1.1", { target: "/system_stats", headers: bearer(text) }).then(({ status }) => status);

  it("a remembered verdict does not outlive the token", async () => {
    // The skew of a minute counts from exp, so this token ends in three seconds.
    const text = withClaims({ exp: nowSeconds() - 57 });
    expect(await stats(text)).toBe(200);
    await sleep(3100);
    expect(await stats(text)).toBe(401);
  });

  it("one key after another, without a refused request; the retired one is refused within 5 s and loses its socket", async () => {
    const old = token(hs);
    const next = tokenSigner("hs-2", "HS256", "saas", "user");
    apply([...KEYS, next.jwtKey]);
    expect([await stats(old), await stats(token(next))]).toEqual([200, 200]);
    const socket = new WebSocket(`wss://localhost:${pod.port}/ws`, {
      ca: pod.ca,
      headers: { Authorization: `Bearer ${old}` },
    });
    await new Promise((resolve, reject) => {
      socket.on("open", resolve);
      socket.on("error", reject);
    });
    const closed = new Promise((resolve) => socket.on("close", resolve));
    apply([...KEYS.filter(({ kid }) => kid !== "hs"), next.jwtKey]);
    const started = Date.now();
    await closed;
    await eventually(async () => (await stats(old)) === 401, "the token is refused", 6000);
    expect(Date.now() - started).toBeLessThan(5100);
    expect(await stats(token(next))).toBe(200);
    apply();
  });

  it("a socket is closed soon after its token has ended, another's is not", async () => {
    const open = (text: string) =>
      new Promise<WebSocket>((resolve, reject) => {
        const socket = new WebSocket(`wss://localhost:${pod.port}/ws`, {
          ca: pod.ca,
          headers: { Authorization: `Bearer ${text}` },
        });
        socket.on("open", () => resolve(socket));
        socket.on("error", reject);
      });
    const brief = await open(withClaims({ exp: nowSeconds() - 56 }));
    const lasting = await open(token(hs));
    let closed = false;
    let lastingClosed = false;
    brief.on("close", () => {
      closed = true;
    });
    lasting.on("close", () => {
      lastingClosed = true;
    });
    expect(closed).toBe(false);
    await eventually(async () => closed, "the socket is closed", 40_000);
    expect(lastingClosed).toBe(false);
    lasting.terminate();
  }, 45_000);

  it("a key that cannot be used is refused with its reason, and the old ones keep serving", async () => {
    const origins = [pod.origin];
    const bad = { ...hs.jwtKey, key: "c2hvcnQ" };
    const applied = pod.applyAuthorizer(pod.clients(), { origins, jwt: { keys: [bad] } });
    expect([applied.status, applied.output]).toEqual([1, expect.stringContaining("the secret has 5 bytes")]);
    expect(applied.output).not.toContain("c2hvcnQ");
    expect(await stats(token(hs))).toBe(200);
  });

  it("where tokens are not enabled none passes", async () => {
    apply([]);
    const call = { target: "/system_stats", headers: bearer(token(hs)) };
    // Until nginx has forgotten.
    await sleep(5100);
    const reply = await expectRefused(pod, "HTTP/1.1", call, 401);
    expect(errorOf(reply)?.code).toBe("method_not_enabled");
    apply();
  }, 30_000);
});
