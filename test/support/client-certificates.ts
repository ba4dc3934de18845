import "reflect-metadata";
import { createHash, webcrypto } from "node:crypto";
import * as x509 from "@peculiar/x509";
import type { Identity } from "./gateway-client";

type Algorithm = webcrypto.EcKeyAlgorithm | webcrypto.RsaHashedKeyGenParams;

const P256: Algorithm & { hash?: string } = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as never;
/** As the stack's own CA has it. */
export const P384: typeof P256 = { name: "ECDSA", namedCurve: "P-384", hash: "SHA-384" } as never;

/** What is odd about a client certificate. */
export interface Oddities {
  readonly notBefore?: Date;
  readonly notAfter?: Date;
  /** Defaults to clientAuth. */
  readonly usage?: "clientAuth" | "serverAuth";
  readonly algorithm?: Algorithm;
  readonly signatureHash?: "SHA-1" | "SHA-256";
}

/** A client certificate with what the gateway is told of it. */
export interface IssuedIdentity extends Identity {
  readonly fingerprint: string;
}

/** A private CA for tests, whose certificates may be as odd as needed. */
export class TestCa {
  private constructor(
    private readonly keys: webcrypto.CryptoKeyPair,
    private readonly root: x509.X509Certificate,
  ) {}

  static async create(name = "CN=test client CA", algorithm = P256): Promise<TestCa> {
    const keys = await generate(algorithm);
    const root = await x509.X509CertificateGenerator.createSelfSigned({
      name,
      notBefore: new Date(Date.now() - 60_000),
      notAfter: new Date(Date.now() + 24 * 3_600_000),
      signingAlgorithm: algorithm,
      keys,
      extensions: [
        new x509.BasicConstraintsExtension(true, 0, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      ],
    });
    return new TestCa(keys, root);
  }

  get pem(): string {
    return this.root.toString("pem");
  }

  /** PEM of its private key. */
  async key(): Promise<string> {
    return privateKeyPem(this.keys.privateKey);
  }

  async issue(subject: string, odd: Oddities = {}): Promise<IssuedIdentity> {
    const keys = await generate(odd.algorithm ?? P256);
    const certificate = await x509.X509CertificateGenerator.create({
      subject,
      issuer: this.root.subject,
      notBefore: odd.notBefore ?? new Date(Date.now() - 60_000),
      notAfter: odd.notAfter ?? new Date(Date.now() + 3_600_000),
      signingAlgorithm: {
        ...this.keys.privateKey.algorithm,
        hash: odd.signatureHash ?? "SHA-256",
      } as never,
      publicKey: keys.publicKey,
      signingKey: this.keys.privateKey,
      extensions: [
        new x509.BasicConstraintsExtension(false, undefined, true),
        new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage[odd.usage ?? "clientAuth"]]),
      ],
    });
    return {
      certificate: certificate.toString("pem"),
      key: await privateKeyPem(keys.privateKey),
      fingerprint: createHash("sha256").update(Buffer.from(certificate.rawData)).digest("hex"),
    };
  }
}

async function privateKeyPem(privateKey: webcrypto.CryptoKey): Promise<string> {
  const key = Buffer.from(await webcrypto.subtle.exportKey("pkcs8", privateKey)).toString("base64");
  return `-----BEGIN PRIVATE KEY-----\n${key.replace(/.{64}/g, "$&\n")}\n-----END PRIVATE KEY-----\n`;
}

function generate(algorithm: Algorithm): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(algorithm as webcrypto.EcKeyGenParams, true, ["sign", "verify"]);
}
