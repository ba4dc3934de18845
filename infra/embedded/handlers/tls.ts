import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  webcrypto,
} from "node:crypto";
import type { Extension, JsonGeneralNames, JsonName, Name } from "@peculiar/x509";
import { UserError } from "../errors";
import type { Entry } from "../state";
import { isRecord, type Properties } from "../values";
import { type Handler, isSet, list, number, text } from "./handler";

/** Loaded on first use: most runs make no certificate, and loading it takes a while. It needs the polyfill loaded before. */
async function x509() {
  await import("reflect-metadata");
  return import("@peculiar/x509");
}

const HOUR_MS = 3_600_000;
const SUBJECT_ALT_NAME = "2.5.29.17";

const CURVES: Record<string, { node: string; hash: string }> = {
  P256: { node: "prime256v1", hash: "SHA-256" },
  P384: { node: "secp384r1", hash: "SHA-384" },
  P521: { node: "secp521r1", hash: "SHA-512" },
};

/** tls:index/privateKey:PrivateKey, without the OpenSSH forms of the key, which a local engine has no use for. */
export const privateKey: Handler = {
  noun: "private key",
  keys: { algorithm: true, ecdsaCurve: true, rsaBits: true },
  async create(inputs) {
    const key = generate(inputs);
    const publicKey = createPublicKey(key);
    const pkcs8 = pem(key, "pkcs8");
    const legacy = { ec: "sec1", rsa: "pkcs1", ed25519: "pkcs8" } as const;
    const der = publicKey.export({ type: "spki", format: "der" });
    return {
      id: createHash("sha1").update(der).digest("hex"),
      outputs: {
        ecdsaCurve: text(inputs, "ecdsaCurve") ?? "P224",
        rsaBits: number(inputs, "rsaBits") ?? 2048,
        privateKeyPem: pem(key, legacy[key.asymmetricKeyType as keyof typeof legacy]),
        privateKeyPemPkcs8: pkcs8,
        publicKeyPem: String(publicKey.export({ type: "spki", format: "pem" })),
      },
    };
  },
};

function generate(inputs: Properties): KeyObject {
  const algorithm = inputs.algorithm;
  if (algorithm === "ED25519") return generateKeyPairSync("ed25519").privateKey;
  if (algorithm === "RSA") {
    return generateKeyPairSync("rsa", { modulusLength: number(inputs, "rsaBits") ?? 2048 }).privateKey;
  }
  if (algorithm !== "ECDSA") {
    throw new UserError(
      `PrivateKey: algorithm is ${JSON.stringify(algorithm)}; allowed: ECDSA, ED25519, RSA.`,
    );
  }
  const curve = CURVES[String(inputs.ecdsaCurve)];
  if (curve === undefined) {
    throw new UserError(
      `PrivateKey: ecdsaCurve is ${JSON.stringify(inputs.ecdsaCurve)}; supported here: ${Object.keys(CURVES).join(", ")}.`,
    );
  }
  return generateKeyPairSync("ec", { namedCurve: curve.node }).privateKey;
}

function pem(key: KeyObject, type: "sec1" | "pkcs1" | "pkcs8"): string {
  return String(key.export({ type: type as "pkcs8", format: "pem" }));
}

const SUBJECT_KEYS = {
  commonName: true,
  country: true,
  emailAddress: true,
  locality: true,
  organization: true,
  organizationalUnit: true,
  postalCode: true,
  province: true,
  serialNumber: true,
  streetAddresses: true,
} as const;

const REQUEST_KEYS = {
  privateKeyPem: true,
  subject: SUBJECT_KEYS,
  dnsNames: true,
  ipAddresses: true,
  uris: true,
} as const;

const CERTIFICATE_KEYS = {
  allowedUses: true,
  validityPeriodHours: true,
  earlyRenewalHours: true,
  isCaCertificate: true,
  maxPathLength: true,
  setSubjectKeyId: true,
} as const;

