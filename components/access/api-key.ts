import { createHash } from "node:crypto";

/** Marks a leaked key as ours for secret scanners. */
const PREFIX = "cf_";

/** Text of an API key made from random bytes in hexadecimal. */
export function apiKey(randomHex: string): string {
  return PREFIX + randomHex;
}

/** What the gateway keeps of an API key: the lower-case hexadecimal SHA-256 of its whole text. */
export function apiKeyDigest(key: string): string {
  return createHash("sha256").update(key, "utf8").digest("hex");
}
