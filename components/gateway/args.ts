import type * as pulumi from "@pulumi/pulumi";
import type { AdmittedClient } from "../access";
import type { Engine } from "../shared/engine";

/** Arguments of `Gateway`. */
export interface GatewayArgs {
  readonly engine: Engine;
  /** Value for `networkMode`: the pod whose network namespace gateway and authorizer live in. */
  readonly networkMode: pulumi.Input<string>;
  /** Id of ComfyUI's container; when it changes, the gateway is asked again whether ComfyUI answers. */
  readonly upstreamContainerId: pulumi.Input<string>;
  /** Host name of the endpoint. `localhost` and the loopback addresses are answered too. */
  readonly domain: string;
  /** TCP port of the endpoint as clients see it. */
  readonly port: number;
  /** Server certificate in PEM, leaf first. */
  readonly serverCertificate: pulumi.Input<string>;
  /** Private key of the server certificate in PEM (secret). */
  readonly serverKey: pulumi.Input<string>;
  /** Everyone who may come in, with the digests of their API keys (secret). */
  readonly admitted: pulumi.Input<readonly AdmittedClient[]>;
  /** Node classes that are refused besides the gateway's own list; `*` at the end stands for any rest. */
  readonly deniedNodes: readonly string[];
  /** The only node classes that may run; the denied ones still may not. Defaults to all. */
  readonly allowedNodes?: readonly string[];
}