/** tls:index/certRequest:CertRequest */
export const certRequest: Handler = {
  noun: "certificate request",
  keys: REQUEST_KEYS,
  async create(inputs) {
    const { Pkcs10CertificateRequestGenerator } = await x509();
    const { keys, algorithm, keyAlgorithm } = await importKey(inputs, "privateKeyPem");
    const request = await Pkcs10CertificateRequestGenerator.create({
      name: subjectName(inputs),
      extensions: await subjectAltNames(inputs),
      keys,
      signingAlgorithm: algorithm,
    });
    return {
      id: createHash("sha1").update(Buffer.from(request.rawData)).digest("hex"),
      outputs: { keyAlgorithm, certRequestPem: endLine(request.toString("pem")) },
    };
  },
};

/** tls:index/selfSignedCert:SelfSignedCert */
export const selfSignedCert: Handler = {
  noun: "certificate",
  keys: { ...REQUEST_KEYS, ...CERTIFICATE_KEYS, setAuthorityKeyId: true },
  updatable: ["earlyRenewalHours"],
  isIntact,
  update: keepCertificate,
  async create(inputs) {
    const { keys, algorithm, keyAlgorithm } = await importKey(inputs, "privateKeyPem");
    return sign(inputs, {
      subject: subjectName(inputs),
      issuer: subjectName(inputs),
      publicKey: keys.publicKey,
      signingKey: keys.privateKey,
      algorithm,
      extensions: [
        ...(await subjectAltNames(inputs)),
        ...(inputs.setAuthorityKeyId === true ? [await authorityKeyId(keys.publicKey)] : []),
      ],
      outputs: { keyAlgorithm, setAuthorityKeyId: inputs.setAuthorityKeyId === true },
    });
  },
};

/** tls:index/locallySignedCert:LocallySignedCert */
export const locallySignedCert: Handler = {
  noun: "certificate",
  keys: { ...CERTIFICATE_KEYS, certRequestPem: true, caCertPem: true, caPrivateKeyPem: true },
  updatable: ["earlyRenewalHours"],
  isIntact,
  update: keepCertificate,
  async create(inputs) {
    const {
      AuthorityKeyIdentifierExtension,
      Pkcs10CertificateRequest,
      SubjectKeyIdentifierExtension,
      X509Certificate,
    } = await x509();
    const request = new Pkcs10CertificateRequest(String(inputs.certRequestPem));
    if (!(await request.verify()))
      throw new UserError("LocallySignedCert: the certificate request's signature is wrong.");
    const authority = new X509Certificate(String(inputs.caCertPem));
    const { keys, algorithm, keyAlgorithm } = await importKey(inputs, "caPrivateKeyPem");
    const names = request.getExtension(SUBJECT_ALT_NAME);
    const authorityId = authority.getExtension(SubjectKeyIdentifierExtension)?.keyId;
    return sign(inputs, {
      subject: request.subjectName,
      issuer: authority.subjectName,
      publicKey: await request.publicKey.export(),
      signingKey: keys.privateKey,
      algorithm,
      extensions: [
        ...(names ? [names] : []),
        ...(authorityId ? [new AuthorityKeyIdentifierExtension(authorityId)] : []),
      ],
      outputs: { caKeyAlgorithm: keyAlgorithm },
    });
  },
};

/** False once the certificate has expired or is in its early-renewal window: it is then made anew. */
async function isIntact(entry: Entry): Promise<boolean> {
  const early = (number(entry.inputs, "earlyRenewalHours") ?? 0) * HOUR_MS;
  return Date.now() < Date.parse(String(entry.outputs.validityEndTime)) - early;
}

async function keepCertificate(entry: Entry, inputs: Properties) {
  const outputs = { ...entry.outputs, earlyRenewalHours: number(inputs, "earlyRenewalHours") ?? 0 };
  const made = { id: entry.id, outputs };
  if (await isIntact({ ...entry, inputs })) return made;
  // The longer window has begun already.
  const handler = "caCertPem" in inputs ? locallySignedCert : selfSignedCert;
  return handler.create(inputs, undefined as never, () => {});
}

