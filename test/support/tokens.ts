import {
  constants,
  createHmac,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  sign as signBytes,
} from "node:crypto";
import type { JwtAlgorithm, JwtKey } from "../../components/gateway/authorizer/methods/jwt-keys";

// Made with node:crypto, not with the gateway's own library, so that a mistake there does not vouch for itself.

export const ISSUER = "https://issuer.example";
export const AUDIENCE = "comfy";

/** A key that signs tokens, and what the gateway is told of it. */
export interface TokenSigner {
  readonly algorithm: JwtAlgorithm;
  readonly jwtKey: JwtKey;
  sign(input: string): Buffer;
}

/** A new key for the algorithm. Tokens by it have the role given and speak for `client`. */
export function tokenSigner(
  kid: string,
  algorithm: JwtAlgorithm,
  client: string,
  role: JwtKey["role"],
): TokenSigner {
  const jwtKey = { kid, algorithm, issuer: ISSUER, audience: AUDIENCE, client, role };
  const hash = `sha${algorithm.slice(2)}`;
  if (algorithm.startsWith("HS")) {
    const secret = randomBytes(64);
    return {
      algorithm,
      jwtKey: { ...jwtKey, key: secret.toString("base64url") },
      sign: (input) => createHmac(hash, secret).update(input).digest(),
    };
  }
  const { privateKey, publicKey } = algorithm.startsWith("ES")
    ? generateKeyPairSync("ec", { namedCurve: CURVES[algorithm] ?? "P-256" })
    : generateKeyPairSync("rsa", { modulusLength: 2048 });
  return {
    algorithm,
    jwtKey: { ...jwtKey, key: publicKey.export({ type: "spki", format: "pem" }).toString() },
    sign: (input) => signBytes(hash, Buffer.from(input), signOptions(algorithm, privateKey)),
  };
}

const CURVES: Partial<Record<JwtAlgorithm, string>> = { ES256: "P-256", ES384: "P-384", ES512: "P-521" };

function signOptions(algorithm: JwtAlgorithm, key: KeyObject) {
  return algorithm.startsWith("PS")
    ? { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST }
    : { key, dsaEncoding: "ieee-p1363" as const };
}

export const nowSeconds = () => Math.floor(Date.now() / 1000);

/** Good claims with changes; a claim that is undefined is left out. */
export function claims(changes: object = {}): object {
  const now = nowSeconds();
  return { iss: ISSUER, aud: AUDIENCE, sub: "tenant-1", iat: now - 5, exp: now + 600, ...changes };
}

/** A signed token; header changes are merged, texts taken as they are. */
export function token(
  signer: TokenSigner,
  payload: object | string = claims(),
  header: object | string = {},
): string {
  const { kid, algorithm } = signer.jwtKey;
  const head = typeof header === "string" ? header : { alg: algorithm, kid, ...header };
  const input = `${b64(head)}.${b64(payload)}`;
  return `${input}.${signer.sign(input).toString("base64url")}`;
}

export function b64(value: object | string): string {
  return Buffer.from(typeof value === "string" ? value : JSON.stringify(value)).toString("base64url");
}
