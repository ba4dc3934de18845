import "reflect-metadata";
import { createHash, generateKeyPairSync, webcrypto } from "node:crypto";
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
  readonly usage?: "clientAuth" | "serverAuth" | "codeSigning";
  /** Alternative DNS names. */
  readonly names?: readonly string[];
  readonly algorithm?: Algorithm;
  /** A curve that WebCrypto does not have, by OpenSSL's name. */
  readonly curve?: string;
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
    return privateKeyPem(await pkcs8(this.keys.privateKey));
  }

  /** A list of revoked certificates, PEM, that names none and should have been renewed an hour ago. */
  async expiredRevocationList(): Promise<string> {
    const hour = 3_600_000;
    const list = await x509.X509CrlGenerator.create({
      issuer: this.root.subjectName,
      thisUpdate: new Date(Date.now() - 2 * hour),
      nextUpdate: new Date(Date.now() - hour),
      signingAlgorithm: { ...this.keys.privateKey.algorithm, hash: "SHA-384" } as never,
      signingKey: this.keys.privateKey,
    });
    return `${x509.PemConverter.encode(list.rawData, "X509 CRL")}\n`;
  }

  /**
   * A CA whose certificate this one has signed.
   *
   * @param isCa whether the certificate says that it is one
   */
  async intermediate(
    name: string,
    { notBefore, notAfter }: Pick<Oddities, "notBefore" | "notAfter"> = {},
    isCa = true,
  ): Promise<TestCa> {
    const keys = await generate(P256);
    const root = await x509.X509CertificateGenerator.create({
      subject: name,
      issuer: this.root.subject,
      notBefore: notBefore ?? new Date(Date.now() - 60_000),
      notAfter: notAfter ?? new Date(Date.now() + 3_600_000),
      signingAlgorithm: { ...this.keys.privateKey.algorithm, hash: "SHA-256" } as never,
      publicKey: keys.publicKey,
      signingKey: this.keys.privateKey,
      extensions: [new x509.BasicConstraintsExtension(isCa, undefined, true)],
    });
    return new TestCa(keys, root);
  }

  async issue(subject: string | x509.JsonNameParams, odd: Oddities = {}): Promise<IssuedIdentity> {
    const keys = odd.curve === undefined ? await generated(odd.algorithm ?? P256) : keysOfCurve(odd.curve);
    const certificate = await x509.X509CertificateGenerator.create({
      subject: typeof subject === "string" ? subject : new x509.Name(subject),
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
        ...(odd.names
          ? [new x509.SubjectAlternativeNameExtension(odd.names.map((value) => ({ type: "dns", value })))]
          : []),
      ],
    });
    return {
      certificate: certificate.toString("pem"),
      key: privateKeyPem(keys.pkcs8),
      fingerprint: createHash("sha256").update(Buffer.from(certificate.rawData)).digest("hex"),
    };
  }
}

function privateKeyPem(pkcs8: Buffer): string {
  return `-----BEGIN PRIVATE KEY-----\n${pkcs8.toString("base64").replace(/.{64}/g, "$&\n")}\n-----END PRIVATE KEY-----\n`;
}

async function pkcs8(privateKey: webcrypto.CryptoKey): Promise<Buffer> {
  return Buffer.from(await webcrypto.subtle.exportKey("pkcs8", privateKey));
}

interface LeafKeys {
  readonly publicKey: x509.PublicKeyType;
  readonly pkcs8: Buffer;
}

async function generated(algorithm: Algorithm): Promise<LeafKeys> {
  const { publicKey, privateKey } = await generate(algorithm);
  return { publicKey, pkcs8: await pkcs8(privateKey) };
}

function keysOfCurve(namedCurve: string): LeafKeys {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve });
  return {
    publicKey: new x509.PublicKey(publicKey.export({ type: "spki", format: "der" })),
    pkcs8: privateKey.export({ type: "pkcs8", format: "der" }),
  };
}

function generate(algorithm: Algorithm): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(algorithm as webcrypto.EcKeyGenParams, true, ["sign", "verify"]);
}
