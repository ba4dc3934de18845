import { local } from "@pulumi/command";
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { stageBuildContext } from "../shared/build-context";
import { hardenedContainer } from "../shared/container";
import { objectName, stackLabels } from "../shared/engine";
import { localImage } from "../shared/image";
import { PORT } from "../shared/pod-layout";
import type { PodArgs } from "./args";
import { renderFirewall } from "./firewall";

const IMAGE = "components/pod/image";

/**
 * The network namespace that gateway, authorizer and ComfyUI share, as in a Kubernetes pod.
 *
 * Creates a bridge network of its own, an image with the firewall, and a container that loads the firewall, drops all
 * its privileges and then only holds the namespace, so that each of the others can be replaced without the rest.
 * Publishes the gateway's port and no other; the metrics answer the host at the pod's own address.
 */
export class Pod extends pulumi.ComponentResource {
  /** Value for `networkMode` of the containers that live in the pod. */
  readonly networkMode: pulumi.Output<string>;
  /** URL of the metrics, which answers this host only; another one after Docker gave the pod another address. */
  readonly metrics: pulumi.Output<string>;

  constructor(name: string, args: PodArgs, opts?: pulumi.ComponentResourceOptions) {
    super("comfy:index:Pod", name, {}, opts);
    const { engine } = args;
    const child = { parent: this };

    const network = new docker.Network(
      `${name}-network`,
      { name: objectName(engine.stack, "network"), driver: "bridge", labels: stackLabels(engine.stack) },
      { ...child, provider: engine.provider, deleteBeforeReplace: true },
    );
    const image = localImage(
      `${name}-image`,
      {
        engine,
        part: "pod",
        context: stageBuildContext(engine.stack, "pod", {
          Dockerfile: { copyOf: `${IMAGE}/Dockerfile` },
          entrypoint: { copyOf: `${IMAGE}/entrypoint` },
          "rules.nft": renderFirewall(),
        }),
      },
      child,
    );
    const container = hardenedContainer(
      `${name}-container`,
      {
        engine,
        part: "pod",
        image: image.repoDigest,
        networkMode: network.name,
        ports: [
          { internal: PORT.gateway, external: args.publishPort, ip: args.publishAddress, protocol: "tcp" },
        ],
        // For loading the rules and for giving up root; the process that stays has neither.
        capabilities: { adds: ["CAP_NET_ADMIN", "CAP_SETGID", "CAP_SETPCAP", "CAP_SETUID"], drops: ["ALL"] },
        init: false,
        tmpfs: { "/run/pod": "rw,nosuid,nodev,noexec,size=64k,mode=755" },
      },
      child,
    );
    // Nothing joins the namespace before the rules stand. A health check would say it too, but run for ever.
    const firewall = new local.Command(
      `${name}-firewall`,
      {
        create: `docker exec ${objectName(engine.stack, "pod")} timeout 15 sh -c 'until [ -e /run/pod/firewall-loaded ]; do sleep 0.1; done' || {
  docker logs --tail 20 ${objectName(engine.stack, "pod")} >&2
  echo 'The firewall rules could not be loaded into the pod; does the kernel have nf_tables?' >&2
  exit 1
}`,
        triggers: [container.id],
      },
      child,
    );
    this.networkMode = pulumi.all([container.id, firewall.id]).apply(([id]) => `container:${id}`);

    this.metrics = container.networkDatas.apply(
      (networks) => `http://${networks?.[0]?.ipAddress ?? "<the pod's address>"}:${PORT.metrics}/metrics`,
    );

    this.registerOutputs({ networkMode: this.networkMode, metrics: this.metrics });
  }
}
