import { hash } from "node:crypto";
import { compactVerify } from "jose/jws/compact/verify";
import type { Role } from "../../routes";
import { decodeBase64url } from "./base64";
import { type JwtKey, type LoadedJwtKey, loadJwtKey } from "./jwt-keys";
import { LruMap } from "./lru-map";
import { parseJsonObject } from "./strict-json";

/** Which tokens are taken. */
export interface JwtSettings {
  /** Keys that may sign tokens: at least one. Two kids side by side are how a key is rotated. */
  readonly keys: readonly JwtKey[];
  /** Claim that names the tenant. Defaults to "sub". */
  readonly tenantClaim?: string;
  /** Longest time in seconds from a token's `iat` (from now, where it has none) to its `exp`. Defaults to 86400. */
  readonly maxLifetimeSeconds?: number;
}

/** Who a verified token speaks for. */
export interface JwtPrincipal {
  /** Value of the tenant claim: 1 to 255 visible ASCII characters, safe in a header and in a log line. */
  readonly tenant: string;
  readonly client: string;
  readonly role: Role;
  /** The token's `exp`, in seconds since 1970, without the clock skew. */
  readonly expiresAt: number;
  readonly keyId: string;
}

/** Why a token is refused, in terms general enough to tell the caller. */
export type JwtRefusal =
  | "malformed"
  | "forbidden header"
  | "unknown key"
  | "wrong algorithm"
  | "bad signature"
  | "missing claim"
  | "bad claim"
  | "wrong issuer"
  | "wrong audience"
  | "expired"
  | "not yet valid"
  | "lifetime too long";

/** Verifies one token at `nowSeconds`, whole seconds since 1970. Never throws, makes no network request. */
export type JwtVerifier = (
  token: string,
  nowSeconds: number,
) => Promise<JwtPrincipal | { readonly refused: JwtRefusal }>;

const MAX_TOKEN_LENGTH = 8 * 1024;
/** Genuine tokens whose signature is not verified again. */
const GENUINE_TOKENS = 4096;
const DEFAULT_MAX_LIFETIME_SECONDS = 24 * 60 * 60;
/** How far the issuer's clock may be off: 59 s late passes, 61 s does not. */
const CLOCK_SKEW_SECONDS = 60;
/** End of the year 9999: no honest token is later, and every date before it is an exact number. */
const MAX_DATE = 253_402_300_799;
const TENANT = /^[\x21-\x7e]{1,255}$/;

/**
 * Header parameters that bring a key, point at one, or change how the rest is read. The key comes from the
 * configuration alone, so a token that has one of them is not meant for us.
 */
const FORBIDDEN_PARAMETERS =
  "jwk jku x5u x5c trust_chain crit b64 enc zip cty epk apu apv iv tag p2s p2c".split(" ");

/** `typ` of an access token. Others, such as logout+jwt, are signed by the same keys for another purpose. */
const TYPES = /^(application\/)?(at\+)?jwt$/i;

/**
 * Checks the settings and makes the verifier.
 *
 * @throws Error that lists every problem of the settings; no key's text is quoted
 */
export async function createJwtVerifier(settings: JwtSettings): Promise<JwtVerifier> {
  const { tenantClaim = "sub", maxLifetimeSeconds = DEFAULT_MAX_LIFETIME_SECONDS } = settings;
  const loads = await Promise.allSettled(settings.keys.map(loadJwtKey));
  const problems = loads.flatMap((load) => (load.status === "rejected" ? [String(load.reason.message)] : []));
  const keys = new Map(
    loads.flatMap((load) => (load.status === "fulfilled" ? [[load.value.kid, load.value] as const] : [])),
  );
  if (settings.keys.length === 0) problems.push("JWT keys are empty; give at least one, or leave jwt out.");
  if (new Set(settings.keys.map(({ kid }) => kid)).size < settings.keys.length) {
    problems.push("Two JWT keys have the same kid; name each differently.");
  }
  if (tenantClaim === "") problems.push('tenantClaim is empty; name a claim, such as "sub".');
  if (!Number.isSafeInteger(maxLifetimeSeconds) || maxLifetimeSeconds < 1) {
    problems.push(`maxLifetimeSeconds is ${maxLifetimeSeconds}; give whole seconds, at least 1.`);
  }
  if (problems.length > 0) throw new Error(problems.join("\n"));

  const rules = { tenantClaim, maxLifetimeSeconds };
  // By digest, as API keys are: how long a lookup takes tells nothing about a token. Only who has a key gets in here,
  // and a new configuration begins with none.
  const genuine = new LruMap<GenuineToken>(GENUINE_TOKENS);
  return async (token, nowSeconds) => {
    if (token.length > MAX_TOKEN_LENGTH) return { refused: "malformed" };
    const digest = hash("sha256", token, "base64");
    let read: GenuineToken | JwtRefusal | undefined = genuine.get(digest);
    if (read === undefined) {
      read = await verified(token, keys);
      if (typeof read === "string") return { refused: read };
      genuine.set(digest, read);
    }
    const judged = judgeClaims(read, rules, nowSeconds);
    return typeof judged === "string" ? { refused: judged } : judged;
  };
}

