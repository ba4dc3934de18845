import { createPublicKey, type KeyObject, webcrypto } from "node:crypto";
import { importSPKI } from "jose/key/import";
import type { Role } from "../../routes";
import { decodeBase64url } from "./base64";

/** What each algorithm asks of its key and of the length of a signature. */
const ALGORITHMS = {
  HS256: { family: "hmac", hash: "SHA-256", bytes: 32 },
  HS384: { family: "hmac", hash: "SHA-384", bytes: 48 },
  HS512: { family: "hmac", hash: "SHA-512", bytes: 64 },
  RS256: { family: "rsa" },
  RS384: { family: "rsa" },
  RS512: { family: "rsa" },
  PS256: { family: "rsa" },
  PS384: { family: "rsa" },
  PS512: { family: "rsa" },
  ES256: { family: "ec", curve: "prime256v1", bytes: 64 },
  ES384: { family: "ec", curve: "secp384r1", bytes: 96 },
  ES512: { family: "ec", curve: "secp521r1", bytes: 132 },
} as const;

/** JWS algorithms a key may be pinned to. `none` is not among them. */
export type JwtAlgorithm = keyof typeof ALGORITHMS;
export const JWT_ALGORITHMS = Object.keys(ALGORITHMS) as [JwtAlgorithm, ...JwtAlgorithm[]];

/** One key that may sign tokens, with everything that its `kid` pins. */
export interface JwtKey {
  /** Key id: 1 to 128 visible ASCII characters, unique among the keys. */
  readonly kid: string;
  /** The only algorithm this key verifies. */
  readonly algorithm: JwtAlgorithm;
  /**
   * HS*: the secret in base64url, at least as long as the hash (32, 48, 64 bytes; RFC 7518, 3.2). RS*, PS*: RSA public
   * key of 2048 bits or more in PEM (SPKI). ES*: public key on P-256, P-384, P-521 in PEM (SPKI).
   */
  readonly key: string;
  /** Value that `iss` must have. */
  readonly issuer: string;
  /** Value that `aud` must have or contain. */
  readonly audience: string;
  /** What the bearer may do. */
  readonly role: Role;
  /** Name of the client in limits and audit. Defaults to the `kid`. */
  readonly client?: string;
}

/** A key that has been checked and is ready to verify. */
export interface LoadedJwtKey extends Omit<JwtKey, "key"> {
  readonly client: string;
  readonly cryptoKey: webcrypto.CryptoKey;
  /** Length of every signature by this key. */
  readonly signatureBytes: number;
  /** Whether a signature is a pair of numbers, neither of which may be zero. */
  readonly signsWithPair: boolean;
}

const VISIBLE_ASCII = /^[\x21-\x7e]{1,128}$/;
const MIN_RSA_BITS = 2048;
/** A smaller exponent makes forging easier; at 1 the signature is the message. */
const MIN_RSA_EXPONENT = 65537n;

/**
 * Checks one key and makes it ready. The key's own text is never quoted.
 *
 * @throws Error with kid, what is wrong, what is allowed and the fix
 */
export async function loadJwtKey({ key: text, ...key }: JwtKey): Promise<LoadedJwtKey> {
  const refuse: (problem: string) => never = (problem) => {
    throw new Error(`JWT key ${JSON.stringify(key.kid)}: ${problem}`);
  };
  if (!VISIBLE_ASCII.test(key.kid)) refuse("kid must be 1 to 128 visible ASCII characters; rename the key.");
  for (const name of ["issuer", "audience"] as const) {
    if (key[name] === "") refuse(`${name} is empty; give the value that the token's issuer writes.`);
  }
  const rule = Object.hasOwn(ALGORITHMS, key.algorithm)
    ? ALGORITHMS[key.algorithm]
    : refuse(
        `algorithm is ${JSON.stringify(key.algorithm)}; use one of ${Object.keys(ALGORITHMS).join(", ")}.`,
      );
  const common = { ...key, client: key.client ?? key.kid, signsWithPair: rule.family === "ec" };

  if (rule.family === "hmac") {
    const secret =
      decodeBase64url(text) ?? refuse("the secret is not base64url without padding; encode it so.");
    if (secret.length < rule.bytes) {
      refuse(
        `the secret has ${secret.length} bytes; ${key.algorithm} needs at least ${rule.bytes} random bytes.`,
      );
    }
    const cryptoKey = await webcrypto.subtle.importKey(
      "raw",
      secret,
      { name: "HMAC", hash: rule.hash },
      false,
      ["verify"],
    );
    return { ...common, cryptoKey, signatureBytes: rule.bytes };
  }

  const publicKey =
    readPublicKey(text) ?? refuse("not a public key in PEM (BEGIN PUBLIC KEY); export it in that form.");
  const { modulusLength = 0, publicExponent = 0n, namedCurve } = publicKey.asymmetricKeyDetails ?? {};
  const found = namedCurve ?? publicKey.asymmetricKeyType;
  // Written anew, so that what is imported is what was checked.
  const spki = publicKey.export({ type: "spki", format: "pem" }).toString();
  if (rule.family === "ec") {
    if (namedCurve !== rule.curve) refuse(`${key.algorithm} needs a key on ${rule.curve}, this is ${found}.`);
    return { ...common, cryptoKey: await importSPKI(spki, key.algorithm), signatureBytes: rule.bytes };
  }
  if (publicKey.asymmetricKeyType !== "rsa") refuse(`${key.algorithm} needs an RSA key, this is ${found}.`);
  if (modulusLength < MIN_RSA_BITS || publicExponent < MIN_RSA_EXPONENT) {
    refuse(
      `an RSA key of ${modulusLength} bits with exponent ${publicExponent}; ` +
        `use at least ${MIN_RSA_BITS} bits and exponent ${MIN_RSA_EXPONENT}.`,
    );
  }
  const cryptoKey = await importSPKI(spki, key.algorithm);
  return { ...common, cryptoKey, signatureBytes: Math.ceil(modulusLength / 8) };
}

/** The public key in a PEM text. A private key, from which Node would derive the public one, is refused. */
function readPublicKey(pem: string): KeyObject | undefined {
  if (!pem.startsWith("-----BEGIN PUBLIC KEY-----")) return undefined;
  try {
    return createPublicKey(pem);
  } catch {
    return undefined;
  }
}
