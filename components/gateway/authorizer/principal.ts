import type { Role } from "../routes";

/** A verified client; every decision knows it. */
export interface Principal {
  readonly client: string;
  readonly tenant: string;
  readonly role: Role;
  /** The authentication method that verified it. */
  readonly method: string;
}
