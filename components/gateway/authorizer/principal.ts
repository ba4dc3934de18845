import type { Role } from "../routes";

/** A verified client; every decision knows it. */
export interface Principal {
  readonly client: string;
  readonly tenant: string;
  readonly role: Role;
  /** What verified it: a method of the settings, or `session` for one that signed in with basic before. */
  readonly method: string;
  /** When what it presented expires, in seconds since 1970; left out where it does not. */
  readonly expiresAt?: number;
}
