import { createPrivateKey, X509Certificate } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** A certificate with its chain, and its private key, both in PEM. */
export interface Pair {
  readonly chain: string;
  readonly key: string;
}

/** From when to when a certificate is valid, in milliseconds since 1970. */
export interface Validity {
  readonly notBefore: number;
  readonly notAfter: number;
}

/** Names of a pair's two files, in Certbot's folder and in the export alike. */
export const CHAIN_FILE = "fullchain.pem";
export const KEY_FILE = "privkey.pem";

/** The pair in a folder, or undefined where one of the files is missing. */
export function readPair(folder: string): Pair | undefined {
  const [chain, key] = [join(folder, CHAIN_FILE), join(folder, KEY_FILE)];
  return existsSync(chain) && existsSync(key)
    ? { chain: readFileSync(chain, "utf8"), key: readFileSync(key, "utf8") }
    : undefined;
}

/** @throws when the first certificate of the chain does not parse */
export function validityOf(pair: Pair): Validity {
  const leaf = new X509Certificate(pair.chain);
  return { notBefore: Date.parse(leaf.validFrom), notAfter: Date.parse(leaf.validTo) };
}

/** Why a pair must not be handed to the gateway, or undefined when it may. */
export function pairProblem(pair: Pair, domains: readonly string[], now: number): string | undefined {
  let leaf: X509Certificate;
  try {
    leaf = new X509Certificate(pair.chain);
    if (!leaf.checkPrivateKey(createPrivateKey(pair.key))) {
      return "the private key is not the certificate's";
    }
  } catch (error) {
    return `certificate or key does not parse: ${(error as Error).message}`;
  }
  if (now >= Date.parse(leaf.validTo)) {
    return `the certificate expired on ${leaf.validTo}`;
  }
  if (now < Date.parse(leaf.validFrom)) {
    return `the certificate is valid from ${leaf.validFrom} only; is this machine's clock right?`;
  }
  const uncovered = domains.filter((domain) => !covers(leaf, domain));
  return uncovered.length > 0 ? `the certificate is not for ${uncovered.join(", ")}` : undefined;
}

function covers(leaf: X509Certificate, domain: string): boolean {
  // A wildcard covers any one label in the star's place.
  return leaf.checkHost(domain.replace(/^\*/, "any"), { subject: "never" }) !== undefined;
}
