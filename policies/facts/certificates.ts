import { type Resource, valueAt } from "../core/resource";
import { isTrue } from "./docker";

/** Types whose resources are certificates. */
export const CERTIFICATES = [
  "tls:index/selfSignedCert:SelfSignedCert",
  "tls:index/locallySignedCert:LocallySignedCert",
] as const;

/** Whether the certificate says of itself that it is a CA's. */
export function isCa(resource: Resource): boolean {
  return isTrue(valueAt(resource, "isCaCertificate"));
}
