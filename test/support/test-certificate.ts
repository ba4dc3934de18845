import "reflect-metadata";
import { randomBytes, webcrypto } from "node:crypto";
import * as x509 from "@peculiar/x509";

export type CertificateKind = "EC" | "RSA";

const ALGORITHMS: Record<CertificateKind, webcrypto.EcKeyGenParams | webcrypto.RsaHashedKeyGenParams> = {
  EC: { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as never,
  RSA: {
    name: "RSASSA-PKCS1-v1_5",
    modulusLength: 2048,
    publicExponent: new Uint8Array([1, 0, 1]),
    hash: "SHA-256",
  },
};

/** A self-signed server certificate for the names, with its key; both PEM. */
export async function testCertificate(
  names: readonly string[],
  kind: CertificateKind = "EC",
): Promise<{ certificate: string; key: string }> {
  const algorithm = ALGORITHMS[kind];
  const keys = await webcrypto.subtle.generateKey(algorithm as webcrypto.EcKeyGenParams, true, [
    "sign",
    "verify",
  ]);
  const alternatives = names.map(
    (name): x509.JsonGeneralName =>
      /^[\d.]+$|^\[/.test(name)
        ? { type: "ip", value: name.replace(/[[\]]/g, "") }
        : { type: "dns", value: name },
  );
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    // A client that trusts two of one name takes one of them for the other's issuer.
    name: `CN=gateway test ${randomBytes(4).toString("hex")}`,
    notBefore: new Date(Date.now() - 60_000),
    notAfter: new Date(Date.now() + 24 * 3_600_000),
    signingAlgorithm: algorithm,
    keys,
    extensions: [new x509.SubjectAlternativeNameExtension(alternatives)],
  });
  const key = Buffer.from(await webcrypto.subtle.exportKey("pkcs8", keys.privateKey)).toString("base64");
  return {
    certificate: certificate.toString("pem"),
    key: `-----BEGIN PRIVATE KEY-----\n${key.replace(/.{64}/g, "$&\n")}\n-----END PRIVATE KEY-----\n`,
  };
}
