import {
  constants,
  createHmac,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign as signBytes,
  webcrypto,
} from "node:crypto";
import { Socket } from "node:net";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { parseAuthorization } from "../../components/gateway/authorizer/methods/authorization";
import { decodeBase64url } from "../../components/gateway/authorizer/methods/base64";
import {
  createJwtVerifier,
  type JwtSettings,
  type JwtVerifier,
} from "../../components/gateway/authorizer/methods/jwt";
import type { JwtAlgorithm, JwtKey } from "../../components/gateway/authorizer/methods/jwt-keys";
import { parseJsonObject } from "../../components/gateway/authorizer/methods/strict-json";

// Tokens are made with node:crypto, not with jose, so that a mistake there does not vouch for itself.

const NOW = 1_800_000_000;
const ISSUER = "https://issuer.example";
const AUDIENCE = "comfy";
const SECRET = Buffer.alloc(64, "hmac secret ");

type Signer = { readonly secret: Buffer } | { readonly privateKey: KeyObject };

const pairs = {
  rsa: generateKeyPairSync("rsa", { modulusLength: 2048 }),
  attackerRsa: generateKeyPairSync("rsa", { modulusLength: 2048 }),
  p256: generateKeyPairSync("ec", { namedCurve: "P-256" }),
  p384: generateKeyPairSync("ec", { namedCurve: "P-384" }),
  p521: generateKeyPairSync("ec", { namedCurve: "P-521" }),
};

const pem = (key: KeyObject) => key.export({ type: "spki", format: "pem" }).toString();
const b64 = (value: unknown) =>
  Buffer.from(typeof value === "string" ? value : JSON.stringify(value)).toString("base64url");

const signers: Record<JwtAlgorithm, Signer & { readonly key: string }> = {
  HS256: { secret: SECRET.subarray(0, 32), key: SECRET.subarray(0, 32).toString("base64url") },
  HS384: { secret: SECRET.subarray(0, 48), key: SECRET.subarray(0, 48).toString("base64url") },
  HS512: { secret: SECRET, key: SECRET.toString("base64url") },
  RS256: { privateKey: pairs.rsa.privateKey, key: pem(pairs.rsa.publicKey) },
  RS384: { privateKey: pairs.rsa.privateKey, key: pem(pairs.rsa.publicKey) },
  RS512: { privateKey: pairs.rsa.privateKey, key: pem(pairs.rsa.publicKey) },
  PS256: { privateKey: pairs.rsa.privateKey, key: pem(pairs.rsa.publicKey) },
  PS384: { privateKey: pairs.rsa.privateKey, key: pem(pairs.rsa.publicKey) },
  PS512: { privateKey: pairs.rsa.privateKey, key: pem(pairs.rsa.publicKey) },
  ES256: { privateKey: pairs.p256.privateKey, key: pem(pairs.p256.publicKey) },
  ES384: { privateKey: pairs.p384.privateKey, key: pem(pairs.p384.publicKey) },
  ES512: { privateKey: pairs.p521.privateKey, key: pem(pairs.p521.publicKey) },
};
const algorithms = Object.keys(signers) as JwtAlgorithm[];

function signature(input: string, algorithm: JwtAlgorithm, signer: Signer): Buffer {
  const hash = `sha${algorithm.slice(2)}`;
  if ("secret" in signer) return createHmac(hash, signer.secret).update(input).digest();
  const padding = algorithm.startsWith("PS") ? constants.RSA_PKCS1_PSS_PADDING : undefined;
  const options = {
    key: signer.privateKey,
    dsaEncoding: "ieee-p1363" as const,
    ...(padding && { padding, saltLength: constants.RSA_PSS_SALTLEN_DIGEST }),
  };
  return signBytes(hash, Buffer.from(input), options);
}

const kidOf = (algorithm: JwtAlgorithm) => `key-${algorithm.toLowerCase()}`;
const jwtKey = (algorithm: JwtAlgorithm): JwtKey => ({
  kid: kidOf(algorithm),
  algorithm,
  key: signers[algorithm].key,
  issuer: ISSUER,
  audience: AUDIENCE,
  role: "worker",
});
const claims = (changes: object = {}) => ({
  iss: ISSUER,
  aud: AUDIENCE,
  sub: "tenant-1",
  iat: NOW,
  exp: NOW + 600,
  ...changes,
});

/** A token; header and payload may be given as text to be odd in ways JSON.stringify cannot be. */
function token(
  header: object | string = {},
  payload: object | string = claims(),
  algorithm: JwtAlgorithm = "HS256",
  signer: Signer = signers[algorithm],
): string {
  const head = typeof header === "string" ? header : { alg: algorithm, kid: kidOf(algorithm), ...header };
  const input = `${b64(head)}.${b64(payload)}`;
  return `${input}.${signature(input, algorithm, signer).toString("base64url")}`;
}
const withClaims = (changes: object) => token({}, claims(changes));
const withHeader = (changes: object) => token(changes);
const without = (claim: string) => withClaims({ [claim]: undefined });
const claimsText = (members: string) =>
  token({}, `{"iss":"${ISSUER}","aud":"${AUDIENCE}","sub":"t",${members}}`);
