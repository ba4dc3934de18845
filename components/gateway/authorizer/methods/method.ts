import type { Principal } from "../principal";
import type { Refusal } from "../refusal";

/** Kinds of credentials: what is presented, told apart before anything of it is verified. */
export type CredentialKind = "certificate" | "session" | "apiKey" | "bearer" | "basic";

/** One way to prove who a client is. */
export interface Method {
  /** As in the settings and the audit log. */
  readonly name: string;
  /** Which kind of credential it judges. */
  readonly takes: CredentialKind;
  /** What a client has to send, for the message of a 401; left out where nobody needs to be told. */
  readonly hint?: string;
  /** Its part of the header WWW-Authenticate with a 401. */
  readonly challenge?: string;
  /** Judges a credential that is there and came from an address. */
  verify(credential: string, address: string): Verification | Promise<Verification>;
}

/** A credential that holds. */
export interface Verified {
  readonly ok: true;
  readonly principal: Principal;
  /** Whether it lets nobody in by itself, but only beside another credential. */
  readonly isFrame?: boolean;
  /** Value of the header Set-Cookie that begins a session. */
  readonly startsSession?: string;
}

export type Verification = Verified | { readonly ok: false; readonly refusal: Refusal };
