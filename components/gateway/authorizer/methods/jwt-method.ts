import { refusal } from "../refusal";
import { createJwtVerifier, type JwtSettings } from "./jwt";
import type { Method } from "./method";

const NAME = "jwt";

/**
 * `Authorization: Bearer`: a signed token of an issuer that the settings name.
 *
 * @param clock milliseconds, as `Date.now`
 */
export function jwtMethod(settings: JwtSettings, clock: () => number): Method {
  const verifier = createJwtVerifier(settings);
  // A request that meets a verifier that could not be made fails; `checkConfiguration` lets none through.
  verifier.catch(() => {});
  return {
    name: NAME,
    takes: "bearer",
    hint: "a token as Authorization: Bearer",
    challenge: 'Bearer realm="comfy-fortress"',
    async verify(token) {
      const verify = await verifier;
      const judged = await verify(token, Math.floor(clock() / 1000));
      if ("refused" in judged) {
        const code = `token_${judged.refused.replaceAll(" ", "_")}`;
        return { ok: false, refusal: refusal(401, code, `The token is not valid: ${judged.refused}.`) };
      }
      const { client, tenant, role, expiresAt } = judged;
      return { ok: true, principal: { client, tenant, role, method: NAME, expiresAt } };
    },
  };
}
