/**
 * Credentials in forms that are on no list: cookies, tokens, certificates, and several of them at once. Each one is
 * refused, goes nowhere, and writes nothing into the audit log that it should not. Needs Docker.
 */
import { generateKeyPairSync, randomBytes, sign as signBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { passwordRecord } from "../../components/gateway/authorizer/methods/password-record";
import type { AuthorizerClient } from "../../components/gateway/authorizer/render";
import { type IssuedIdentity, TestCa } from "../support/client-certificates";
import { errorOf, type Identity, type Protocol, send, sendRaw } from "../support/gateway-client";
import { expectPassed, expectRefused } from "../support/gateway-expect";
import { digest, GatewayPod, newKey, UNLIMITED } from "../support/gateway-pod";
import { sendRawHttp2 } from "../support/raw-http2";
import { AUDIENCE, b64, claims, ISSUER, nowSeconds, token, tokenSigner } from "../support/tokens";

const PROTOCOLS: Protocol[] = ["HTTP/1.1", "HTTP/2"];
type Headers = [string, string][];

const hs = tokenSigner("hs", "HS256", "saas", "user");
const hs512 = tokenSigner("hs512", "HS512", "saas", "user");
const es = tokenSigner("es", "ES256", "saas", "user");
const PASSWORDS = { anna: "violet:tundra kettle", bert: "amber quarry lantern" };

let pod: GatewayPod;
let ca: TestCa;
let own: IssuedIdentity;
let certificates: Record<string, Identity>;

beforeAll(async () => {
  pod = await GatewayPod.start();
  ca = await TestCa.create();
  own = await ca.issue("CN=anna");
  certificates = await oddCertificates();
  expect(pod.applyNginx(pod.nginxBundle({ clientCa: ca.pem }))).toMatchObject({ status: 0 });
  const people = (["anna", "bert"] as const).map(
    (name): AuthorizerClient => ({
      name,
      role: "user",
      methods: ["apiKey", "basic", "mtls"],
      apiKeyDigests: [digest(keys[name])],
      passwordRecords: [passwordRecord(PASSWORDS[name], randomBytes(16), { N: 2 ** 14, r: 8, p: 1 })],
      ...(name === "anna" && { certificateFingerprints: listed.map(({ fingerprint }) => fingerprint) }),
      ...UNLIMITED,
    }),
  );
  const settings = {
    session: { key: randomBytes(32).toString("hex") },
    jwt: { keys: [hs, hs512, es].map(({ jwtKey }) => jwtKey) },
  };
  expect(pod.applyAuthorizer([...pod.clients(), ...people], settings)).toMatchObject({ status: 0 });
}, 300_000);
afterAll(() => pod?.stop());

const keys = { anna: newKey(), bert: newKey() };
/** Certificates whose fingerprints are anna's: what refuses them is not that nobody knows them. */
const listed: IssuedIdentity[] = [];

async function oddCertificates(): Promise<Record<string, Identity>> {
  const known = async (issued: Promise<IssuedIdentity>) => {
    const identity = await issued;
    listed.push(identity);
    return identity;
  };
  listed.push(own);
  const chained = async (intermediate: TestCa) => {
    const leaf = await known(intermediate.issue("CN=anna"));
    return { ...leaf, certificate: `${leaf.certificate}\n${intermediate.pem}` };
  };
  const hour = 3_600_000;
  const ended = { notBefore: new Date(Date.now() - 2 * hour), notAfter: new Date(Date.now() - hour) };
  return {
    "of a CA below ours": await chained(await ca.intermediate("CN=below")),
    "of a CA below ours that has expired": await chained(await ca.intermediate("CN=below", ended)),
    "of a client's certificate used as a CA": await chained(await ca.intermediate("CN=leaf", {}, false)),
    "of a CA that only has our CA's name": await known((await TestCa.create()).issue("CN=anna")),
    "of the CA itself": { certificate: ca.pem, key: await ca.key() },
    "of the server": { certificate: pod.certificate, key: pod.certificateKey },
    "of anna's key, signed by herself": await known((await TestCa.create("CN=anna")).issue("CN=anna")),
    "without a purpose that we know": await known(ca.issue("CN=anna", { usage: "codeSigning" })),
  };
}

const bearer = (text: string): Headers => [["Authorization", `Bearer ${text}`]];
const stats = (headers: Headers, identity?: Identity) => ({
  target: "/system_stats",
  headers,
  ...(identity && { identity }),
});

describe("a session's cookie", () => {
  const NAME = "__Host-comfy_session";
  let value = "";
  let other = "";
  beforeAll(async () => {
    const signIn = async (name: "anna" | "bert") => {
      const encoded = Buffer.from(`${name}:${PASSWORDS[name]}`).toString("base64");
      const reply = await send(pod, "HTTP/1.1", stats([["Authorization", `Basic ${encoded}`]]));
      return reply.headers["set-cookie"]?.[0]?.split(";")[0]?.split("=")[1] ?? "";
    };
    value = await signIn("anna");
    other = await signIn("bert");
  });

  const cases: [what: string, cookie: () => string][] = [
    ["in quotes", () => `${NAME}="${value}"`],
    ["with half a quote", () => `${NAME}="${value}`],
    ["under another case", () => `__host-comfy_session=${value}`],
    ["under a longer name", () => `${NAME}x=${value}`],
    ["under a name that ends alike", () => `x${NAME}=${value}`],
    ["under the secure prefix", () => `__Secure-comfy_session=${value}`],
    ["without a prefix", () => `comfy_session=${value}`],
    ["in a cookie without a name", () => `=${NAME}=${value}`],
    ["with a space after its name", () => `${NAME} =${value}`],
    ["with a no-break space before its name", () => `a=b;\xa0${NAME}=${value}`],
    ["with a no-break space after its name", () => `${NAME}\xa0=${value}`],
    ["with a vertical tab before its name", () => `a=b;\x0b${NAME}=${value}`],
    ["with an encoded name", () => `%5F%5FHost-comfy_session=${value}`],
    ["with an encoded value", () => `${NAME}=${value.replace(".", "%2E")}`],
    ["after a comma", () => `a=b, ${NAME}=${value}`],
    ["with a version before it, as RFC 2965 had it", () => `$Version=1, ${NAME}=${value}`],
    ["followed by a comma and another", () => `${NAME}=${value},${NAME}=${value}`],
    ["twice, the other one another client's", () => `${NAME}=${value}; ${NAME}=${other}`],
    ["twice, once empty", () => `${NAME}=; ${NAME}=${value}`],
    ["twice, once without a value", () => `${NAME}; ${NAME}=${value}`],
    ["with the signature of another", () => `${NAME}=${value.split(".")[0]}.${other.split(".")[1]}`],
    ["with three parts", () => `${NAME}=${value}.${value.split(".")[1]}`],
    ["with padding", () => `${NAME}=${value}=`],
    ["with a space in it", () => `${NAME}=${value.replace(".", " .")}`],
    ["with a NUL after it", () => `${NAME}=${value}\x00`],
    ["of 8 KB", () => `${NAME}=${value}${"A".repeat(7000)}`],
    ["as an object's key", () => "__proto__=1"],
    ["as an API key", () => `${NAME}=${keys.anna}`],
    ["as a token", () => `${NAME}=${token(hs)}`],
  ];
  it.each(cases)("does not count %s", async (_, cookie) => {
    for (const protocol of PROTOCOLS) {
      // Node's client of HTTP/2 does not write what no header may hold.
      if (protocol === "HTTP/2" && /[^\x20-\x7e]/.test(cookie())) continue;
      await expectRefused(pod, protocol, stats([["Cookie", cookie()]]), [400, 401]);
    }
  });

  it("split over two fields of HTTP/2 is one, and two of them are too many", async () => {
    const ask = async (...cookies: string[]) => {
      await pod.forget();
      const fields: Headers = [
        [":method", "GET"],
        [":scheme", "https"],
        [":path", "/system_stats"],
        [":authority", `localhost:${pod.port}`],
        ...cookies.map((cookie): [string, string] => ["cookie", cookie]),
      ];
      return (await sendRawHttp2(pod, fields)).status;
    };
    const own = `${NAME}=${value}`;
    // Hand-made fields are of 126 octets at most; a session is a little longer.
    if (own.length <= 126) expect(await ask("theme=dark", own)).toBe(200);
    expect(await ask(`${NAME}=a`, `${NAME}=b`)).toBe(401);
    expect(await pod.hits()).toEqual([]);
  });

  it("beside what speaks for another client is refused, and no new session begins", async () => {
    const cookie: Headers = [["Cookie", `${NAME}=${value}`]];
    const basic = (name: "anna" | "bert"): Headers => [
      ["Authorization", `Basic ${Buffer.from(`${name}:${PASSWORDS[name]}`).toString("base64")}`],
    ];
    for (const [headers, identity] of [
      [[...cookie, ["X-API-Key", keys.bert]]],
      [[...cookie, ...basic("bert")]],
      [[...cookie, ...bearer(token(hs))]],
      [[["Cookie", `${NAME}=${other}`]], own],
      [[["X-API-Key", keys.bert]], own],
      [[["X-API-Key", keys.anna], ...basic("bert")]],
      [[["X-API-Key", keys.anna], ...bearer(token(es))]],
    ] as [Headers, Identity?][]) {
      const reply = await expectRefused(pod, "HTTP/1.1", stats(headers, identity), 400);
      expect(errorOf(reply)?.code).toBe("conflicting_credentials");
      expect(reply.headers["set-cookie"]).toBeUndefined();
    }
    const agreeing: Headers = [...cookie, ["X-API-Key", keys.anna], ...basic("anna")];
    const reply = await expectPassed(pod, "HTTP/1.1", stats(agreeing, own));
    expect(reply.headers["set-cookie"]).toBeUndefined();
  });

  it("that somebody else brings to the sign-in is not taken over", async () => {
    const basic: Headers = [
      ["Authorization", `Basic ${Buffer.from(`anna:${PASSWORDS.anna}`).toString("base64")}`],
    ];
    for (const fixed of ["fixed", `${value.slice(0, -2)}AA`]) {
      const reply = await expectRefused(
        pod,
        "HTTP/1.1",
        stats([["Cookie", `${NAME}=${fixed}`], ...basic]),
        401,
      );
      expect(reply.headers["set-cookie"]?.[0]).toMatch(/Max-Age=0/);
    }
    const fresh = await send(pod, "HTTP/1.1", stats(basic));
    expect(fresh.headers["set-cookie"]?.[0]).toMatch(/^__Host-comfy_session=[\w-]+\./);
  });
});

describe("a token", () => {
  // Until the lines of what was asked before have come.
  beforeAll(() => sleep(500));
  const withHeader = (header: object) => token(hs, claims(), header);
  const withClaims = (changes: object) => token(hs, claims(changes));
  const headerText = (text: string) => token(hs, claims(), text);
  const signedWith = (text: string) => {
    const [head, body] = text.split(".");
    return `${head}.${body}`;
  };
  const der = () => {
    // A stranger's: what is looked at first is the form.
    const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const input = signedWith(token(es));
    return `${input}.${signBytes("sha256", Buffer.from(input), privateKey).toString("base64url")}`;
  };
  const cases: [what: string, text: () => string][] = [
    ["b64 false, critical (RFC 7797)", () => withHeader({ b64: false, crit: ["b64"] })],
    ["b64 true", () => withHeader({ b64: true })],
    [
      "a payload that is not encoded",
      () => `${b64({ alg: "HS256", kid: "hs", b64: false })}.${JSON.stringify(claims())}.${b64("x")}`,
    ],
    ["a detached payload", () => token(hs).replace(/\.[^.]+\./, "..")],
    ["a token within", () => token(hs, token(hs), { cty: "JWT" })],
    ["a token within, unsaid", () => token(hs, token(hs))],
    ["compression", () => withHeader({ zip: "DEF" })],
    ["a password's rounds", () => withHeader({ p2c: 2 ** 31, p2s: "AAAA" })],
    ["an ephemeral key", () => withHeader({ epk: { kty: "EC" } })],
    ["an empty list of what is critical", () => withHeader({ crit: [] })],
    ["a certificate's digest and its chain", () => withHeader({ x5c: [], "x5t#S256": "AA" })],
    ["the type of a proof of possession", () => withHeader({ typ: "dpop+jwt" })],
    ["the type of an event", () => withHeader({ typ: "secevent+jwt" })],
    ["the type of an identity", () => withHeader({ typ: "entity-statement+jwt" })],
    ["the type JOSE", () => withHeader({ typ: "JOSE" })],
    ["a type that is a number", () => withHeader({ typ: 1 })],
    ["a type that is null", () => withHeader({ typ: null })],
    ["a type with a space", () => withHeader({ typ: "JWT " })],
    ...["__proto__", "constructor", "toString", "hasOwnProperty", "valueOf", "size", "get"].map(
      (kid): [string, () => string] => [`the kid ${kid}`, () => withHeader({ kid })],
    ),
    ...["", "HS", "hs ", " hs", "hs\n", "hs\t", "h\u0455", "hs\u200b", "hs/../hs", "hs,es", "*"].map(
      (kid): [string, () => string] => [`the kid ${JSON.stringify(kid)}`, () => withHeader({ kid })],
    ),
    ...[null, true, 0, {}, { hs: 1 }, [["hs"]]].map((kid): [string, () => string] => [
      `the kid ${JSON.stringify(kid)} of another type`,
      () => withHeader({ kid }),
    ]),
    ...["hs256", "HS256 ", "HS512", "HS1", "", "RS256", "EdDSA", "dir", "A128KW"].map(
      (alg): [string, () => string] => [`the algorithm ${JSON.stringify(alg)}`, () => withHeader({ alg })],
    ),
    ["algorithms in an array", () => withHeader({ alg: ["HS256"] })],
    ["no algorithm", () => withHeader({ alg: undefined })],
    ["the algorithm twice", () => headerText('{"alg":"none","kid":"hs","alg":"HS256"}')],
    ["the kid twice, once escaped", () => headerText('{"alg":"HS256","kid":"hs","\\u006bid":"es"}')],
    ["a header with a byte order mark", () => headerText('\ufeff{"alg":"HS256","kid":"hs"}')],
    ["a header in a list", () => headerText('[{"alg":"HS256","kid":"hs"}]')],
    ["a header with an object's key", () => headerText('{"alg":"HS256","__proto__":{"kid":"hs"}}')],
    ["a header that is a number", () => headerText("1")],
    ["half of the signature", () => token(hs).slice(0, -22)],
    ["the signature twice", () => `${token(hs)}${token(hs).split(".")[2]}`],
    [
      "a longer key's signature",
      () => `${signedWith(token(hs))}.${hs512.sign(signedWith(token(hs))).toString("base64url")}`,
    ],
    ["an ECDSA signature in DER", der],
    [
      "an ECDSA signature with r = 0",
      () =>
        `${signedWith(token(es))}.${Buffer.concat([Buffer.alloc(32), Buffer.alloc(32, 1)]).toString("base64url")}`,
    ],
    [
      "an ECDSA signature of ones",
      () => `${signedWith(token(es))}.${Buffer.alloc(64, 255).toString("base64url")}`,
    ],
    ...[true, null, [], {}, "", "9999999999", 1e15, Number.MAX_SAFE_INTEGER, 0, -0.5].map(
      (exp): [string, () => string] => [`exp ${JSON.stringify(exp)}`, () => withClaims({ exp })],
    ),
    ["exp as 1e308", () => token(hs, `{"iss":"${ISSUER}","aud":"${AUDIENCE}","sub":"t","exp":1e308}`)],
    [
      "exp of 400 digits",
      () => token(hs, `{"iss":"${ISSUER}","aud":"${AUDIENCE}","sub":"t","exp":${"9".repeat(400)}}`),
    ],
    [
      "exp twice, once escaped",
      () =>
        token(
          hs,
          `{"iss":"${ISSUER}","aud":"${AUDIENCE}","sub":"t","exp":${nowSeconds() + 60},"\\u0065xp":1}`,
        ),
    ],
    ["nbf as text", () => withClaims({ nbf: "0" })],
    ["nbf null", () => withClaims({ nbf: null })],
    ["iat as text", () => withClaims({ iat: String(nowSeconds()) })],
    ["iat negative", () => withClaims({ iat: -1 })],
    ["iat a fraction", () => withClaims({ iat: nowSeconds() - 0.5 })],
    ...[
      "\0",
      "a\0b",
      "a\nb",
      "a\r\nX-Gateway-Client: admin",
      "a\u2028b",
      "\u202eanna",
      "ann\u0430",
      "a b",
      " a",
      "",
      "é",
    ].map((sub): [string, () => string] => [`sub ${JSON.stringify(sub)}`, () => withClaims({ sub })]),
    ["sub of 256 letters", () => withClaims({ sub: "x".repeat(256) })],
    ...[{}, ["anna"], null, true, 1].map((sub): [string, () => string] => [
      `sub ${JSON.stringify(sub)} of another type`,
      () => withClaims({ sub }),
    ]),
    [
      "sub in an object's key",
      () =>
        token(
          hs,
          `{"iss":"${ISSUER}","aud":"${AUDIENCE}","exp":${nowSeconds() + 60},"__proto__":{"sub":"t"}}`,
        ),
    ],
    ...[
      `${ISSUER}/`,
      `${ISSUER}\0`,
      `${ISSUER}\n`,
      ISSUER.toUpperCase(),
      ISSUER.replace("e", "\u0435"),
      "",
      ` ${ISSUER}`,
    ].map((iss): [string, () => string] => [`iss ${JSON.stringify(iss)}`, () => withClaims({ iss })]),
    ...[null, {}, { [ISSUER]: 1 }, 0].map((iss): [string, () => string] => [
      `iss ${JSON.stringify(iss)} of another type`,
      () => withClaims({ iss }),
    ]),
    ...["comfy ", "COMFY", "comfy\0", "comfy,other", "*", "", "c\u043emfy"].map(
      (aud): [string, () => string] => [`aud ${JSON.stringify(aud)}`, () => withClaims({ aud })],
    ),
    ...[null, [], [["comfy"]], { comfy: true }, ["comfy", 1], [null, "comfy"], true].map(
      (aud): [string, () => string] => [
        `aud ${JSON.stringify(aud)} of another type`,
        () => withClaims({ aud }),
      ],
    ),
    ["claims with a byte order mark", () => token(hs, `\ufeff${JSON.stringify(claims())}`)],
    [
      "claims in UTF-16",
      () => token(hs, Buffer.from(JSON.stringify(claims()), "utf16le").toString("latin1")),
    ],
    ["claims as text", () => token(hs, JSON.stringify(JSON.stringify(claims())))],
    ["claims that are null", () => token(hs, "null")],
    ["claims nested 100,000 deep", () => token(hs, `${"[".repeat(2500)}${"]".repeat(2500)}`)],
  ];
  it.each(cases)("is refused with %s", async (_, text) => {
    const written = text();
    const mark = pod.auditMark();
    const reply = await expectRefused(pod, "HTTP/2", stats(bearer(written)), 401);
    expect(errorOf(reply)?.code).toMatch(/^token_|^invalid_credential$/);
    // One line for the request, that names nobody, whatever the token says of itself.
    const lines = (await pod.auditSince(mark, 401)).map((line) => JSON.parse(line));
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatchObject({ client: "", route: "system-stats" });
  });

  const transports: [what: string, headers: () => Headers][] = [
    ["a no-break space", () => [["Authorization", `Bearer\xa0${token(hs)}`]]],
    ["a tab before it", () => [["Authorization", `\tBearer\t${token(hs)}`]]],
    ["a charset after it", () => [["Authorization", `Bearer ${token(hs)};charset=utf-8`]]],
    ["a comma after it", () => [["Authorization", `Bearer ${token(hs)},`]]],
    ["the scheme in quotes", () => [["Authorization", `"Bearer" ${token(hs)}`]]],
    ["the scheme DPoP", () => [["Authorization", `DPoP ${token(hs)}`]]],
    ["the scheme Negotiate", () => [["Authorization", `Negotiate ${token(hs)}`]]],
    ["the scheme Digest", () => [["Authorization", 'Digest username="anna", response="0"']]],
    ["two schemes", () => [["Authorization", `Basic, Bearer ${token(hs)}`]]],
    ["the scheme twice", () => [["Authorization", `Bearer Bearer ${token(hs)}`]]],
    ["a header's look-alike", () => [["Authorization_", `Bearer ${token(hs)}`]]],
    ["a forwarded header", () => [["X-Forwarded-Authorization", `Bearer ${token(hs)}`]]],
    ["an original header", () => [["X-Original-Authorization", `Bearer ${token(hs)}`]]],
    [
      "a verified identity",
      () => [
        ["X-Auth-Request-User", "admin"],
        ["X-Forwarded-User", "admin"],
        ["Remote-User", "admin"],
      ],
    ],
    [
      "a verdict of another proxy",
      () => [
        ["X-Ext-Authz", "allow"],
        ["X-Envoy-Auth", "ok"],
        ["X-Auth-Status", "200"],
      ],
    ],
  ];
  it.each(transports)("is refused with %s", async (_, headers) => {
    await expectRefused(pod, "HTTP/1.1", stats(headers()), 401);
  });

  it("control: honest ones in an odd hand pass", async () => {
    for (const text of [
      headerText('{ "kid" : "hs",\n "alg" : "HS256" }'),
      headerText('{"\\u0061lg":"HS256","kid":"\\u0068s"}'),
      withHeader({ typ: "at+jwt" }),
      withHeader({ typ: "application/at+jwt" }),
      withClaims({ sub: "x".repeat(255) }),
      withClaims({ exp: nowSeconds() + 600, role: "admin", constructor: 1 }),
      token(hs, JSON.stringify({ ...claims(), exp: 0 }).replace('"exp":0', `"exp":${nowSeconds() + 600}.0`)),
    ]) {
      await expectPassed(pod, "HTTP/2", stats(bearer(text)), "jwt");
    }
  });
});

describe("a client certificate", () => {
  const names = [
    "of a CA below ours",
    "of a CA below ours that has expired",
    "of a client's certificate used as a CA",
    "of a CA that only has our CA's name",
    "of the CA itself",
    "of the server",
    "of anna's key, signed by herself",
    "without a purpose that we know",
  ];
  it.each(names)("is refused: %s", async (what) => {
    const identity = certificates[what];
    if (!identity) throw new Error(`${what}: not made`);
    for (const headers of [[], [["X-API-Key", keys.anna]]] as Headers[]) {
      for (const protocol of PROTOCOLS) await expectRefused(pod, protocol, stats(headers, identity), 400);
    }
  });

  it("control: anna's passes, and names of others in it change nothing", async () => {
    await expectPassed(pod, "HTTP/2", stats([], own), "mtls");
    const others = await ca.issue("CN=admin", { names: ["admin", "bert", "localhost"] });
    await expectRefused(pod, "HTTP/1.1", stats([], others), 400);
  });

  it("cannot be claimed by a header, by whatever name proxies know", async () => {
    const pem = encodeURIComponent(own.certificate);
    for (const name of [
      ...["X-Client-Cert", "X-SSL-Client-Cert", "X-Forwarded-Client-Cert", "SSL-CLIENT-CERT", "Client-Cert"],
      ...[
        "X-ARR-ClientCert",
        "X-SSL-Cert",
        "X-Client-Verify",
        "X-Forwarded-Tls-Client-Cert",
        "X-Amzn-Mtls-Clientcert",
      ],
    ]) {
      await expectRefused(pod, "HTTP/2", stats([[name, pem]]), 401);
    }
  });
});

describe("an API key", () => {
  const cases: [what: string, header: () => string][] = [
    ["a space within", () => `X-API-Key: ${keys.anna.slice(0, 20)} ${keys.anna.slice(20)}`],
    ["a vertical tab after it", () => `X-API-Key: ${keys.anna}\x0b`],
    ["a no-break space before it", () => `X-API-Key: \xa0${keys.anna}`],
    ["a scheme before it", () => `X-API-Key: Bearer ${keys.anna}`],
    ["its own digest", () => `X-API-Key: ${digest(keys.anna)}`],
    ["its own digest in its form", () => `X-API-Key: cf_${digest(keys.anna)}`],
    ["a NUL after it", () => `X-API-Key: ${keys.anna}\x00`],
    ["a wildcard", () => "X-API-Key: *"],
    ["an object's key", () => "X-API-Key: __proto__"],
    ["a space in the name", () => `X-API Key: ${keys.anna}`],
    ["a space after the name", () => `X-API-Key : ${keys.anna}`],
    ["a tab after the name", () => `X-API-Key\t: ${keys.anna}`],
    ["a NUL in the name", () => `X-API-Key\x00: ${keys.anna}`],
    ["a dot in the name", () => `X.API.Key: ${keys.anna}`],
    ["an underscore in the name", () => `X-API_Key: ${keys.anna}`],
    ["a colon before the name", () => `:X-API-Key: ${keys.anna}`],
    ["another name", () => `Api-Key: ${keys.anna}`],
    ["a folded line before it", () => `X-A: b\r\n X-API-Key: ${keys.anna}`],
    ["a folded value", () => `X-API-Key:\r\n ${keys.anna}`],
    ["a bare CR before it", () => `X-A: b\rX-API-Key: ${keys.anna}`],
    ["an escape before it", () => `X-A: b%0d%0aX-API-Key: ${keys.anna}`],
  ];
  it.each(cases)("is none with %s", async (_, header) => {
    await pod.forget();
    const text = `GET /system_stats HTTP/1.1\r\nHost: localhost:${pod.port}\r\n${header()}\r\nConnection: close\r\n\r\n`;
    const reply = await sendRaw(pod, Buffer.from(text, "latin1"), 1500);
    expect([0, 400, 401]).toContain(reply.status);
    expect(await pod.hits()).toEqual([]);
  });

  it("control: spaces around it are none of it", async () => {
    const text = `GET /system_stats HTTP/1.1\r\nHost: localhost:${pod.port}\r\nx-aPi-kEy: \t ${keys.anna} \t\r\nConnection: close\r\n\r\n`;
    expect((await sendRaw(pod, text, 1500)).status).toBe(200);
  });
});
