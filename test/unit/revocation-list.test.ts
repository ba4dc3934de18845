import "reflect-metadata";
import { execFileSync } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { X509Certificate, X509Crl } from "@peculiar/x509";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { revocationList } from "../../components/access/revocation-list";
import { type IssuedIdentity, P384, TestCa } from "../support/client-certificates";

const folder = mkdtempSync(join(tmpdir(), "revocation-list-"));
let ca: TestCa;
let key: string;
let one: IssuedIdentity;
let two: IssuedIdentity;
beforeAll(async () => {
  ca = await TestCa.create("CN=stack CA", P384);
  key = await ca.key();
  one = await ca.issue("CN=one");
  two = await ca.issue("CN=two");
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What OpenSSL says of a certificate by this list. */
function verify(list: string, certificate: string): string {
  const path = (name: string, text: string) => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const args = ["-CAfile", path("ca", ca.pem), "-CRLfile", path("crl", list), path("leaf", certificate)];
  try {
    return execFileSync("openssl", ["verify", "-crl_check_all", ...args], {
      encoding: "utf8",
      stdio: "pipe",
    });
  } catch (error) {
    return String((error as { stderr: string }).stderr);
  }
}

describe("a revocation list", () => {
  it("revokes what is in it and nothing else, for as long as the CA lives", async () => {
    const list = await revocationList(ca.pem, key, [one.certificate]);
    expect(verify(list, one.certificate)).toContain("certificate revoked");
    expect(verify(list, two.certificate)).toContain(": OK");
    const { thisUpdate, nextUpdate } = new X509Crl(list);
    const { notBefore, notAfter } = new X509Certificate(ca.pem);
    expect([thisUpdate, nextUpdate]).toEqual([notBefore, notAfter]);
  });

  it("that is empty refuses nobody", async () => {
    const list = await revocationList(ca.pem, key, []);
    expect(verify(list, one.certificate)).toContain(": OK");
  });

  it("is the same text for the same certificates, in whatever order and number, and another for others", async () => {
    const list = await revocationList(ca.pem, key, [one.certificate, two.certificate]);
    const again = await revocationList(ca.pem, key, [two.certificate, one.certificate, two.certificate]);
    expect(again).toBe(list);
    expect(await revocationList(ca.pem, key, [one.certificate])).not.toBe(list);
  });

  it("is signed by this CA", async () => {
    const other = await TestCa.create("CN=stack CA", P384);
    const forged = await revocationList(ca.pem, await other.key(), []);
    expect(verify(forged, one.certificate)).toContain("CRL signature failure");
  });

  it("is refused another kind of key, which is not quoted", async () => {
    const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const pem = String(privateKey.export({ format: "pem", type: "sec1" }));
    await expect(revocationList(ca.pem, pem, [])).rejects.toThrow(/^The CA's key is not of P-384; only/);
  });
});
