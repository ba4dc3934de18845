import type { Configuration } from "../configuration";
import { apiKeyMethod } from "./api-key";
import { jwtMethod } from "./jwt-method";
import type { Method } from "./method";
import type { MethodName } from "./names";

/** The methods of one configuration. */
export interface Methods {
  readonly enabled: readonly Method[];
}

/** The methods that some client may use. */
export function methodsOf(configuration: Configuration): Methods {
  const { clients, jwt } = configuration;
  const isUsed = (method: MethodName) => clients.some(({ methods }) => methods.includes(method));
  return {
    enabled: [
      ...(isUsed("apiKey") ? [apiKeyMethod(clients)] : []),
      ...(jwt ? [jwtMethod(jwt, Date.now)] : []),
    ],
  };
}
