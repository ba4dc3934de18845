import { authenticate } from "./authenticate";
import { type Configuration, generationOf, parseConfiguration } from "./configuration";
import { decide } from "./decision";
import { type Inspection, inspectionBy } from "./inspection";
import type { Limit } from "./limits";
import { type Methods, methodsOf } from "./methods";
import type { Principal } from "./principal";
import type { Refusal } from "./refusal";
import type { GatewayRequest } from "./request";

/** One configuration in force, ready to judge requests. */
export interface Access {
  readonly generation: string;
  readonly configuration: Configuration;
  readonly methods: Methods;
  readonly inspect: Inspection;
  /** How often each client may POST /prompt, by its name. */
  readonly promptLimits: ReadonlyMap<string, Limit>;
  /** From when on a client is refused, by its name, in seconds since 1970. */
  readonly expiries: ReadonlyMap<string, number>;
}

/**
 * @param previous what was in force before: counts of failed passwords live on where they can
 * @throws where the text is not a configuration
 */
export function makeAccess(text: string, previous?: Access): Access {
  const configuration = parseConfiguration(text);
  return {
    generation: generationOf(text),
    configuration,
    methods: methodsOf(configuration, previous?.methods),
    inspect: inspectionBy(configuration),
    promptLimits: new Map(
      configuration.clients.map(({ name, rate, burst }) => [name, { ...rate, burst }] as const),
    ),
    expiries: new Map(
      configuration.clients.flatMap(({ name, expires }) =>
        expires === undefined ? [] : [[name, Date.parse(expires) / 1000] as const],
      ),
    ),
  };
}

export type Verdict =
  | {
      readonly allowed: true;
      readonly principal: Principal;
      /** Value of the header Set-Cookie that begins a session. */
      readonly startsSession?: string;
    }
  | { readonly allowed: false; readonly refusal: Refusal; readonly principal?: Principal };

/** Credentials first, whatever is asked for; then the route, the role and the form of the request. */
export async function judge(access: Access, request: GatewayRequest): Promise<Verdict> {
  const { requireClientCertificate, origins } = access.configuration;
  const { methods, expiries } = access;
  const authentication = { methods: methods.enabled, requireClientCertificate, expiries };
  const verification = await authenticate(authentication, request.credentials, request.address);
  if (!verification.ok) return { allowed: false, refusal: verification.refusal };
  const { principal, startsSession } = verification;
  const refused = decide(request, principal, origins);
  return refused
    ? { allowed: false, refusal: refused, principal }
    : { allowed: true, principal, startsSession };
}