/** As WebCrypto takes it, for importing a key as well as for signing. */
interface SigningAlgorithm {
  name: string;
  hash?: string;
  namedCurve?: string;
}

interface SigningRequest {
  subject: JsonName | Name;
  issuer: JsonName | Name;
  publicKey: webcrypto.CryptoKey;
  signingKey: webcrypto.CryptoKey;
  algorithm: SigningAlgorithm;
  extensions: Extension[];
  outputs: Properties;
}

async function sign(inputs: Properties, request: SigningRequest) {
  const {
    BasicConstraintsExtension,
    ExtendedKeyUsageExtension,
    KeyUsagesExtension,
    SubjectKeyIdentifierExtension,
    X509CertificateGenerator,
  } = await x509();
  const isCa = inputs.isCaCertificate === true;
  if (isCa && request.subject.toString() === "") {
    throw new UserError("A certificate authority's certificate must have a subject; set subject.commonName.");
  }
  const hours = number(inputs, "validityPeriodHours");
  if (hours === undefined || hours < 0) {
    throw new UserError(
      `validityPeriodHours is ${JSON.stringify(inputs.validityPeriodHours)}; it must be a number of at least 0.`,
    );
  }
  const { usages, extended } = allowedUses(list(inputs, "allowedUses") ?? []);
  const notBefore = new Date(Math.floor(Date.now() / 1000) * 1000);
  const notAfter = new Date(notBefore.getTime() + hours * HOUR_MS);
  // 128 random bits as the provider takes; the first bit stays clear, since a serial number is positive.
  const serial = randomBytes(16);
  serial[0] = ((serial[0] ?? 0) & 0x7f) | 0x01;
  const certificate = await X509CertificateGenerator.create({
    serialNumber: serial.toString("hex"),
    subject: request.subject,
    issuer: request.issuer,
    notBefore,
    notAfter,
    publicKey: request.publicKey,
    signingKey: request.signingKey,
    signingAlgorithm: request.algorithm,
    extensions: [
      ...(usages !== 0 ? [new KeyUsagesExtension(usages, true)] : []),
      ...(extended.length > 0 ? [new ExtendedKeyUsageExtension(extended)] : []),
      new BasicConstraintsExtension(isCa, isCa ? number(inputs, "maxPathLength") : undefined, true),
      ...(isCa || inputs.setSubjectKeyId === true
        ? [await SubjectKeyIdentifierExtension.create(request.publicKey)]
        : []),
      ...request.extensions,
    ],
  });
  return {
    id: BigInt(`0x${serial.toString("hex")}`).toString(),
    outputs: {
      certPem: endLine(certificate.toString("pem")),
      validityStartTime: rfc3339(notBefore),
      validityEndTime: rfc3339(notAfter),
      earlyRenewalHours: number(inputs, "earlyRenewalHours") ?? 0,
      readyForRenewal: false,
      isCaCertificate: isCa,
      setSubjectKeyId: inputs.setSubjectKeyId === true,
      ...request.outputs,
    },
  };
}

const rfc3339 = (time: Date) => time.toISOString().replace(".000Z", "Z");
const endLine = (value: string) => `${value.trimEnd()}\n`;

const KEY_USAGES = [
  "digital_signature",
  "content_commitment",
  "key_encipherment",
  "data_encipherment",
  "key_agreement",
  "cert_signing",
  "crl_signing",
  "encipher_only",
  "decipher_only",
];

const EXTENDED_USAGES: Record<string, string> = {
  any_extended: "2.5.29.37.0",
  server_auth: "1.3.6.1.5.5.7.3.1",
  client_auth: "1.3.6.1.5.5.7.3.2",
  code_signing: "1.3.6.1.5.5.7.3.3",
  email_protection: "1.3.6.1.5.5.7.3.4",
  timestamping: "1.3.6.1.5.5.7.3.8",
  ocsp_signing: "1.3.6.1.5.5.7.3.9",
};

