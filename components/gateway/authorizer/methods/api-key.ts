import { hash } from "node:crypto";
import type { Configuration } from "../configuration";
import type { Principal } from "../principal";
import { refusal } from "../refusal";
import type { Method, Verification } from "./method";

const NAME = "apiKey";
const KEY = /^cf_[0-9a-f]{64}$/;

/**
 * `X-API-Key`: a random key of 256 bits. The gateway knows digests only; looking one up in a map leaks by its timing
 * nothing about a key, since a guess cannot steer its digest.
 */
export function apiKeyMethod(clients: Configuration["clients"]): Method {
  const principals = new Map<string, Principal>(
    clients.flatMap(({ name, tenant, role, methods, apiKeyDigests }) =>
      (methods.includes(NAME) ? apiKeyDigests : []).map((digest): [string, Principal] => [
        digest,
        { client: name, tenant, role, method: NAME },
      ]),
    ),
  );
  return {
    name: NAME,
    takes: "apiKey",
    hint: "your API key in the header X-API-Key",
    verify(credential): Verification {
      if (credential.includes(",")) {
        const message = "X-API-Key is there more than once or holds a comma: send one key, once.";
        return { ok: false, refusal: refusal(400, "duplicate_credential", message) };
      }
      const principal = KEY.test(credential) ? principals.get(hash("sha256", credential, "hex")) : undefined;
      return principal
        ? { ok: true, principal }
        : { ok: false, refusal: refusal(401, "invalid_credential", "The API key is not valid.") };
    },
  };
}
