import type { Credentials } from "../credentials";
import type { Principal } from "../principal";
import type { Refusal } from "../refusal";

/** One way to prove who a client is. */
export interface Method {
  /** As in the settings and the audit log. */
  readonly name: string;
  /** Which kind of credential it judges. */
  readonly takes: keyof Credentials;
  /** Judges a credential that is there. */
  verify(credential: string): Verification | Promise<Verification>;
}

export type Verification =
  | { readonly ok: true; readonly principal: Principal }
  | { readonly ok: false; readonly refusal: Refusal };
