import type { Configuration } from "../configuration";
import { apiKeyMethod } from "./api-key";
import { basicMethods, type PasswordGuard, passwordGuard } from "./basic-method";
import { jwtMethod } from "./jwt-method";
import type { Method } from "./method";
import { mtlsMethod } from "./mtls";
import type { MethodName } from "./names";

/** The methods of one configuration. */
export interface Methods {
  readonly enabled: readonly Method[];
  readonly passwords: PasswordGuard;
}

/**
 * The methods that some client may use.
 *
 * @param previous those in force before: their counts of failed passwords live on
 */
export function methodsOf(configuration: Configuration, previous?: Methods): Methods {
  const { clients, jwt, requireClientCertificate } = configuration;
  const isUsed = (method: MethodName) => clients.some(({ methods }) => methods.includes(method));
  const passwords = passwordGuard(configuration, previous?.passwords);
  return {
    passwords,
    enabled: [
      ...(isUsed("apiKey") ? [apiKeyMethod(clients)] : []),
      ...(isUsed("basic") ? basicMethods(configuration, passwords, Date.now) : []),
      ...(jwt ? [jwtMethod(jwt, Date.now)] : []),
      ...(isUsed("mtls") || requireClientCertificate ? [mtlsMethod(clients, Date.now)] : []),
    ],
  };
}
