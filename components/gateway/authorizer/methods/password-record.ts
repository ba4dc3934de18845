import { createHash, scrypt, scryptSync, timingSafeEqual } from "node:crypto";
import { decodeBase64url } from "./base64";

/** Parameters of scrypt: memory is 128 * N * r bytes, work is proportional to N * r * p. */
export interface ScryptCost {
  readonly N: number;
  readonly r: number;
  readonly p: number;
}

/** A record that has been read: what is needed to check a password. */
export interface ParsedRecord {
  readonly cost: ScryptCost;
  readonly salt: Buffer;
  readonly hash: Buffer;
}

/** One of OWASP's equivalents, at 32 MiB rather than 128: the gateway is a neighbour of ComfyUI. */
export const DEFAULT_COST: ScryptCost = { N: 2 ** 15, r: 8, p: 3 };
const HASH_BYTES = 32;
const MIN_SALT_BYTES = 16;
const COST_FORM = "N a power of two from 16384 to 131072, r 8, p 1 to 10";

/**
 * What the gateway keeps of a password: `scrypt$N$r$p$salt$hash`, salt and hash in base64url. The same arguments give
 * the same record, so that a second `pulumi up` changes nothing.
 *
 * @param salt at least 16 random bytes, kept in the stack's state
 * @param cost defaults to 32 MiB of memory and about 0.3 s
 * @throws Error where salt or cost are out of range
 */
export function passwordRecord(password: string, salt: Uint8Array, cost: ScryptCost = DEFAULT_COST): string {
  if (salt.length < MIN_SALT_BYTES) {
    throw new Error(`The salt has ${salt.length} bytes; give at least ${MIN_SALT_BYTES} random bytes.`);
  }
  if (!isCost(cost)) throw new Error(`The scrypt cost is ${JSON.stringify(cost)}; use ${COST_FORM}.`);
  const hash = scryptSync(normalised(password), salt, HASH_BYTES, options(cost));
  const { N, r, p } = cost;
  return ["scrypt", N, r, p, Buffer.from(salt).toString("base64url"), hash.toString("base64url")].join("$");
}

/**
 * Reads a record.
 *
 * @throws Error where it is not one, or asks for too little or too much work; the record is not quoted
 */
export function parseRecord(record: string): ParsedRecord {
  const [name, N, r, p, salt, hash, ...rest] = record.split("$");
  const cost = { N: Number(N), r: Number(r), p: Number(p) };
  const saltBytes = decodeBase64url(salt ?? "");
  const hashBytes = decodeBase64url(hash ?? "");
  const isRecord = name === "scrypt" && rest.length === 0 && saltBytes && hashBytes;
  if (!isRecord || saltBytes.length < MIN_SALT_BYTES || hashBytes.length !== HASH_BYTES || !isCost(cost)) {
    throw new Error(
      `A password record is not scrypt$N$r$p$salt$hash with ${COST_FORM}; make it with passwordRecord.`,
    );
  }
  return { cost, salt: saltBytes, hash: hashBytes };
}

/** Whether the password is the record's. Takes the record's whole cost on a thread of libuv's pool either way. */
export async function passwordMatches(
  password: string,
  { cost, salt, hash }: ParsedRecord,
): Promise<boolean> {
  const candidate = await new Promise<Buffer>((resolve, reject) => {
    scrypt(normalised(password), salt, HASH_BYTES, options(cost), (error, key) => {
      if (error) reject(error);
      else resolve(key);
    });
  });
  return timingSafeEqual(candidate, hash);
}

/** Names a record without giving it away: a session carries it, and dies when the password changes. */
export function recordFingerprint(record: string): string {
  return createHash("sha256").update(record).digest("base64url").slice(0, 22);
}

/** RFC 7617 (charset UTF-8) and RFC 8265: keyboards differ in how they compose a letter, the password does not. */
function normalised(password: string): string {
  return password.normalize("NFC");
}

function isCost({ N, r, p }: ScryptCost): boolean {
  const isPowerOfTwo = Number.isInteger(Math.log2(N));
  return isPowerOfTwo && N >= 2 ** 14 && N <= 2 ** 17 && r === 8 && Number.isInteger(p) && p >= 1 && p <= 10;
}

function options({ N, r, p }: ScryptCost) {
  // Node's own limit, 32 MiB, is a little less than N = 2^15 needs.
  return { N, r, p, maxmem: 256 * N * r };
}