function withSignature(algorithm: JwtAlgorithm, bytes: Uint8Array): string {
  const [head, payload] = token({}, claims(), algorithm).split(".");
  return `${head}.${payload}.${Buffer.from(bytes).toString("base64url")}`;
}
/** The token with one of its parts changed as text. */
function edited(part: 0 | 1 | 2, change: (text: string) => string, original = token()): string {
  return original
    .split(".")
    .map((text, index) => (index === part ? change(text) : text))
    .join(".");
}
/** Sets a bit of the last character that stands for nothing (HS256: 32 bytes, so 2 of its bits do not count). */
const strayBits = (text: string) => {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  return text.slice(0, -1) + alphabet[alphabet.indexOf(text.at(-1) ?? "") + 1];
};
/** PEM of a public key taken as the secret of HS256: key confusion. */
const confusedBy = (algorithm: JwtAlgorithm) =>
  token({ alg: "HS256", kid: kidOf(algorithm) }, claims(), "HS256", {
    secret: Buffer.from(signers[algorithm].key),
  });
const attackerJwk = pairs.attackerRsa.publicKey.export({ format: "jwk" });
const byAttacker = (header: object) =>
  token(header, claims(), "RS256", { privateKey: pairs.attackerRsa.privateKey });
const half = (length: number, value: number) => Buffer.alloc(length, value);

/** Any characters there are, paired surrogates or not. */
const anyText = fc.array(fc.nat(0x10ffff)).map((points) => String.fromCodePoint(...points));

let verify: JwtVerifier;
let verifyOnlyHs256: JwtVerifier;

beforeAll(async () => {
  verify = await createJwtVerifier({ keys: algorithms.map(jwtKey) });
  verifyOnlyHs256 = await createJwtVerifier({ keys: [jwtKey("HS256")] });
});

