import type { Engine } from "../shared/engine";

/** Arguments of `Pod`. */
export interface PodArgs {
  readonly engine: Engine;
  /** Address of the host on which the gateway's port is published, e.g. `127.0.0.1`, or `0.0.0.0` for every address. */
  readonly publishAddress: string;
  /** TCP port of the host on which the gateway is reached. */
  readonly publishPort: number;
}
