import { createHmac, timingSafeEqual } from "node:crypto";
import { decodeBase64url } from "./methods/base64";

/** Name of the session cookie. `__Host-` makes browsers refuse it without Secure and Path=/, or from a subdomain. */
export const SESSION_COOKIE = "__Host-comfy_session";

export interface SessionSettings {
  /** Signs sessions: at least 32 random bytes in base64url. */
  readonly key: string;
  /** Still verifies sessions while the key is being rotated, in the same form. */
  readonly previousKey?: string;
  /** Time from signing in to the end of a session, however much it is used, in seconds. Defaults to 43200 (12 h). */
  readonly lifetimeSeconds?: number;
  /** Whether the client still has that credential (`recordFingerprint`): a session ends with its password. */
  readonly isCurrent: (client: string, credential: string) => boolean;
}

/** A session that holds. Times are seconds since 1970. */
export interface Session {
  readonly client: string;
  readonly credential: string;
  readonly issuedAt: number;
  readonly expiresAt: number;
}

/** Why a session cookie is refused. */
export type SessionRefusal =
  | "duplicate cookie"
  | "malformed"
  | "bad signature"
  | "not yet valid"
  | "expired"
  | "revoked";

export interface Sessions {
  /** Value of `Set-Cookie` that starts a session. */
  issue(client: string, credential: string, nowSeconds: number): string;
  /** Judges the header `Cookie`: undefined where it holds no session. Never throws. */
  verify(
    cookieHeader: string,
    nowSeconds: number,
  ): Session | { readonly refused: SessionRefusal } | undefined;
  /** Value of `Set-Cookie` that makes a browser forget its session. */
  clear(): string;
}

const ATTRIBUTES = "Path=/; HttpOnly; Secure; SameSite=Strict";
/** Value of `Set-Cookie` that makes a browser forget its session, whatever signed it. */
export const CLEAR_SESSION = `${SESSION_COOKIE}=; Max-Age=0; ${ATTRIBUTES}`;

const MIN_KEY_BYTES = 32;
const DEFAULT_LIFETIME_SECONDS = 12 * 60 * 60;
const CLOCK_SKEW_SECONDS = 60;
const MAX_VALUE_LENGTH = 1024;

/**
 * Checks the settings and makes the sessions. A session is `payload.signature`, both in canonical base64url, the
 * payload a JSON list [client, credential, issuedAt, expiresAt]. It says nothing of the role, which is looked up anew.
 *
 * @throws Error where a key is not base64url or too short, or the lifetime not whole seconds; no key is quoted
 */
export function createSessions(settings: SessionSettings): Sessions {
  const { lifetimeSeconds = DEFAULT_LIFETIME_SECONDS, isCurrent } = settings;
  if (!Number.isSafeInteger(lifetimeSeconds) || lifetimeSeconds < 1) {
    throw new Error(`lifetimeSeconds is ${lifetimeSeconds}; give whole seconds, at least 1.`);
  }
  const key = keyBytes("key", settings.key);
  const previous = settings.previousKey === undefined ? [] : [keyBytes("previousKey", settings.previousKey)];

  return {
    issue(client, credential, nowSeconds) {
      const content = JSON.stringify([client, credential, nowSeconds, nowSeconds + lifetimeSeconds]);
      const payload = Buffer.from(content).toString("base64url");
      const value = `${payload}.${sign(payload, key).toString("base64url")}`;
      return `${SESSION_COOKIE}=${value}; Max-Age=${lifetimeSeconds}; ${ATTRIBUTES}`;
    },
    verify(cookieHeader, nowSeconds) {
      const [value, ...others] = cookieValues(cookieHeader);
      if (value === undefined) return undefined;
      if (others.length > 0) return { refused: "duplicate cookie" };
      const session = openSession(value, [key, ...previous]);
      if (typeof session === "string") return { refused: session };
      // A session from a clock that was ahead would outlive its time.
      if (session.issuedAt > nowSeconds + CLOCK_SKEW_SECONDS) return { refused: "not yet valid" };
      // The lifetime counts from the start, so that making it shorter ends the sessions already out there.
      const endsAt = Math.min(session.expiresAt, session.issuedAt + lifetimeSeconds);
      if (nowSeconds >= endsAt) return { refused: "expired" };
      return isCurrent(session.client, session.credential) ? session : { refused: "revoked" };
    },
    clear: () => CLEAR_SESSION,
  };
}

function keyBytes(name: string, text: string): Buffer {
  const bytes = decodeBase64url(text);
  if (bytes === undefined || bytes.length < MIN_KEY_BYTES) {
    throw new Error(
      `The session's ${name} is not ${MIN_KEY_BYTES} bytes or more in base64url; generate random bytes.`,
    );
  }
  return bytes;
}

/** The name goes in, so that the key signs nothing else that could pass for a session. */
function sign(payload: string, key: Buffer): Buffer {
  return createHmac("sha256", key).update(`${SESSION_COOKIE}=${payload}`).digest();
}

/**
 * Values of every cookie with the session's name (RFC 6265, 4.2), also where white space is around the name; such a one
 * is never a session: a browser keeps the prefix `__Host-` to itself only for names that begin with it.
 */
function cookieValues(header: string): string[] {
  return header.split(";").flatMap((pair) => {
    const [name = "", ...value] = pair.replace(/^[ \t]+|[ \t]+$/g, "").split("=");
    if (name.trim() !== SESSION_COOKIE) return [];
    return [name === SESSION_COOKIE ? value.join("=") : NO_SESSION];
  });
}

/** Not the form of a session. */
const NO_SESSION = "";

/** What a cookie's value says, once its signature holds. */
function openSession(value: string, keys: readonly Buffer[]): Session | SessionRefusal {
  const [payload = "", signatureText = "", ...rest] = value.split(".");
  const content = decodeBase64url(payload);
  const signature = decodeBase64url(signatureText);
  const isForm = content && signature && rest.length === 0 && value.length <= MAX_VALUE_LENGTH;
  if (!isForm) return "malformed";
  const isSigned = keys.some((key) => {
    const expected = sign(payload, key);
    return signature.length === expected.length && timingSafeEqual(signature, expected);
  });
  if (!isSigned) return "bad signature";
  // Only `issue` makes content that reaches this point.
  const [client, credential, issuedAt, expiresAt] = JSON.parse(content.toString()) as [
    string,
    string,
    number,
    number,
  ];
  return { client, credential, issuedAt, expiresAt };
}