/** [what it is, token, reason] */
const refused: readonly (readonly [string, string, string])[] = [
  // The algorithm is the key's, not the token's.
  ...["none", "None", "NONE", "nOnE"].flatMap((alg) => [
    [`alg ${alg}, no signature`, edited(2, () => "", withHeader({ alg })), "wrong algorithm"] as const,
    [`alg ${alg}, a good signature`, withHeader({ alg }), "wrong algorithm"] as const,
  ]),
  ["alg missing", withHeader({ alg: undefined }), "wrong algorithm"],
  ["alg empty", withHeader({ alg: "" }), "wrong algorithm"],
  ["alg null", withHeader({ alg: null }), "wrong algorithm"],
  ["alg in an array", withHeader({ alg: ["HS256"] }), "wrong algorithm"],
  ["alg in lower case", withHeader({ alg: "hs256" }), "wrong algorithm"],
  ["alg with a space", withHeader({ alg: "HS256 " }), "wrong algorithm"],
  ["RS256's public key as an HS256 secret", confusedBy("RS256"), "wrong algorithm"],
  ["ES256's public key as an HS256 secret", confusedBy("ES256"), "wrong algorithm"],
  ["PS256's public key as an HS256 secret", confusedBy("PS256"), "wrong algorithm"],
  ["HS256's token under an RS256 kid", token({ kid: kidOf("RS256") }), "wrong algorithm"],
  ["RS256's token under a PS256 kid", token({ kid: kidOf("PS256") }, claims(), "RS256"), "wrong algorithm"],
  ["PS256's token under an RS256 kid", token({ kid: kidOf("RS256") }, claims(), "PS256"), "wrong algorithm"],
  ["HS512's token under an HS256 kid", token({ kid: kidOf("HS256") }, claims(), "HS512"), "wrong algorithm"],
  ["ES384's token under an ES256 kid", token({ kid: kidOf("ES256") }, claims(), "ES384"), "wrong algorithm"],
  [
    "PS256 named, RS256 signed",
    token({ alg: "PS256", kid: kidOf("PS256") }, claims(), "RS256"),
    "bad signature",
  ],
  ["EdDSA", withHeader({ alg: "EdDSA" }), "wrong algorithm"],
  ["ES256K", token({ alg: "ES256K" }, claims(), "ES256"), "wrong algorithm"],

  // The key is the configuration's, found by kid alone.
  ["kid missing with many keys", withHeader({ kid: undefined }), "unknown key"],
  ["kid of a file", withHeader({ kid: "../../dev/null" }), "unknown key"],
  ["kid of SQL", withHeader({ kid: "x' UNION SELECT 'key" }), "unknown key"],
  ["kid of 4 KiB", withHeader({ kid: "k".repeat(4096) }), "unknown key"],
  ["kid with NUL", withHeader({ kid: `${kidOf("HS256")}\0` }), "unknown key"],
  ["kid in another case", withHeader({ kid: "KEY-HS256" }), "unknown key"],
  ["kid empty", withHeader({ kid: "" }), "unknown key"],
  ["kid null", withHeader({ kid: null }), "unknown key"],
  ["kid in an array", withHeader({ kid: [kidOf("HS256")] }), "unknown key"],
  ["kid a number", withHeader({ kid: 0 }), "unknown key"],
  ["kid of a prototype", withHeader({ kid: "__proto__" }), "unknown key"],
  ["kid of an inherited member", withHeader({ kid: "constructor" }), "unknown key"],
  ["an attacker's key embedded as jwk", byAttacker({ jwk: attackerJwk }), "forbidden header"],
  ["jku", byAttacker({ jku: "https://attacker.example/jwks.json" }), "forbidden header"],
  ["x5u", byAttacker({ x5u: "https://attacker.example/key.pem" }), "forbidden header"],
  ["x5c", byAttacker({ x5c: ["MIIB"] }), "forbidden header"],
  ["jku with a good signature", withHeader({ jku: ISSUER }), "forbidden header"],
  ["jwk null with a good signature", withHeader({ jwk: null }), "forbidden header"],
  ["an attacker's key, nothing embedded", byAttacker({}), "bad signature"],

  // Nothing that changes how the rest is read.
  ["crit unknown", withHeader({ crit: ["x"], x: 1 }), "forbidden header"],
  ["crit b64", withHeader({ crit: ["b64"], b64: true }), "forbidden header"],
  ["crit empty", withHeader({ crit: [] }), "forbidden header"],
  ["b64 false", withHeader({ b64: false }), "forbidden header"],
  ["enc", withHeader({ enc: "A256GCM" }), "forbidden header"],
  ["zip", withHeader({ zip: "DEF" }), "forbidden header"],
  ["cty JWT: nested", withHeader({ cty: "JWT" }), "forbidden header"],
  ["PBES2 count", withHeader({ p2c: 2 ** 31 }), "forbidden header"],
  ["typ of a logout token", withHeader({ typ: "logout+jwt" }), "forbidden header"],
  ["typ not a string", withHeader({ typ: 1 }), "forbidden header"],
  ["JWE, five parts", `${token()}.e30.e30`, "malformed"],

  // Signatures that are none.
  ["signature stripped", edited(2, () => ""), "bad signature"],
  ["signature stripped with its dot", token().split(".").slice(0, 2).join("."), "malformed"],
  ["signature of the wrong secret", token({}, claims(), "HS256", { secret: half(32, 1) }), "bad signature"],
  ["signature of an empty secret", token({}, claims(), "HS256", { secret: half(0, 0) }), "bad signature"],
  ["signature cut", edited(2, (s) => s.slice(0, 40)), "bad signature"],
  ["signature of another payload", edited(1, () => b64(claims({ sub: "tenant-2" }))), "bad signature"],
  [
    "signature of another header",
    edited(0, () => b64({ alg: "HS256", kid: kidOf("HS256"), x: 1 })),
    "bad signature",
  ],
  ["ES256 r = s = 0", withSignature("ES256", half(64, 0)), "bad signature"],
  ["ES384 r = s = 0", withSignature("ES384", half(96, 0)), "bad signature"],
  ["ES512 r = s = 0", withSignature("ES512", half(132, 0)), "bad signature"],
  ["ES256 r = 0", withSignature("ES256", Buffer.concat([half(32, 0), half(32, 1)])), "bad signature"],
  ["ES256 s = 0", withSignature("ES256", Buffer.concat([half(32, 1), half(32, 0)])), "bad signature"],
  [
    "ES256 r = s = 1",
    withSignature("ES256", Buffer.concat([half(31, 0), half(1, 1), half(31, 0), half(1, 1)])),
    "bad signature",
  ],
  ["ES256 r = s = 2^256 - 1", withSignature("ES256", half(64, 255)), "bad signature"],
  [
    "ES256 r = s = the order",
    withSignature(
      "ES256",
      Buffer.from("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551".repeat(2), "hex"),
    ),
    "bad signature",
  ],
  ...[0, 63, 65, 128].map(
    (n) => [`ES256 of ${n} bytes`, withSignature("ES256", half(n, 1)), "bad signature"] as const,
  ),
  [
    "ES256 in DER",
    withSignature("ES256", signBytes("sha256", Buffer.from("x"), pairs.p256.privateKey)),
    "bad signature",
  ],
  ["RS256 all zero", withSignature("RS256", half(256, 0)), "bad signature"],
  ["RS256 all ones", withSignature("RS256", half(256, 255)), "bad signature"],
  ["RS256 of 1", withSignature("RS256", Buffer.concat([half(255, 0), half(1, 1)])), "bad signature"],
  ["RS256 one byte short", withSignature("RS256", half(255, 1)), "bad signature"],

  // One spelling only.
  ["padding", `${token()}=`, "malformed"],
  ["padding inside", edited(0, (s) => `${s}==`), "malformed"],
  ["white space before", ` ${token()}`, "malformed"],
  ["white space after", `${token()} `, "malformed"],
  ["a newline after", `${token()}\n`, "malformed"],
  ["a newline inside", edited(1, (s) => `${s.slice(0, 8)}\n${s.slice(8)}`), "malformed"],
  ["a tab inside", edited(2, (s) => `${s.slice(0, 8)}\t${s.slice(8)}`), "malformed"],
  ["plus and slash", edited(2, () => "+/+/".repeat(10)), "malformed"],
  ["stray bits in the signature", edited(2, strayBits), "malformed"],
  ["stray bits in the payload", edited(1, () => strayBits(b64("{}"))), "malformed"],
  ["an impossible length", edited(2, (s) => `${s}AA`), "malformed"],
  ["a full-width letter", edited(0, (s) => s.replace("e", "ｅ")), "malformed"],
  ["NUL after", `${token()}\0`, "malformed"],
  ["empty", "", "malformed"],
  ["dots only", "..", "malformed"],
  ["8,193 characters", withClaims({ pad: "x".repeat(8192) }), "malformed"],
  ["64 KiB of dots", ".".repeat(65_536), "malformed"],

  // JSON that every reader reads the same way.
  ["header not JSON", token("alg=HS256"), "malformed"],
  ["header an array", token('["HS256"]'), "malformed"],
  ["header null", token("null"), "malformed"],
  ["header with a byte order mark", token(`\ufeff{"alg":"HS256","kid":"key-hs256"}`), "malformed"],
  ["header with alg twice", token('{"alg":"none","alg":"HS256","kid":"key-hs256"}'), "malformed"],
  [
    "header with kid twice, once escaped",
    token('{"alg":"HS256","kid":"key-hs256","\\u006bid":"key-hs256"}'),
    "malformed",
  ],
  ["header with trailing data", token('{"alg":"HS256","kid":"key-hs256"}{}'), "malformed"],
  ["payload not JSON", token({}, "hello"), "malformed"],
  ["payload empty", token({}, ""), "malformed"],
  ["payload an array", token({}, "[]"), "malformed"],
  ["payload a string", token({}, '"x"'), "malformed"],
  ["exp twice", claimsText('"exp":1,"exp":9e9'), "malformed"],
  ["exp twice, once escaped", claimsText(`"exp":${NOW},"\\u0065xp":${NOW}`), "malformed"],
  ["a name twice, deeper", claimsText(`"exp":${NOW},"x":[{"a":1,"a":1}]`), "malformed"],
  ["exp NaN", claimsText('"exp":NaN'), "malformed"],
  ["comment", claimsText(`"exp":${NOW}/**/`), "malformed"],

  // Times.
  ["exp missing", without("exp"), "missing claim"],
  ["exp in the past", withClaims({ exp: NOW - 3600, iat: NOW - 7200 }), "expired"],
  ["exp 60 s ago", withClaims({ exp: NOW - 60 }), "expired"],
  ["exp 61 s ago", withClaims({ exp: NOW - 61 }), "expired"],
  ["exp 0", withClaims({ exp: 0 }), "expired"],
  ["exp a string", withClaims({ exp: String(NOW + 60) }), "bad claim"],
  ["exp a fraction", withClaims({ exp: NOW + 60.5 }), "bad claim"],
  ["exp 1e400", claimsText('"exp":1e400'), "bad claim"],
  ["exp negative", withClaims({ exp: -NOW }), "bad claim"],
  ["exp 2^63", claimsText('"exp":9223372036854775808'), "bad claim"],
  ["exp null", withClaims({ exp: null }), "bad claim"],
  ["exp true", withClaims({ exp: true }), "bad claim"],
  ["exp in an array", withClaims({ exp: [NOW + 60] }), "bad claim"],
  ["exp in milliseconds", withClaims({ exp: (NOW + 600) * 1000 }), "bad claim"],
  ["nbf in 61 s", withClaims({ nbf: NOW + 61 }), "not yet valid"],
  ["nbf a string", withClaims({ nbf: "0" }), "bad claim"],
  ["nbf null", withClaims({ nbf: null }), "bad claim"],
  ["iat in 61 s", withClaims({ iat: NOW + 61 }), "not yet valid"],
  ["iat a string", withClaims({ iat: String(NOW) }), "bad claim"],
  ["iat negative", withClaims({ iat: -1 }), "bad claim"],
  ["a life of a day and a second", withClaims({ exp: NOW + 86_401 }), "lifetime too long"],
  ["a long life, mostly over", withClaims({ iat: NOW - 86_400, exp: NOW + 1 }), "lifetime too long"],
  [
    "no iat, exp in a day and a second",
    withClaims({ iat: undefined, exp: NOW + 86_401 }),
    "lifetime too long",
  ],

  // Who says it, to whom, about whom.
  ["iss missing", without("iss"), "missing claim"],
  ["iss wrong", withClaims({ iss: "https://other.example" }), "wrong issuer"],
  ["iss a prefix of ours", withClaims({ iss: ISSUER.slice(0, -1) }), "wrong issuer"],
  ["iss with ours as prefix", withClaims({ iss: `${ISSUER}.evil` }), "wrong issuer"],
  ["iss with a slash", withClaims({ iss: `${ISSUER}/` }), "wrong issuer"],
  ["iss in an array", withClaims({ iss: [ISSUER] }), "wrong issuer"],
  ["aud missing", without("aud"), "missing claim"],
  ["aud wrong", withClaims({ aud: "other" }), "wrong audience"],
  ["aud a list without us", withClaims({ aud: ["other", "comfy2"] }), "wrong audience"],
  ["aud an empty list", withClaims({ aud: [] }), "wrong audience"],
  ["aud a list with us and a number", withClaims({ aud: [AUDIENCE, 1] }), "wrong audience"],
  ["aud a list in a list", withClaims({ aud: [[AUDIENCE]] }), "wrong audience"],
  ["aud an object", withClaims({ aud: { [AUDIENCE]: true } }), "wrong audience"],
  ["sub missing", without("sub"), "missing claim"],
  ["sub empty", withClaims({ sub: "" }), "bad claim"],
  ["sub a number", withClaims({ sub: 7 }), "bad claim"],
  ["sub with a newline", withClaims({ sub: "a\nb" }), "bad claim"],
  ["sub with a space", withClaims({ sub: "a b" }), "bad claim"],
  ["sub with a look-alike letter", withClaims({ sub: "tenаnt" }), "bad claim"],
  ["sub of 256 characters", withClaims({ sub: "s".repeat(256) }), "bad claim"],
];