function allowedUses(uses: string[]) {
  let usages = 0;
  const extended: string[] = [];
  for (const use of uses) {
    // The bits of a key usage are numbered in the order of the list above.
    const bit = KEY_USAGES.indexOf(use);
    const oid = EXTENDED_USAGES[use];
    if (bit >= 0) usages |= 1 << bit;
    else if (oid !== undefined) extended.push(oid);
    else {
      const allowed = [...KEY_USAGES, ...Object.keys(EXTENDED_USAGES)].join(", ");
      throw new UserError(`allowedUses has ${JSON.stringify(use)}; supported here: ${allowed}.`);
    }
  }
  return { usages, extended };
}

/** In the order in which the provider writes them. */
const SUBJECT_FIELDS: [key: keyof typeof SUBJECT_KEYS, type: string][] = [
  ["country", "C"],
  ["organization", "O"],
  ["organizationalUnit", "OU"],
  ["locality", "L"],
  ["province", "ST"],
  ["streetAddresses", "2.5.4.9"],
  ["postalCode", "2.5.4.17"],
  ["commonName", "CN"],
  ["serialNumber", "2.5.4.5"],
  ["emailAddress", "1.2.840.113549.1.9.1"],
];

function subjectName(inputs: Properties): JsonName {
  const subject = isRecord(inputs.subject) ? inputs.subject : {};
  return SUBJECT_FIELDS.flatMap(([key, type]) => {
    const values = list(subject, key) ?? (isSet(subject, key) ? [String(subject[key])] : []);
    return values.map((value) => ({ [type]: [value] }));
  });
}

async function subjectAltNames(inputs: Properties): Promise<Extension[]> {
  const names: JsonGeneralNames = [
    ...(list(inputs, "dnsNames") ?? []).map((value) => ({ type: "dns" as const, value })),
    ...(list(inputs, "ipAddresses") ?? []).map((value) => ({ type: "ip" as const, value })),
    ...(list(inputs, "uris") ?? []).map((value) => ({ type: "url" as const, value })),
  ];
  if (names.length === 0) return [];
  const { SubjectAlternativeNameExtension } = await x509();
  return [new SubjectAlternativeNameExtension(names)];
}

async function authorityKeyId(key: webcrypto.CryptoKey): Promise<Extension> {
  const { AuthorityKeyIdentifierExtension } = await x509();
  return AuthorityKeyIdentifierExtension.create(key);
}

/** A PEM key (SEC 1, PKCS #1 or PKCS #8) as WebCrypto wants it, with the algorithm that the provider would sign with. */
async function importKey(inputs: Properties, property: string) {
  let key: KeyObject;
  try {
    key = createPrivateKey(String(inputs[property]));
  } catch {
    throw new UserError(`${property} is not a private key in PEM form.`);
  }
  const { algorithm, keyAlgorithm } = signingAlgorithm(key, property);
  const load = (type: "pkcs8" | "spki", der: Buffer, usage: "sign" | "verify") =>
    webcrypto.subtle.importKey(type, der, algorithm, true, [usage]);
  return {
    algorithm,
    keyAlgorithm,
    keys: {
      privateKey: await load("pkcs8", key.export({ type: "pkcs8", format: "der" }), "sign"),
      publicKey: await load("spki", createPublicKey(key).export({ type: "spki", format: "der" }), "verify"),
    },
  };
}

function signingAlgorithm(
  key: KeyObject,
  property: string,
): { keyAlgorithm: string; algorithm: SigningAlgorithm } {
  if (key.asymmetricKeyType === "ed25519") return { keyAlgorithm: "ED25519", algorithm: { name: "Ed25519" } };
  if (key.asymmetricKeyType === "rsa") {
    return { keyAlgorithm: "RSA", algorithm: { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" } };
  }
  const curve = Object.entries(CURVES).find(([, { node }]) => node === key.asymmetricKeyDetails?.namedCurve);
  if (curve === undefined) throw new UserError(`${property}: this kind of key is not supported here.`);
  const namedCurve = curve[0].replace("P", "P-");
  return { keyAlgorithm: "ECDSA", algorithm: { name: "ECDSA", namedCurve, hash: curve[1].hash } };
}
