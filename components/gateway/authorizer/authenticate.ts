import type { Credentials } from "./credentials";
import { parseAuthorization } from "./methods/authorization";
import type { CredentialKind, Method, Verification, Verified } from "./methods/method";
import { type Refusal, refusal } from "./refusal";
import { CLEAR_SESSION } from "./session";

/** How clients prove who they are. */
export interface Authentication {
  readonly methods: readonly Method[];
  /** Whether a client certificate is needed on top of any other method. */
  readonly requireClientCertificate: boolean;
  /** From when on a client is refused, by its name, in seconds since 1970; those that are not in it never are. */
  readonly expiries: ReadonlyMap<string, number>;
}

type PresentedKind = CredentialKind | "malformed";

/**
 * In the order in which they are verified: what costs little first, so that no password is hashed for a request that is
 * refused anyway. Of several that hold, the first names the client; a certificate only where there is nothing else.
 */
const ORDER: readonly PresentedKind[] = ["certificate", "malformed", "apiKey", "bearer", "session", "basic"];

/** Credentials that are in the request on purpose, rather than sent along by a browser. */
const EXPLICIT: readonly PresentedKind[] = ["malformed", "apiKey", "bearer", "basic"];

const CONFLICT = refusal(
  400,
  "conflicting_credentials",
  "More than one credential is presented, and they do not all hold for one and the same client: send one.",
);

const CERTIFICATE_NEEDED = refusal(
  403,
  "certificate_needed",
  "A client certificate is needed: connect with the one that was issued to you.",
);

const EXPIRED = refusal(
  401,
  "credential_expired",
  "Your access to this gateway has expired: ask its owner for more time.",
);

/**
 * Who is asking. One enabled method must verify, and everything that is presented must hold and speak for the same
 * client: the gateway never chooses whose request it is. A client's expiry ends all its credentials, whatever their own
 * end is.
 */
export async function authenticate(
  { methods, requireClientCertificate, expiries }: Authentication,
  credentials: Credentials,
  address: string,
): Promise<Verification> {
  const onlyCertificates = methods.length > 0 && methods.every(({ takes }) => takes === "certificate");
  if ((requireClientCertificate || onlyCertificates) && credentials.certificate === undefined) {
    return { ok: false, refusal: CERTIFICATE_NEEDED };
  }
  const presented = presentedBy(credentials);
  const isAmbiguous = EXPLICIT.filter((kind) => presented.has(kind)).length > 1;

  const verified: Verified[] = [];
  for (const kind of ORDER) {
    const credential = presented.get(kind);
    if (credential === undefined) continue;
    const method = methods.find(({ takes }) => takes === kind);
    const verification = method ? await method.verify(credential, address) : notTaken(kind, methods);
    if (!verification.ok) {
      const { refusal: refused } = verification;
      return {
        ok: false,
        refusal: isAmbiguous && refused.status === 401 ? CONFLICT : withChallenge(refused, methods),
      };
    }
    verified.push(verification);
  }
  const verification = combine(verified, methods);
  const expiresAt = verification.ok ? expiries.get(verification.principal.client) : undefined;
  if (!verification.ok || expiresAt === undefined) return verification;
  if (Date.now() / 1000 >= expiresAt) {
    // A browser that kept the session could not sign in as anybody else.
    const forget = credentials.session === undefined ? {} : { setCookie: CLEAR_SESSION };
    return { ok: false, refusal: withChallenge({ ...EXPIRED, ...forget }, methods) };
  }
  const { principal } = verification;
  const endsAt = Math.min(expiresAt, principal.expiresAt ?? expiresAt);
  return { ...verification, principal: { ...principal, expiresAt: endsAt } };
}

/** What several credentials that hold say together. */
function combine(verified: readonly Verified[], methods: readonly Method[]): Verification {
  const principals = verified.map(({ principal }) => principal);
  // A certificate stands for a client; whose data the client works on, the other credentials say.
  const named = principals.filter(({ method }) => method !== "mtls");
  const [best] = named.length > 0 ? named : verified.flatMap((one) => (one.isFrame ? [] : one.principal));
  if (best === undefined) {
    const message = `Authentication is needed: send ${hints(methods)}.`;
    return { ok: false, refusal: withChallenge(refusal(401, "no_credential", message), methods) };
  }
  const agree =
    principals.every(({ client }) => client === best.client) &&
    named.every(({ tenant }) => tenant === best.tenant);
  if (!agree) return { ok: false, refusal: CONFLICT };
  const expiries = principals.flatMap(({ expiresAt }) => expiresAt ?? []);
  const startsSession = verified.find((one) => one.startsSession !== undefined)?.startsSession;
  return {
    ok: true,
    principal: { ...best, ...(expiries.length > 0 && { expiresAt: Math.min(...expiries) }) },
    // Whoever is in a session already needs no other.
    ...(startsSession !== undefined && best.method === "basic" && { startsSession }),
  };
}

function presentedBy({ apiKey, authorization, session, certificate }: Credentials) {
  const presented = new Map<PresentedKind, string>();
  const present = (kind: PresentedKind, credential: string | undefined) => {
    if (credential !== undefined) presented.set(kind, credential);
  };
  present("certificate", certificate);
  present("session", session);
  present("apiKey", apiKey);
  const parsed = authorization === undefined ? undefined : parseAuthorization(authorization);
  if (parsed?.scheme === "bearer") present("bearer", parsed.token);
  else if (parsed?.scheme === "basic") present("basic", parsed.credentials);
  else present("malformed", authorization);
  return presented;
}

function notTaken(kind: PresentedKind, methods: readonly Method[]): Verification {
  if (kind === "malformed" && methods.some(({ takes }) => takes === "bearer" || takes === "basic")) {
    const message = "The header Authorization is malformed.";
    return { ok: false, refusal: refusal(401, "invalid_credential", message) };
  }
  const message = `This kind of credential is not accepted here: send ${hints(methods)}.`;
  return { ok: false, refusal: refusal(401, "method_not_enabled", message) };
}

function hints(methods: readonly Method[]): string {
  return methods.flatMap(({ hint }) => hint ?? []).join(" or ") || "a credential";
}

/** Tells a browser, or whoever reads it, how to sign in. */
function withChallenge(refused: Refusal, methods: readonly Method[]): Refusal {
  const challenge = methods.flatMap((method) => method.challenge ?? []).join(", ");
  return refused.status === 401 && challenge !== "" ? { ...refused, challenge } : refused;
}
