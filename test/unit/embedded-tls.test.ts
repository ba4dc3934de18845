import { execFileSync } from "node:child_process";
import { createPublicKey, X509Certificate } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Context, Handler } from "../../infra/embedded/handlers/handler";
import { bytes, password } from "../../infra/embedded/handlers/random";
import {
  certRequest,
  locallySignedCert,
  privateKey,
  selfSignedCert,
} from "../../infra/embedded/handlers/tls";
import type { Properties } from "../../infra/embedded/values";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "comfy-tls-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const make = (handler: Handler, inputs: Properties) => handler.create(inputs, {} as Context, () => {});

function file(name: string, text: unknown, mode = 0o600): string {
  const path = join(folder, name);
  writeFileSync(path, String(text), { mode });
  return path;
}

function run(program: string, ...args: string[]): string {
  return execFileSync(program, args, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
}

async function authority(algorithm: Properties) {
  const key = (await make(privateKey, algorithm)).outputs;
  const inputs = {
    privateKeyPem: key.privateKeyPem,
    subject: { commonName: "test CA", organization: "comfy-fortress", country: "DE" },
    isCaCertificate: true,
    maxPathLength: 0,
    setSubjectKeyId: true,
    allowedUses: ["cert_signing", "crl_signing"],
    validityPeriodHours: 48,
  };
  return { key, inputs, ca: (await make(selfSignedCert, inputs)).outputs };
}

describe.each([
  [{ algorithm: "ECDSA", ecdsaCurve: "P256" }, "EC PRIVATE KEY"],
  [{ algorithm: "ECDSA", ecdsaCurve: "P384" }, "EC PRIVATE KEY"],
  [{ algorithm: "ECDSA", ecdsaCurve: "P521" }, "EC PRIVATE KEY"],
  [{ algorithm: "RSA", rsaBits: 2048 }, "RSA PRIVATE KEY"],
  [{ algorithm: "ED25519" }, "PRIVATE KEY"],
])("%j", (algorithm, header) => {
  it("makes a key in the provider's forms", async () => {
    const { outputs } = await make(privateKey, algorithm);
    expect(String(outputs.privateKeyPem).split("\n")[0]).toBe(`-----BEGIN ${header}-----`);
    expect(String(outputs.privateKeyPemPkcs8).split("\n")[0]).toBe("-----BEGIN PRIVATE KEY-----");
    expect(createPublicKey(String(outputs.privateKeyPem)).export({ type: "spki", format: "pem" })).toBe(
      outputs.publicKeyPem,
    );
  });

  it("signs a chain that openssl accepts", async () => {
    const { key, ca } = await authority(algorithm);
    const leafKey = (await make(privateKey, algorithm)).outputs;
    const request = await make(certRequest, {
      privateKeyPem: leafKey.privateKeyPem,
      subject: { commonName: "localhost" },
      dnsNames: ["localhost", "comfy.example.com"],
      ipAddresses: ["127.0.0.1", "::1"],
      uris: ["spiffe://comfy/gateway"],
    });
    const { id, outputs: leaf } = await make(locallySignedCert, {
      certRequestPem: request.outputs.certRequestPem,
      caCertPem: ca.certPem,
      caPrivateKeyPem: key.privateKeyPem,
      allowedUses: ["digital_signature", "server_auth"],
      validityPeriodHours: 24,
    });
    const caFile = file("ca.pem", ca.certPem);
    const leafFile = file("leaf.pem", leaf.certPem);
    expect(
      run(
        "openssl",
        "verify",
        "-x509_strict",
        "-purpose",
        "sslserver",
        "-verify_hostname",
        "localhost",
        "-CAfile",
        caFile,
        leafFile,
      ),
    ).toContain(": OK");
    expect(() => run("openssl", "verify", "-purpose", "sslclient", "-CAfile", caFile, leafFile)).toThrow();
    run("openssl", "req", "-verify", "-noout", "-in", file("req.pem", request.outputs.certRequestPem));

    const seen = new X509Certificate(String(leaf.certPem));
    expect(seen.subjectAltName).toBe(
      "DNS:localhost, DNS:comfy.example.com, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1, URI:spiffe://comfy/gateway",
    );
    expect(BigInt(`0x${seen.serialNumber}`).toString()).toBe(id);
    expect(seen.checkPrivateKey).toBeDefined();
    expect(Date.parse(seen.validTo)).toBe(Date.parse(String(leaf.validityEndTime)));
    expect(leaf.validityEndTime).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    const text = run("openssl", "x509", "-noout", "-text", "-in", caFile);
    expect(text).toMatch(/Issuer: C ?= ?DE, O ?= ?comfy-fortress, CN ?= ?test CA/);
    expect(text).toMatch(/Basic Constraints: critical\s+CA:TRUE, pathlen:0/);
    expect(text).toMatch(/Key Usage: critical\s+Certificate Sign, CRL Sign/);
  });
});

describe("certificates", () => {
  const entry = (made: { id: string; outputs: Properties }, inputs: Properties) => ({
    urn: "u",
    type: "t",
    dependencies: [],
    sequence: 1,
    inputs,
    ...made,
  });

  it("are no longer intact in their early-renewal window", async () => {
    const { inputs } = await authority({ algorithm: "ED25519" });
    const made = await make(selfSignedCert, inputs);
    const isIntact = (hours: number) =>
      selfSignedCert.isIntact?.(entry(made, { ...inputs, earlyRenewalHours: hours }), {} as Context);
    expect(await isIntact(0)).toBe(true);
    expect(await isIntact(47)).toBe(true);
    expect(await isIntact(48)).toBe(false);
  });

  it("stay when only the window changes, unless it has begun", async () => {
    const { inputs } = await authority({ algorithm: "ED25519" });
    const made = await make(selfSignedCert, inputs);
    const update = (hours: number) =>
      selfSignedCert.update?.(entry(made, inputs), { ...inputs, earlyRenewalHours: hours }, {} as Context);
    expect((await update(10))?.outputs).toMatchObject({
      certPem: made.outputs.certPem,
      earlyRenewalHours: 10,
    });
    expect((await update(48))?.outputs.certPem).not.toBe(made.outputs.certPem);
  });

  it("refuse what they cannot make", async () => {
    const { inputs } = await authority({ algorithm: "ED25519" });
    await expect(make(privateKey, { algorithm: "DSA" })).rejects.toThrow(
      /algorithm is "DSA"; allowed: ECDSA, ED25519, RSA/,
    );
    await expect(make(privateKey, { algorithm: "ECDSA", ecdsaCurve: "P224" })).rejects.toThrow(
      /ecdsaCurve is "P224"/,
    );
    await expect(make(selfSignedCert, { ...inputs, subject: {} })).rejects.toThrow(/must have a subject/);
    await expect(make(selfSignedCert, { ...inputs, allowedUses: ["x"] })).rejects.toThrow(
      /allowedUses has "x"; supported here: digital_signature/,
    );
    await expect(make(selfSignedCert, { ...inputs, privateKeyPem: "x" })).rejects.toThrow(
      /privateKeyPem is not a private key/,
    );
  });
});

describe("random", () => {
  it("gives bytes in two spellings", async () => {
    const { outputs } = await make(bytes, { length: 32 });
    expect(outputs.hex).toMatch(/^[0-9a-f]{64}$/);
    expect(Buffer.from(String(outputs.base64), "base64").toString("hex")).toBe(outputs.hex);
    await expect(make(bytes, { length: 0 })).rejects.toThrow(/length is 0/);
  });

  it("gives passwords of the asked classes", async () => {
    const { outputs } = await make(password, {
      length: 12,
      minSpecial: 4,
      overrideSpecial: "_",
      upper: false,
      minNumeric: 2,
    });
    expect(outputs.result).toMatch(/^[a-z0-9_]{12}$/);
    expect(String(outputs.result).replace(/[^_]/g, "").length).toBeGreaterThanOrEqual(4);
    await expect(make(password, { length: 3, minLower: 4 })).rejects.toThrow(/length is 3/);
  });
});
