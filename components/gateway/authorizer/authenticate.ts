import type { Credentials } from "./credentials";
import type { Method, Verification } from "./methods/method";
import { refusal } from "./refusal";

/**
 * Who is asking. Exactly one credential must be presented and an enabled method must verify it; two of them are refused
 * even where both are valid, because the gateway would have to choose whose request it is.
 */
export async function authenticate(
  methods: readonly Method[],
  credentials: Credentials,
): Promise<Verification> {
  const kinds = (Object.keys(credentials) as (keyof Credentials)[]).filter(
    (kind) => credentials[kind] !== undefined,
  );
  const [kind, another] = kinds;
  if (kind === undefined) {
    const message = "Authentication is needed: send your API key in the header X-API-Key.";
    return { ok: false, refusal: refusal(401, "no_credential", message) };
  }
  if (another !== undefined) {
    const message = "More than one credential is presented: send either X-API-Key or Authorization.";
    return { ok: false, refusal: refusal(400, "conflicting_credentials", message) };
  }
  const method = methods.find((candidate) => candidate.takes === kind);
  const credential = credentials[kind];
  if (method === undefined || credential === undefined) {
    const message =
      "This kind of credential is not accepted here: send your API key in the header X-API-Key.";
    return { ok: false, refusal: refusal(401, "method_not_enabled", message) };
  }
  return method.verify(credential);
}