/** [what it is, token] */
const accepted: readonly (readonly [string, string])[] = [
  ...algorithms.map((algorithm) => [algorithm, token({}, claims(), algorithm)] as const),
  ["typ JWT", withHeader({ typ: "JWT" })],
  ["typ at+jwt", withHeader({ typ: "at+jwt" })],
  ["an unknown header parameter", withHeader({ cat: "x", x5t: "y" })],
  ["exp 59 s ago", withClaims({ exp: NOW - 59 })],
  ["nbf in 59 s", withClaims({ nbf: NOW + 59 })],
  ["iat in 59 s", withClaims({ iat: NOW + 59 })],
  ["no iat, no nbf", withClaims({ iat: undefined })],
  ["a life of exactly a day", withClaims({ exp: NOW + 86_400 })],
  ["aud a list with us", withClaims({ aud: ["other", AUDIENCE] })],
  ["more claims, nested, with names used again deeper", withClaims({ x: { exp: 1, y: [{ exp: 2 }] } })],
  ["sub of 255 characters", withClaims({ sub: "s".repeat(255) })],
];

describe("a JWT", () => {
  it.each(refused)("is refused: %s", async (_, text, reason) => {
    expect(await verify(text, NOW)).toEqual({ refused: reason });
  });

  it.each(accepted)("passes: %s", async (_, text) => {
    expect(await verify(text, NOW)).toMatchObject({ role: "worker" });
  });

  it("says who it is from", async () => {
    expect(await verify(token(), NOW)).toEqual({
      tenant: "tenant-1",
      client: "key-hs256",
      role: "worker",
      expiresAt: NOW + 600,
      keyId: "key-hs256",
    });
  });

  it("may leave out kid only where there is one key, and then alg must still be that key's", async () => {
    expect(await verifyOnlyHs256(withHeader({ kid: undefined }), NOW)).toMatchObject({ keyId: "key-hs256" });
    expect(await verifyOnlyHs256(withHeader({ kid: "other" }), NOW)).toEqual({ refused: "unknown key" });
    expect(await verifyOnlyHs256(token({ kid: undefined }, claims(), "HS512"), NOW)).toEqual({
      refused: "wrong algorithm",
    });
  });

  it("is bound to its own key's issuer and audience", async () => {
    const other = { ...jwtKey("ES256"), issuer: "https://two.example", audience: "two" };
    const both = await createJwtVerifier({ keys: [jwtKey("HS256"), other] });
    const foreign = claims({ iss: "https://two.example", aud: "two" });
    expect(await both(token({}, foreign, "ES256"), NOW)).toMatchObject({ keyId: "key-es256" });
    expect(await both(token({}, foreign, "HS256"), NOW)).toEqual({ refused: "wrong issuer" });
  });

  it("names the tenant by the claim that is set, and nothing inherited counts as one", async () => {
    const settings = { keys: [jwtKey("HS256")] };
    const byOrg = await createJwtVerifier({ ...settings, tenantClaim: "org" });
    expect(await byOrg(withClaims({ org: "acme" }), NOW)).toMatchObject({ tenant: "acme" });
    expect(await byOrg(token(), NOW)).toEqual({ refused: "missing claim" });
    const inherited = await createJwtVerifier({ ...settings, tenantClaim: "constructor" });
    expect(await inherited(token(), NOW)).toEqual({ refused: "missing claim" });
  });

  it("carries the client of its key and keeps to the maximum lifetime that is set", async () => {
    const key = { ...jwtKey("HS256"), client: "studio", role: "user" as const };
    const strict = await createJwtVerifier({ keys: [key], maxLifetimeSeconds: 300 });
    expect(await strict(withClaims({ exp: NOW + 300 }), NOW)).toMatchObject({
      client: "studio",
      role: "user",
    });
    expect(await strict(withClaims({ exp: NOW + 301 }), NOW)).toEqual({ refused: "lifetime too long" });
  });

  it("leaves cryptography in working order after signatures that are none", async () => {
    for (const [name, text] of refused) if (/^(ES|RS)\d+ /.test(name)) await verify(text, NOW);
    // A stale entry in OpenSSL's error queue would surface in the next operation.
    for (const algorithm of algorithms) {
      expect(await verify(token({}, claims(), algorithm), NOW)).toHaveProperty("tenant");
    }
    expect(() => createPublicKey(signers.ES256.key)).not.toThrow();
  });
});

