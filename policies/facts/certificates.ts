import { type Resource, valueAt } from "../core/resource";
import type { Report } from "../core/rule";
import { isTrue, UNKNOWN, type Value } from "../core/value";
import { word } from "./docker";

/** Types whose resources are certificates. */
export const CERTIFICATES = [
  "tls:index/selfSignedCert:SelfSignedCert",
  "tls:index/locallySignedCert:LocallySignedCert",
] as const;

/** Whether the certificate says of itself that it is a CA's. */
export function isCa(resource: Resource): boolean {
  return isTrue(valueAt(resource, "isCaCertificate"));
}

/** What a certificate may be used for: as it is written, and in words that can be compared. */
export interface Uses {
  readonly path: string;
  readonly list: Value;
  readonly words: readonly string[];
}

/** The uses of a certificate; undefined, and reported, while they are not all known. */
export function usesOf(resource: Resource, report: Report): Uses | undefined {
  const path = "allowedUses";
  const list = valueAt(resource, path);
  if (list === UNKNOWN || (Array.isArray(list) && list.includes(UNKNOWN))) {
    report.unknown(resource, path);
    return undefined;
  }
  return { path, list, words: (Array.isArray(list) ? list : []).map(word) };
}
