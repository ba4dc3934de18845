import type { Configuration } from "../configuration";
import { apiKeyMethod } from "./api-key";
import type { Method } from "./method";

/** The enabled methods. */
export function methodsOf(configuration: Configuration): readonly Method[] {
  return [apiKeyMethod(configuration.clients)];
}