describe("verifying", () => {
  const connect = vi.spyOn(Socket.prototype, "connect");
  const fetched = vi.spyOn(globalThis, "fetch");
  afterAll(() => vi.restoreAllMocks());

  it("makes no network request, whatever the header points at", async () => {
    for (const header of [{ jku: "http://127.0.0.1:1/" }, { x5u: "http://127.0.0.1:1/" }, { kid: ISSUER }]) {
      await verify(byAttacker(header), NOW);
    }
    expect(connect).not.toHaveBeenCalled();
    expect(fetched).not.toHaveBeenCalled();
  });

  it("verifies a token's signature once, and judges its time at every use", async () => {
    const verifySignature = vi.spyOn(webcrypto.subtle, "verify");
    const fresh = token({ typ: "JWT" }, claims({ sub: "used-often", exp: NOW + 600 }), "ES256");
    for (const later of [0, 1, 600, 659]) {
      expect(await verify(fresh, NOW + later)).toMatchObject({ tenant: "used-often" });
    }
    expect(verifySignature).toHaveBeenCalledTimes(1);
    expect(await verify(fresh, NOW + 661)).toEqual({ refused: "expired" });
    expect(await verify(fresh, NOW)).toMatchObject({ tenant: "used-often" });
    verifySignature.mockRestore();
  });

  it("remembers no token that it refused, and none for another configuration", async () => {
    const forged = token({ typ: "JWT" }, claims(), "HS256", { secret: SECRET.subarray(1, 33) });
    const refused = await verify(forged, NOW);
    expect(refused).toEqual({ refused: "bad signature" });
    expect(await verify(forged, NOW)).toEqual(refused);
    const genuine = token({ typ: "JWT" }, claims(), "HS256");
    expect(await verify(genuine, NOW)).not.toHaveProperty("refused");
    const secret = Buffer.alloc(64, "another secret").toString("base64url");
    const rotated = await createJwtVerifier({ keys: [{ ...jwtKey("HS256"), key: secret }] });
    expect(await rotated(genuine, NOW)).toEqual({ refused: "bad signature" });
  });

  it("passes none of 10,000 random mutations of valid tokens", async () => {
    const random = pseudoRandom(20_260_401);
    const originals = (["HS256", "RS256", "PS256", "ES256", "ES512"] as const).map((algorithm) =>
      token({ typ: "JWT" }, claims(), algorithm),
    );
    // Genuine tokens are remembered, which must be of no use to others.
    for (const original of originals) expect(await verify(original, NOW)).not.toHaveProperty("refused");
    const passed: string[] = [];
    for (let tried = 0; tried < 10_000; ) {
      const original = originals[tried % originals.length] ?? "";
      const mutated = mutate(original, random, originals);
      if (originals.includes(mutated)) continue;
      tried += 1;
      if (!("refused" in (await verify(mutated, NOW)))) passed.push(mutated);
    }
    expect(passed).toEqual([]);
  });

  it("never throws and never passes text that nobody signed", async () => {
    const part = fc.oneof(fc.string(), fc.json().map(b64), fc.base64String());
    const text = fc.oneof(
      anyText,
      fc.array(part, { maxLength: 6 }).map((p) => p.join(".")),
    );
    await fc.assert(
      fc.asyncProperty(text, async (value) => {
        expect(await verify(value, NOW)).toHaveProperty("refused");
      }),
      { seed: 1, numRuns: 500 },
    );
  });
});

