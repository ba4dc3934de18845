import * as pulumi from "@pulumi/pulumi";
import type { Access, ClientCredentials } from "../components/access";
import type { ComfyUi } from "../components/comfyui";
import type { Gateway } from "../components/gateway";
import type { Pki } from "../components/pki";
import type { Pod } from "../components/pod";
import type { Machine } from "../components/shared/machine";

/** Every output of the stack; the secret ones are marked. */
export interface StackOutputs {
  /** Base URL of the gateway, e.g. `https://localhost:8443`. */
  readonly endpoint: pulumi.Output<string>;
  /** The stack's CA certificate in PEM: what clients must trust to reach the endpoint. */
  readonly caCertificate: pulumi.Output<string>;
  /** URL of the metrics in Prometheus's format, e.g. `http://172.18.0.2:9145/metrics`; for this host only. */
  readonly metrics: pulumi.Output<string>;
  /** Credentials by client name (secret). */
  readonly clients: pulumi.Output<Record<string, ClientCredentials>>;
  /** What runs: image ids, and ComfyUI's commit, `stand-in`, or `checkout-<hash>`. */
  readonly images: pulumi.Output<{ gateway: string; comfyui: string; comfyuiCommit: string }>;
  /** The machine in AWS and how to reach it by SSH; null with target local. */
  readonly vm: MachineOutputs | null;
}

/** What the operator needs of the machine. */
export interface MachineOutputs {
  readonly instanceId: pulumi.Output<string>;
  readonly publicIp: pulumi.Output<string>;
  readonly user: string;
  /** For known_hosts. */
  readonly hostPublicKey: pulumi.Output<string>;
  /** What a file for `ssh -i` holds (secret). */
  readonly privateKey: pulumi.Output<string>;
}

/** Gathers the stack's outputs from the components that have them. */
export function stackOutputs(from: {
  pki: Pki;
  pod: Pod;
  access: Access;
  comfyui: ComfyUi;
  gateway: Gateway;
  machine: Machine | undefined;
}): StackOutputs {
  const { pki, pod, access, comfyui, gateway, machine } = from;
  return {
    endpoint: gateway.endpoint,
    caCertificate: pki.caCertificate,
    metrics: pod.metrics,
    clients: pulumi.secret(access.credentials),
    images: pulumi.output({ gateway: gateway.image, comfyui: comfyui.image, comfyuiCommit: comfyui.commit }),
    vm: machine === undefined ? null : machineOutputs(machine),
  };
}

function machineOutputs({ instanceId, address, user, hostPublicKey, privateKey }: Machine): MachineOutputs {
  return { instanceId, publicIp: address, user, hostPublicKey, privateKey: pulumi.secret(privateKey) };
}
