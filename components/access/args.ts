/** One caller of the gateway, as `Access` needs it. */
export interface AccessClient {
  /** Unique name: 1 to 32 of a-z, 0-9 and "-". */
  readonly name: string;
  /** What the client may do. */
  readonly role: "worker" | "user" | "admin";
  /** Prompts per time that the gateway lets through, e.g. `10r/m`. */
  readonly rate: string;
  /** Prompts that may come at once on top of the rate. */
  readonly burst: number;
  /** Counts the client's keys from 1; one more makes a new key beside the old one. */
  readonly generation: number;
  /** Whether the key of the generation before is no longer valid. */
  readonly retirePrevious: boolean;
}

/** Arguments of `Access`. */
export interface AccessArgs {
  /** Everyone who may come in. */
  readonly clients: readonly AccessClient[];
}