/** Mulberry32: numbers from 0 up to, not including, `below`; the same for the same seed. */
function pseudoRandom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below) | 0;
  };
}

/** The token changed in one of the ways that break a careless reader. */
function mutate(original: string, random: (below: number) => number, others: readonly string[]): string {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=+/ \n\0é";
  const at = random(original.length);
  const character = alphabet[random(alphabet.length)] ?? "";
  const parts = original.split(".");
  const index = random(3);
  const inPart = (change: (bytes: Buffer) => Buffer) =>
    parts
      .map((part, n) => (n === index ? change(Buffer.from(part, "base64url")).toString("base64url") : part))
      .join(".");
  const ways = [
    () => original.slice(0, at) + character + original.slice(at + 1),
    () => original.slice(0, at) + character + original.slice(at),
    () => original.slice(0, at) + original.slice(at + 1 + random(4)),
    () => original.slice(0, at),
    () => original.slice(at) + original.slice(0, at),
    () => original + character,
    // One bit of the decoded bytes, in canonical spelling.
    () =>
      inPart((bytes) => {
        const byte = random(bytes.length);
        bytes[byte] = (bytes[byte] ?? 0) ^ (1 << random(8));
        return bytes;
      }),
    () => inPart((bytes) => Buffer.concat([bytes, Buffer.alloc(1 + random(3))])),
    () => inPart((bytes) => Buffer.concat([Buffer.alloc(1), bytes])),
    () => inPart((bytes) => bytes.subarray(0, random(bytes.length))),
    () => inPart((bytes) => bytes.fill(0, random(bytes.length))),
    // A part of another valid token.
    () => {
      const donor = (others[random(others.length)] ?? "").split(".");
      return parts.map((part, n) => (n === index ? (donor[n] ?? "") : part)).join(".");
    },
    // Other claims or header under the old signature.
    () =>
      inPart((bytes) => {
        const digits = bytes.toString("latin1").replace(/\d/, String(random(10)));
        return Buffer.from(digits, "latin1");
      }),
    () => [parts[random(3)], parts[random(3)], parts[random(3)]].join("."),
  ];
  return ways[random(ways.length)]?.() ?? "";
}