/** A token whose signature holds: what it says never changes, whether that is enough depends on the time. */
interface GenuineToken {
  readonly key: LoadedJwtKey;
  readonly claims: ReadonlyMap<string, unknown>;
}

/** The signature comes before the claims, so that a forger learns nothing about those that would pass. */
async function verified(
  token: string,
  keys: ReadonlyMap<string, LoadedJwtKey>,
): Promise<GenuineToken | JwtRefusal> {
  const key = readToken(token, keys);
  if (typeof key === "string") return key;
  const payload = await verifiedPayload(token, key);
  if (payload === undefined) return "bad signature";
  const claims = parseJsonObject(payload);
  return claims === undefined ? "malformed" : { key, claims };
}

/** The key that a token's form and header call for; nothing has been verified yet. */
function readToken(token: string, keys: ReadonlyMap<string, LoadedJwtKey>): LoadedJwtKey | JwtRefusal {
  const parts = token.split(".");
  if (parts.length !== 3) return "malformed";
  const [headerBytes, payloadBytes, signature] = parts.map(decodeBase64url);
  if (!headerBytes || !payloadBytes || !signature) return "malformed";
  const header = parseJsonObject(headerBytes);
  if (header === undefined) return "malformed";

  if (FORBIDDEN_PARAMETERS.some((name) => header.has(name))) return "forbidden header";
  const type = header.get("typ");
  if (header.has("typ") && !(typeof type === "string" && TYPES.test(type))) return "forbidden header";
  const key = header.has("kid") ? keys.get(header.get("kid") as string) : onlyOne(keys);
  if (key === undefined) return "unknown key";
  if (header.get("alg") !== key.algorithm) return "wrong algorithm";
  return hasSignatureForm(signature, key) ? key : "bad signature";
}

/** A token may leave out `kid` where there is no choice. */
function onlyOne(keys: ReadonlyMap<string, LoadedJwtKey>): LoadedJwtKey | undefined {
  return keys.size === 1 ? [...keys.values()][0] : undefined;
}

/** Length as the algorithm has it, and no zero in a pair: what some verifiers have taken for a signature. */
function hasSignatureForm(signature: Buffer, key: LoadedJwtKey): boolean {
  if (signature.length !== key.signatureBytes) return false;
  const half = signature.length / 2;
  return !key.signsWithPair || [signature.subarray(0, half), signature.subarray(half)].every(isNotZero);
}

function isNotZero(bytes: Uint8Array): boolean {
  return bytes.some((byte) => byte !== 0);
}

async function verifiedPayload(token: string, key: LoadedJwtKey): Promise<Uint8Array | undefined> {
  try {
    const { payload } = await compactVerify(token, key.cryptoKey, { algorithms: [key.algorithm] });
    return payload;
  } catch {
    return undefined;
  }
}

/** Judges what a genuine token says. */
function judgeClaims(
  { key, claims }: GenuineToken,
  { tenantClaim, maxLifetimeSeconds }: Required<Omit<JwtSettings, "keys">>,
  now: number,
): JwtPrincipal | JwtRefusal {
  if (["iss", "aud", "exp", tenantClaim].some((name) => !claims.has(name))) return "missing claim";
  if (claims.get("iss") !== key.issuer) return "wrong issuer";
  if (!audiences(claims.get("aud")).includes(key.audience)) return "wrong audience";

  const expiresAt = claims.get("exp");
  const notBefore = claims.has("nbf") ? claims.get("nbf") : 0;
  const issuedAt = claims.has("iat") ? claims.get("iat") : now;
  const tenant = claims.get(tenantClaim);
  if (!isDate(expiresAt) || !isDate(notBefore) || !isDate(issuedAt)) return "bad claim";
  if (typeof tenant !== "string" || !TENANT.test(tenant)) return "bad claim";

  if (now >= expiresAt + CLOCK_SKEW_SECONDS) return "expired";
  if (notBefore > now + CLOCK_SKEW_SECONDS || issuedAt > now + CLOCK_SKEW_SECONDS) return "not yet valid";
  if (expiresAt - issuedAt > maxLifetimeSeconds) return "lifetime too long";
  return { tenant, client: key.client, role: key.role, expiresAt, keyId: key.kid };
}

/** `aud` as a list: one string, or an array of nothing but strings. */
function audiences(claim: unknown): readonly string[] {
  if (typeof claim === "string") return [claim];
  return Array.isArray(claim) && claim.every((entry) => typeof entry === "string") ? claim : [];
}

/** A NumericDate in whole seconds. */
function isDate(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= MAX_DATE;
}
