import type { Configuration } from "../configuration";
import type { Principal } from "../principal";
import { refusal } from "../refusal";
import { CLEAR_SESSION, createSessions, type Sessions } from "../session";
import {
  BASIC_CHALLENGE,
  type BasicAccount,
  type BasicRefusal,
  type BasicVerifier,
  createBasicVerifier,
} from "./basic";
import { basicAccounts } from "./basic-accounts";
import type { Method, Verification } from "./method";
import { recordFingerprint } from "./password-record";

const NAME = "basic";

/** The verifier of a set of accounts; it counts their failures. */
export interface PasswordGuard {
  readonly accounts: readonly BasicAccount[];
  readonly verify: BasicVerifier;
}

/** @param previous the one before; kept where the accounts are the same, so that a reload forgives no failure */
export function passwordGuard(configuration: Configuration, previous?: PasswordGuard): PasswordGuard {
  const accounts = basicAccounts(configuration.clients);
  if (previous && JSON.stringify(previous.accounts) === JSON.stringify(accounts)) return previous;
  return { accounts, verify: createBasicVerifier(accounts, Date.now) };
}

/**
 * `Authorization: Basic` for the web UI: a password is checked once, and its session is a second method, which a
 * browser's WebSocket can use too.
 *
 * @param clock milliseconds, as `Date.now`
 */
export function basicMethods(
  { clients, session }: Configuration,
  guard: PasswordGuard,
  clock: () => number,
): Method[] {
  if (session === undefined) return [];
  const principals = new Map(
    clients.map(({ name, tenant, role }) => [name, { client: name, tenant, role, method: NAME }]),
  );
  const credentials = new Set(
    guard.accounts.flatMap(({ client, records }) =>
      records.map((record) => `${client} ${recordFingerprint(record)}`),
    ),
  );
  const sessions = createSessions({
    key: base64url(session.key),
    ...(session.previousKey !== undefined && { previousKey: base64url(session.previousKey) }),
    isCurrent: (client, credential) => credentials.has(`${client} ${credential}`),
  });
  return [signIn(guard, sessions, principals, clock), signedIn(sessions, principals, clock)];
}

type Principals = ReadonlyMap<string, Principal>;

function signIn(
  guard: PasswordGuard,
  sessions: Sessions,
  principals: Principals,
  clock: () => number,
): Method {
  return {
    name: NAME,
    takes: "basic",
    hint: "user name and password as Authorization: Basic",
    challenge: BASIC_CHALLENGE,
    async verify(credential, address) {
      const judged = await guard.verify(credential, address);
      if ("refused" in judged) return { ok: false, refusal: signInRefusal(judged) };
      const principal = principals.get(judged.client);
      if (principal === undefined) throw new Error(`an account is of no client: ${judged.client}`);
      const startsSession = sessions.issue(judged.client, judged.credential, seconds(clock));
      return { ok: true, principal, startsSession };
    },
  };
}

function signInRefusal(refused: BasicRefusal) {
  if (!("retryAfterSeconds" in refused)) {
    return refusal(401, "invalid_credential", "User name or password are not valid.");
  }
  const { retryAfterSeconds } = refused;
  const message =
    refused.refused === "busy"
      ? "Too many are signing in at the moment: try again shortly."
      : "Too many failed attempts to sign in: try again later.";
  const code = refused.refused === "busy" ? "sign_in_busy" : "too_many_attempts";
  return { ...refusal(429, code, message), retryAfter: retryAfterSeconds };
}

function signedIn(sessions: Sessions, principals: Principals, clock: () => number): Method {
  return {
    name: "session",
    takes: "session",
    verify(cookies): Verification {
      const session = sessions.verify(cookies, seconds(clock));
      const principal = session && "client" in session ? principals.get(session.client) : undefined;
      if (session && "client" in session && principal) {
        return {
          ok: true,
          principal: { ...principal, method: "session", expiresAt: session.expiresAt },
        };
      }
      const reason = session && "refused" in session ? session.refused : "not one";
      const code = `session_${reason.replaceAll(" ", "_")}`;
      const message = `The session is not valid (${reason}): sign in again.`;
      return { ok: false, refusal: { ...refusal(401, code, message), setCookie: CLEAR_SESSION } };
    },
  };
}

function seconds(clock: () => number): number {
  return Math.floor(clock() / 1000);
}

function base64url(hex: string): string {
  return Buffer.from(hex, "hex").toString("base64url");
}