describe("the settings of JWT", () => {
  const small = generateKeyPairSync("rsa", { modulusLength: 1024 });
  const exponent3 = generateKeyPairSync("rsa", { modulusLength: 2048, publicExponent: 3 });
  const pss = generateKeyPairSync("rsa-pss", { modulusLength: 2048 });
  const ed25519 = generateKeyPairSync("ed25519");
  const privatePem = pairs.rsa.privateKey.export({ type: "pkcs8", format: "pem" }).toString();
  const hs = (bytes: number) => Buffer.alloc(bytes, 7).toString("base64url");

  const bad: readonly (readonly [string, Partial<JwtKey>, RegExp])[] = [
    ["HS256 of 31 bytes", { algorithm: "HS256", key: hs(31) }, /31 bytes; HS256 needs at least 32/],
    ["HS384 of 47 bytes", { algorithm: "HS384", key: hs(47) }, /47 bytes; HS384 needs at least 48/],
    ["HS512 of 63 bytes", { algorithm: "HS512", key: hs(63) }, /63 bytes; HS512 needs at least 64/],
    ["HS256 not base64url", { algorithm: "HS256", key: `${hs(32)}=` }, /not base64url/],
    ["a PEM key as an HS256 secret", { algorithm: "HS256", key: signers.RS256.key }, /not base64url/],
    ["RSA of 1024 bits", { algorithm: "RS256", key: pem(small.publicKey) }, /1024 bits/],
    ["RSA with exponent 3", { algorithm: "PS256", key: pem(exponent3.publicKey) }, /exponent 3;/],
    ["RSA-PSS key", { algorithm: "PS256", key: pem(pss.publicKey) }, /needs an RSA key, this is rsa-pss/],
    [
      "EC key for RS256",
      { algorithm: "RS256", key: signers.ES256.key },
      /needs an RSA key, this is prime256v1/,
    ],
    ["RSA key for ES256", { algorithm: "ES256", key: signers.RS256.key }, /prime256v1, this is rsa/],
    ["P-384 key for ES256", { algorithm: "ES256", key: signers.ES384.key }, /prime256v1, this is secp384r1/],
    ["Ed25519 key for ES256", { algorithm: "ES256", key: pem(ed25519.publicKey) }, /this is ed25519/],
    ["a private key", { algorithm: "RS256", key: privatePem }, /not a public key in PEM/],
    ["a broken PEM", { algorithm: "RS256", key: "-----BEGIN PUBLIC KEY-----\nAA==" }, /not a public key/],
    ["alg none", { algorithm: "none" as JwtAlgorithm }, /"none"; use one of HS256, /],
    ["an inherited name as alg", { algorithm: "toString" as JwtAlgorithm }, /"toString"; use one of/],
    ["kid empty", { kid: "" }, /kid must be 1 to 128/],
    ["kid with a newline", { kid: "a\n" }, /kid must be/],
    ["issuer empty", { issuer: "" }, /issuer is empty/],
    ["audience empty", { audience: "" }, /audience is empty/],
  ];

  it.each(bad)("are refused without quoting the key: %s", async (_, change, message) => {
    const key = { ...jwtKey("HS256"), ...change };
    const failure = await createJwtVerifier({ keys: [key] }).then(
      () => "no error",
      (error: Error) => error.message,
    );
    expect(failure).toMatch(message);
    expect(failure).not.toContain(key.key);
  });

  it("are all checked before any is reported", async () => {
    const weak = { ...jwtKey("HS256"), key: hs(8) };
    const settings: JwtSettings = { keys: [weak, weak], tenantClaim: "", maxLifetimeSeconds: 0 };
    await expect(createJwtVerifier(settings)).rejects.toThrow(
      /8 bytes.*8 bytes.*same kid.*tenantClaim.*maxLifetimeSeconds is 0/s,
    );
    await expect(createJwtVerifier({ keys: [] })).rejects.toThrow(/keys are empty/);
  });
});

