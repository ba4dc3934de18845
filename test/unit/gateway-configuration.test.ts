import { randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { checkConfiguration, parseConfiguration } from "../../components/gateway/authorizer/configuration";
import { parseRate } from "../../components/gateway/authorizer/limits";
import { passwordRecord } from "../../components/gateway/authorizer/methods/password-record";
import { type AuthorizerSettings, renderAuthorizerConfig } from "../../components/gateway/authorizer/render";

const CHEAP = { N: 2 ** 14, r: 8, p: 1 };
const RECORD = passwordRecord("violet tundra kettle", Buffer.alloc(16, 1), CHEAP);
const DEARER = passwordRecord("violet tundra kettle", Buffer.alloc(16, 1), { ...CHEAP, p: 2 });
const SECRET = randomBytes(32).toString("base64url");
const KEY = {
  kid: "k1",
  algorithm: "HS256",
  key: SECRET,
  issuer: "https://issuer.example",
  audience: "comfy",
  role: "user",
  client: "anna",
} as const;

const SETTINGS = {
  origins: ["https://localhost:8443"],
  failedAuthenticationsPerMinute: 20,
  deniedNodes: ["AnotherNode"],
  requireClientCertificate: true,
  session: { key: "ab".repeat(32), previousKey: "cd".repeat(32) },
  jwt: { tenantClaim: "tenant", maxLifetimeSeconds: 600, keys: [KEY] },
  clients: [
    {
      name: "anna",
      role: "user",
      tenant: "anna",
      methods: ["apiKey", "basic", "jwt", "mtls"],
      rate: "10r/m",
      burst: 5,
      apiKeyDigests: ["1".repeat(64)],
      passwordRecords: [RECORD],
      certificateFingerprints: ["2".repeat(64)],
    },
  ],
} as const satisfies AuthorizerSettings;

const [ANNA] = SETTINGS.clients;

describe("a configuration of all methods", () => {
  it("arrives as it was rendered", async () => {
    const text = renderAuthorizerConfig(SETTINGS);
    await checkConfiguration(text);
    const { version, promptBodyBytes, ...read } = parseConfiguration(text);
    // A rate arrives as what the limiter counts with.
    const clients = SETTINGS.clients.map((client) => ({ ...client, rate: parseRate(client.rate) }));
    expect(read).toEqual({ ...SETTINGS, clients });
    expect([version, promptBodyBytes]).toEqual([1, 1_048_576]);
  });

  it("is the safest where little is said", () => {
    const clients = [{ name: "anna", role: "user", rate: "10r/m", burst: 5, apiKeyDigests: [] }] as const;
    expect(
      parseConfiguration(renderAuthorizerConfig({ origins: SETTINGS.origins, deniedNodes: [], clients })),
    ).toMatchObject({
      requireClientCertificate: false,
      clients: [{ methods: ["apiKey"], passwordRecords: [], certificateFingerprints: [] }],
    });
  });

  const bad: [what: string, change: object, says: RegExp][] = [
    [
      "basic without a session key",
      { session: undefined },
      /session: is needed where a client may use basic/,
    ],
    ["a short session key", { session: { key: "ab" } }, /session\.key: use 256 random bits/],
    ["a method nobody knows", { clients: [{ ...ANNA, methods: ["none"] }] }, /clients\.0\.methods\.0/],
    [
      "a bad record",
      { clients: [{ ...ANNA, passwordRecords: ["hunter2"] }] },
      /clients\.0\.passwordRecords\.0/,
    ],
    ["records of two costs", { clients: [{ ...ANNA, passwordRecords: [RECORD, DEARER] }] }, /differ in cost/],
    [
      "a fingerprint in colons",
      { clients: [{ ...ANNA, certificateFingerprints: ["AB:CD"] }] },
      /clients\.0\.certificateFingerprints\.0/,
    ],
    [
      "one certificate for two",
      { clients: [ANNA, { ...ANNA, name: "bert", apiKeyDigests: [] }] },
      /clients\.1\.certificateFingerprints\.0: is there twice; a certificate belongs to one client/,
    ],
    ["no JWT key", { jwt: { keys: [] } }, /jwt\.keys/],
    [
      "an algorithm nobody should use",
      { jwt: { keys: [{ ...KEY, algorithm: "none" }] } },
      /jwt\.keys\.0\.algorithm/,
    ],
    [
      "a short secret",
      { jwt: { keys: [{ ...KEY, key: "c2hvcnQ" }] } },
      /jwt: JWT key "k1": the secret has 5 bytes/,
    ],
    ["two keys of one kid", { jwt: { keys: [KEY, KEY] } }, /same kid/],
    ["another role in the token", { jwt: { keys: [{ ...KEY, role: "admin" }] } }, /jwt\.keys\.0\.role/],
    [
      "a token for one who may not use it",
      { clients: [{ ...ANNA, methods: ["basic"] }] },
      /jwt\.keys\.0\.client: client anna may not use jwt/,
    ],
    ["something misspelt", { requireClientCert: true }, /requireClientCert/],
  ];
  it.each(bad)("is refused: %s", async (_, change, says) => {
    const value = { ...JSON.parse(renderAuthorizerConfig(SETTINGS)), ...change };
    await expect(checkConfiguration(JSON.stringify(value))).rejects.toThrow(says);
  });

  it("shows every problem at once and quotes no secret", async () => {
    const value = JSON.parse(renderAuthorizerConfig(SETTINGS));
    value.session.key = "secret-session-key";
    value.clients[0].passwordRecords = ["secret-record"];
    value.clients[0].certificateFingerprints = ["secret-fingerprint"];
    value.jwt.keys.push({ ...KEY, kid: "k2", key: "secret key!" });
    const error = await checkConfiguration(JSON.stringify(value)).catch((thrown: Error) => thrown.message);
    expect(error).toMatch(
      /session\.key[\s\S]*passwordRecords\.0[\s\S]*certificateFingerprints\.0[\s\S]*"k2"/,
    );
    expect(error).not.toMatch(/secret-|secret key!/);
    expect(error).not.toContain(SECRET);
  });
});
