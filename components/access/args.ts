/** One caller of the gateway, as `Access` needs it. */
export interface AccessClient {
  /** Unique name: 1 to 32 of a-z, 0-9 and "-". */
  readonly name: string;
  /** What the client may do. */
  readonly role: "worker" | "user" | "admin";
}

/** Arguments of `Access`. */
export interface AccessArgs {
  /** Everyone who may come in. */
  readonly clients: readonly AccessClient[];
}