describe("a header Authorization", () => {
  it.each([
    ["Bearer a.b.c", { scheme: "bearer", token: "a.b.c" }],
    ["bearer a.b.c", { scheme: "bearer", token: "a.b.c" }],
    ["BEARER a.b.c", { scheme: "bearer", token: "a.b.c" }],
    ["Basic dTpw", { scheme: "basic", credentials: "dTpw" }],
    ["bAsIc dQ==", { scheme: "basic", credentials: "dQ==" }],
  ])("is read: %j", (value, expected) => {
    expect(parseAuthorization(value)).toEqual(expected);
  });

  it.each([
    ...["", "Bearer", "Bearer ", "Bearer  a", "Bearer\ta", " Bearer a", "Bearer a ", "Bearer a b", "Token a"],
    ...["Bearer a, Bearer b", "Bearer a,b", "Bearer a\n", "Bearer a\0", "Bearer é", "Bearer =", "Bearer a=b"],
    ...[
      "Basic",
      "Basic a b",
      'Digest username="x"',
      "Bearera",
      "a.b.c",
      'Bearer "a"',
      "Bearer: a",
      "Baſic dTpw",
    ],
  ])("is malformed: %j", (value) => {
    expect(parseAuthorization(value)).toEqual({ scheme: "malformed" });
  });

  it("is read or malformed, and never anything but what was sent", () => {
    const value = fc.oneof(
      anyText,
      fc.string().map((text) => `Bearer ${text}`),
    );
    fc.assert(
      fc.property(value, (text) => {
        const parsed = parseAuthorization(text);
        if (parsed.scheme === "bearer") expect(text.slice("Bearer ".length)).toBe(parsed.token);
      }),
      { seed: 2 },
    );
  });
});

describe("the strict decoders", () => {
  it("read the one spelling of any bytes, and only that", () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.string(), (bytes, text) => {
        const spelling = Buffer.from(bytes).toString("base64url");
        expect(decodeBase64url(spelling)).toEqual(Buffer.from(bytes));
        const decoded = decodeBase64url(text);
        if (decoded !== undefined) expect(decoded.toString("base64url")).toBe(text);
      }),
      { seed: 3 },
    );
  });

  it("read every JSON object as JSON.parse does", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.nat(4), (object, indent) => {
        const text = JSON.stringify(object, null, indent);
        expect(Object.fromEntries(parseJsonObject(Buffer.from(text)) ?? [])).toEqual(JSON.parse(text));
      }),
      { seed: 4 },
    );
  });

  it("refuse an object that repeats any of its names, whatever they are", () => {
    fc.assert(
      fc.property(fc.string(), fc.jsonValue(), (name, value) => {
        const member = `${JSON.stringify(name)} : ${JSON.stringify(value)}`;
        for (const text of [`{${member},${member}}`, `{"outer":[1,{${member},"":{},${member}}]}`]) {
          expect(parseJsonObject(Buffer.from(text))).toBeUndefined();
        }
      }),
      { seed: 5 },
    );
  });

  it.each(["[]", "null", '"x"', "1", "", "{}{}", "\ufeff{}", '{"a":01}', "{'a':1}"])("refuse %j", (text) => {
    expect(parseJsonObject(Buffer.from(text))).toBeUndefined();
  });

  it("refuse what is not UTF-8", () => {
    expect(parseJsonObject(Buffer.from('{"a":"\xff"}', "latin1"))).toBeUndefined();
  });
});
