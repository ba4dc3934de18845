import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { stageBuildContext } from "../shared/build-context";
import { engineCommand } from "../shared/command";
import { hardenedContainer } from "../shared/container";
import { objectName, onEngine, stackLabels } from "../shared/engine";
import { localImage } from "../shared/image";
import { PORT, UID } from "../shared/pod-layout";
import type { PodArgs } from "./args";
import { renderFirewall } from "./firewall";
import { checkIpv6Command, localSubnet, publishedPorts } from "./publish";
import { IN_POD, RUN_FOLDER, RUN_VOLUME } from "./run-folder";

const IMAGE = "components/pod/image";

/**
 * The network namespace that gateway, authorizer and ComfyUI share, as in a Kubernetes pod.
 *
 * Creates a bridge network of its own, an image with the firewall, a volume in memory that says what stands, and a
 * container that loads the firewall, drops all its privileges and then only holds the namespace, so that each of the
 * others can be replaced without the rest. Publishes the gateway's port and no other; the metrics answer the host
 * at the pod's own address.
 */
export class Pod extends pulumi.ComponentResource {
  /** Value for `networkMode` of the containers that live in the pod. */
  readonly networkMode: pulumi.Output<string>;
  /** Addresses that hide a client: the bridge's own, which Docker's proxy connects from. */
  readonly proxyAddresses: pulumi.Output<string[]>;
  /** URL of the metrics, which answers this host only; another one after Docker gave the pod another address. */
  readonly metrics: pulumi.Output<string>;

  constructor(name: string, args: PodArgs, opts?: pulumi.ComponentResourceOptions) {
    super("comfy:index:Pod", name, {}, onEngine(args.engine, opts));
    const { engine } = args;
    const child = { parent: this };

    const network = new docker.Network(
      `${name}-network`,
      {
        name: objectName(engine.stack, "network"),
        driver: "bridge",
        labels: stackLabels(engine.stack),
        ...(args.ipv6 && { ipv6: true, ipamConfigs: [{ subnet: localSubnet(engine.stack) }] }),
      },
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
          "rules.nft": renderFirewall(args.ipv6),
        }),
      },
      child,
    );
    const ipv6Check =
      args.ipv6 && args.audience === "everyone"
        ? // After the network, and with it after the engine is known to answer.
          engineCommand(
            `${name}-ipv6-check`,
            { engine, create: checkIpv6Command() },
            { ...child, dependsOn: network },
          )
        : undefined;
    const run = new docker.Volume(
      `${name}-run`,
      {
        name: objectName(engine.stack, RUN_VOLUME),
        labels: stackLabels(engine.stack),
        driver: "local",
        driverOpts: {
          type: "tmpfs",
          device: "tmpfs",
          o: `nosuid,nodev,noexec,size=64k,mode=755,uid=${UID.pod},gid=${UID.pod}`,
        },
      },
      { ...child, provider: engine.provider },
    );
    const container = hardenedContainer(
      `${name}-container`,
      {
        engine,
        part: "pod",
        image: image.repoDigest,
        // Root for as long as the rules load.
        uid: 0,
        limits: { memoryMiB: 64, cpus: 0.5, cpuShares: 1024, processes: 32 },
        networkMode: network.name,
        ports: publishedPorts(args.audience, args.ipv6, args.publishPort),
        // For loading the rules and for giving up root. The process that stays has none; the one that reads the
        // rules' counters keeps the first.
        capabilities: ["CAP_NET_ADMIN", "CAP_SETGID", "CAP_SETPCAP", "CAP_SETUID"],
        init: false,
        volumes: [{ volumeName: run.name, containerPath: RUN_FOLDER }],
      },
      { ...child, ...(ipv6Check && { dependsOn: ipv6Check }) },
    );
    const containerName = objectName(engine.stack, "pod");
    // Nothing joins the namespace before the rules stand. A health check would say it too, but run for ever.
    const firewall = engineCommand(
      `${name}-firewall`,
      {
        engine,
        create: `docker exec ${containerName} timeout 15 sh -c 'until ${IN_POD}; do sleep 0.1; done' || {
  docker logs --tail 20 ${containerName} >&2
  echo 'The firewall rules could not be loaded into the pod; does the kernel have nf_tables?' >&2
  exit 1
}`,
        triggers: [container.id],
      },
      child,
    );
    this.networkMode = pulumi.all([container.id, firewall.id]).apply(([id]) => `container:${id}`);
    this.proxyAddresses = container.networkDatas.apply((networks) =>
      networks.flatMap(({ gateway, ipv6Gateway }) => [gateway, ipv6Gateway].filter((address) => address)),
    );

    this.metrics = container.networkDatas.apply(
      (networks) => `http://${networks?.[0]?.ipAddress ?? "<the pod's address>"}:${PORT.metrics}/metrics`,
    );

    this.registerOutputs({ networkMode: this.networkMode, metrics: this.metrics });
  }
}
