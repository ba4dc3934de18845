import "reflect-metadata";
import { X509Certificate, X509Crl } from "@peculiar/x509";
import * as pulumi from "@pulumi/pulumi";
import { beforeAll, describe, expect, it, vi } from "vitest";
import {
  Access,
  type AdmittedClient,
  type ClientCredentials,
  type IssuedJwtKey,
} from "../../components/access";
import { apiKey, apiKeyDigest } from "../../components/access/api-key";
import type { AccessArgs, AccessClient } from "../../components/access/args";
import { certificateFingerprint } from "../../components/access/certificate";
import { passwordRecord } from "../../components/gateway/authorizer/methods/password-record";
import type { SessionKeys } from "../../components/gateway/authorizer/render";
import { P384, TestCa } from "../support/client-certificates";
import { testCertificate } from "../support/test-certificate";

const made: string[] = [];
const hexOf = (resource: string) => Buffer.from(resource).toString("hex").padEnd(64, "0").slice(-64);
let CERTIFICATE: string;
let ISSUER: AccessArgs["issuer"];

beforeAll(async () => {
  CERTIFICATE = (await testCertificate(["client"])).certificate;
  const ca = await TestCa.create("CN=stack CA", P384);
  ISSUER = { certificate: ca.pem, key: await ca.key() };
  await pulumi.runtime.setMocks({
    call: ({ inputs }) => inputs,
    newResource: ({ name, inputs }) => {
      made.push(name);
      const hex = hexOf(name);
      const base64 = Buffer.from(hex, "hex").toString("base64");
      const result = `password of ${name}`;
      const pems = { certPem: CERTIFICATE, certRequestPem: "request", privateKeyPem: `key of ${name}` };
      return { id: name, state: { ...inputs, hex, base64, result, ...pems } };
    },
  });
});

async function access(
  name: string,
  more: Partial<AccessClient>,
  args: Partial<AccessArgs> = {},
): Promise<{
  admitted: AdmittedClient;
  handedOut: ClientCredentials;
  jwtKeys: readonly IssuedJwtKey[];
  sessionKeys: SessionKeys;
  crl: string | undefined;
}> {
  const client: AccessClient = {
    name: "a",
    role: "worker",
    methods: ["apiKey"],
    rate: "10r/m",
    burst: 5,
    generation: 1,
    retirePrevious: false,
    ...more,
  };
  const made = new Access(name, {
    clients: [client],
    requireClientCertificate: false,
    session: { generation: 1, retirePrevious: false },
    issuer: ISSUER,
    ...args,
  });
  for (const output of [made.admitted, made.credentials, made.jwtKeys, made.sessionKeys]) {
    expect(await pulumi.isSecret(output as pulumi.Output<unknown>)).toBe(true);
  }
  return new Promise((resolve) =>
    pulumi
      .all([made.admitted, made.credentials, made.jwtKeys, made.sessionKeys, made.clientCrl])
      .apply(([[admitted], credentials, jwtKeys, sessionKeys, crl]) => {
        if (admitted !== undefined && credentials.a !== undefined) {
          resolve({ admitted, handedOut: credentials.a, jwtKeys, sessionKeys, crl });
        }
      }),
  );
}

describe("the sessions' key", () => {
  it.each([
    [1, false, [1]],
    [1, true, [1]],
    [2, false, [2, 1]],
    [3, false, [3, 2]],
    [3, true, [3]],
  ])("of generation %i, retirePrevious %s: %j", async (generation, retirePrevious, valid) => {
    const name = `sessions-${generation}-${retirePrevious}`;
    const session = { generation, retirePrevious };
    const { sessionKeys } = await access(name, {}, { session });
    const [key, previousKey] = valid.map((one) => hexOf(`${name}-session-key-${one}`));
    expect(sessionKeys).toEqual({ key, ...(previousKey && { previousKey }) });
    expect(made.filter((one) => one.startsWith(`${name}-session-key`))).toHaveLength(valid.length);
  });
});

describe("a client's expiry", () => {
  it("reaches the gateway and the client, and the past is told, not refused", async () => {
    const warned = vi.spyOn(pulumi.log, "warn").mockResolvedValue();
    const future = await access("future", { expires: "2999-01-01T00:00:00Z" });
    expect(future.admitted.expires).toBe("2999-01-01T00:00:00Z");
    expect(future.handedOut.expires).toBe("2999-01-01T00:00:00Z");
    expect(warned).not.toHaveBeenCalled();
    const past = await access("past", { expires: "2020-01-01T00:00:00Z" });
    expect(past.admitted).toMatchObject({
      expires: "2020-01-01T00:00:00Z",
      apiKeyDigests: [expect.any(String)],
    });
    expect(warned.mock.calls.map(([message]) => message)).toEqual([
      expect.stringContaining("Client a expired at 2020-01-01T00:00:00Z"),
    ]);
    warned.mockRestore();
  });
});

