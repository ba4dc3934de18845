import type { Engine } from "../shared/engine";
import type { Audience } from "./publish";

/** Arguments of `Pod`. */
export interface PodArgs {
  readonly engine: Engine;
  /** Who can connect: programs on the host itself (`machine`), or everyone who reaches it. */
  readonly audience: Audience;
  /** Whether the gateway is reached over IPv6 too. */
  readonly ipv6: boolean;
  /** TCP port of the host on which the gateway is reached. */
  readonly publishPort: number;
}