describe("API keys", () => {
  it("are one at first, and nothing of the other methods", async () => {
    const key = apiKey(hexOf("first-key-a-1"));
    const { admitted, handedOut, jwtKeys } = await access("first", {});
    expect(admitted).toEqual({
      name: "a",
      role: "worker",
      methods: ["apiKey"],
      rate: "10r/m",
      burst: 5,
      apiKeyDigests: [apiKeyDigest(key)],
      passwordRecords: [],
      certificateFingerprints: [],
    });
    expect(handedOut).toEqual({ apiKey: key });
    expect(jwtKeys).toEqual([]);
  });

  it("are the new one and the old one while a client changes over", async () => {
    const [key, previous] = [apiKey(hexOf("second-key-a-2")), apiKey(hexOf("second-key-a-1"))];
    const { admitted, handedOut } = await access("second", { generation: 2 });
    expect(admitted.apiKeyDigests).toEqual([apiKeyDigest(key), apiKeyDigest(previous)]);
    expect(handedOut).toEqual({ apiKey: key, previousApiKey: previous });
  });

  it("are the new one once the old is retired, which is not even made", async () => {
    const { admitted } = await access("third", { generation: 2, retirePrevious: true });
    expect(admitted.apiKeyDigests).toEqual([apiKeyDigest(apiKey(hexOf("third-key-a-2")))]);
    expect(made).not.toContain("third-key-a-1");
  });
});

describe("passwords", () => {
  const salt = (name: string) => Buffer.from(hexOf(name), "hex");

  it("are generated, and kept by the gateway as a record", async () => {
    const { admitted, handedOut } = await access("basic", { methods: ["basic"] });
    expect(handedOut).toEqual({ username: "a", password: "password of basic-password-a-1" });
    expect(admitted.passwordRecords).toEqual([
      passwordRecord("password of basic-password-a-1", salt("basic-password-salt-a-1")),
    ]);
    expect(admitted.apiKeyDigests).toEqual([]);
  });

  it("may be one's own", async () => {
    const { admitted, handedOut } = await access("own", { methods: ["basic"], password: "correct horse 7" });
    expect(handedOut.password).toBe("correct horse 7");
    expect(admitted.passwordRecords).toEqual([
      passwordRecord("correct horse 7", salt("own-password-salt-a-1")),
    ]);
    expect(made).not.toContain("own-password-a-1");
  });
});

describe("token secrets", () => {
  it("are pinned to the client, by a key id that holds the generation", async () => {
    const { handedOut, jwtKeys } = await access("jwt", { methods: ["jwt"], generation: 2 });
    const secret = (name: string) => Buffer.from(hexOf(name), "hex").toString("base64url");
    expect(handedOut).toEqual({ jwtSecret: secret("jwt-jwt-a-2"), jwtKeyId: "a-2" });
    expect(jwtKeys).toEqual([
      { kid: "a-2", algorithm: "HS256", key: secret("jwt-jwt-a-2"), role: "worker", client: "a" },
      { kid: "a-1", algorithm: "HS256", key: secret("jwt-jwt-a-1"), role: "worker", client: "a" },
    ]);
  });
});

describe("client certificates", () => {
  it.each([
    [1, false, 0],
    [1, true, 0],
    [2, false, 0],
    [2, true, 1],
    [5, true, 1],
  ])("of generation %i, retirePrevious %s, are revoked: %i", async (generation, retirePrevious, revoked) => {
    const name = `revoked-${generation}-${retirePrevious}`;
    const { crl = "", admitted } = await access(name, { methods: ["mtls"], generation, retirePrevious });
    const serials = new X509Crl(crl).entries.map(({ serialNumber }) => serialNumber);
    expect(serials).toEqual(revoked === 0 ? [] : [new X509Certificate(CERTIFICATE).serialNumber]);
    const certificates = made.filter((one) => one.startsWith(`${name}-certificate-a-`));
    expect(certificates).toHaveLength(admitted.certificateFingerprints.length + revoked);
    expect(certificates.includes(`${name}-certificate-a-${generation - 1}`)).toBe(generation > 1);
  });

  it("that nobody has need no list", async () => {
    expect((await access("no-list", { generation: 2, retirePrevious: true })).crl).toBeUndefined();
  });

  it("are known by their fingerprint, and handed out with their key", async () => {
    const { admitted, handedOut } = await access("mtls", { methods: ["mtls"] });
    expect(admitted.certificateFingerprints).toEqual([certificateFingerprint(CERTIFICATE)]);
    expect(admitted.certificateFingerprints[0]).toMatch(/^[0-9a-f]{64}$/);
    expect(handedOut).toEqual({
      certificate: CERTIFICATE,
      privateKey: "key of mtls-certificate-key-a-1",
    });
  });

  it("are made for every client when they are required, whatever its methods", async () => {
    const { admitted, handedOut } = await access("required", {}, { requireClientCertificate: true });
    expect(admitted.certificateFingerprints).toHaveLength(1);
    expect(Object.keys(handedOut).sort()).toEqual(["apiKey", "certificate", "privateKey"]);
  });
});
