import type { local, remote } from "@pulumi/command";
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { podMember } from "../pod/member";
import { type ContextFile, stageBuildContext } from "../shared/build-context";
import { bundle } from "../shared/bundle";
import { engineCommand } from "../shared/command";
import { hardenedContainer, type Limits } from "../shared/container";
import { type Engine, objectName, onEngine, stackLabels } from "../shared/engine";
import { localImage } from "../shared/image";
import { PORT, UID } from "../shared/pod-layout";
import { dataVolume } from "../shared/volume";
import type { GatewayArgs, ServerCertificate } from "./args";
import { renderAuthorizerConfig } from "./authorizer/render";
import { publicOrigins } from "./handover";
import { renderNginxBundle } from "./nginx/render";
import { readyCommand } from "./ready";
import { TALLY_FOLDER, TALLY_VOLUME } from "./tally";

const NGINX = "components/gateway/nginx";
const AUTHORIZER = "components/gateway/authorizer";
const INSTALL_CERTIFICATE = "components/certificate/gateway-side/install-certificate";

/** One of the gateway's two services. */
interface Service {
  /** Name of its part of the stack: of its image, container and volume. */
  readonly part: "authorizer" | "gateway";
  readonly command: readonly string[];
  readonly context: Readonly<Record<string, ContextFile>>;
  /** Folder that its configuration volume is mounted on. */
  readonly configFolder: string;
  /** Command in the container that puts the configuration on its standard input in force. */
  readonly apply: string;
  /** What `apply` reads (secret). */
  readonly config: pulumi.Output<string>;
  /** Name of the volume through which nginx says what it has done. */
  readonly tally: pulumi.Input<string>;
  readonly envs?: string[];
  /** Volumes besides the configuration's and the tally. */
  readonly volumes?: { volumeName: pulumi.Input<string>; containerPath: string; readOnly: boolean }[];
}

/**
 * The front door: nginx, which terminates TLS and streams, and the authorizer, which decides.
 *
 * Creates an image, a container and a configuration volume for each, and a tmpfs on which nginx counts for the
 * authorizer's metrics; hands both their configuration on the standard
 * input of a command (validated, swapped atomically, reloaded without dropping a connection), and waits until ComfyUI
 * answers. Nothing secret is in an image, an environment or a command line.
 */
export class Gateway extends pulumi.ComponentResource {
  /** Base URL that clients use. */
  readonly endpoint: pulumi.Output<string>;
  /** Id of the nginx image that runs. */
  readonly image: pulumi.Output<string>;

  constructor(name: string, args: GatewayArgs, opts?: pulumi.ComponentResourceOptions) {
    super("comfy:index:Gateway", name, {}, onEngine(args.engine, opts));
    const { engine, domain, port, ipv6, allowedCidrs } = args;
    const hostNames = [...new Set([domain, "localhost", "127.0.0.1", "[::1]"])];
    const origins = publicOrigins(hostNames, port);

    const tally = new docker.Volume(
      `${name}-tally-volume`,
      {
        name: objectName(engine.stack, "tally"),
        labels: stackLabels(engine.stack),
        driver: "local",
        driverOpts: TALLY_VOLUME,
      },
      { parent: this, provider: engine.provider },
    );
    const authorizer = this.service(name, args, {
      part: "authorizer",
      command: ["node", "/opt/authorizer/authorizer.js", "serve"],
      context: {
        Dockerfile: { copyOf: `${AUTHORIZER}/Dockerfile` },
        "authorizer.js": bundle(`${AUTHORIZER}/main.ts`),
      },
      configFolder: "/etc/comfy-authorizer",
      apply: "node /opt/authorizer/authorizer.js apply",
      config: authorizerConfig(args, origins),
      tally: tally.name,
    });
    const nginx = this.service(name, args, {
      part: "gateway",
      command: ["/usr/local/bin/entrypoint"],
      context: {
        Dockerfile: { copyOf: `${NGINX}/Dockerfile` },
        entrypoint: { copyOf: `${NGINX}/entrypoint` },
        "apply-config": { copyOf: `${NGINX}/apply-config` },
        "install-certificate": { copyOf: INSTALL_CERTIFICATE },
      },
      configFolder: "/etc/comfy-gateway",
      apply: "apply-config",
      config: pulumi
        .all([
          bundledCertificate(args.serverCertificate),
          takesCertificates(args) ? args.clientCa : undefined,
          args.pod.proxyAddresses,
        ])
        .apply(([server, clientCa, proxyAddresses]) =>
          renderNginxBundle({
            hostNames,
            publicPort: port,
            ipv6,
            allowedCidrs,
            proxyAddresses,
            ...server,
            clientCa: clientCa?.certificate,
            clientCrl: clientCa?.crl,
          }),
        ),
      tally: tally.name,
      ...offeredCertificate(args.serverCertificate, domain),
    });

    const ready = engineCommand(
      `${name}-ready`,
      {
        engine,
        create: readyCommand(engine.stack),
        triggers: [args.upstreamContainerId, authorizer.container.id, nginx.container.id],
      },
      { parent: this, dependsOn: [authorizer.applied, nginx.applied] },
    );

    // The first host name is the domain's.
    this.endpoint = ready.id.apply(() => origins[0] ?? "");
    this.image = nginx.container.image;
    this.registerOutputs({ endpoint: this.endpoint, image: this.image });
  }

  /** Builds and starts one service and puts its configuration in force. */
  private service(
    name: string,
    { engine, pod: { networkMode } }: GatewayArgs,
    { part, command, context, configFolder, apply, config, tally, envs, volumes = [] }: Service,
  ): { container: docker.Container; applied: local.Command | remote.Command } {
    const child = { parent: this };
    const prefix = `${name}-${part === "gateway" ? "nginx" : part}`;

    const image = localImage(
      `${prefix}-image`,
      { engine, part, context: stageBuildContext(engine.stack, part, context) },
      child,
    );
    const configuration = dataVolume(`${prefix}-config-volume`, { engine, part: `${part}-config` }, child);
    const member = podMember({ engine, networkMode, command, port: PORT[part], startSeconds: 10 });
    const container = hardenedContainer(
      `${prefix}-container`,
      {
        engine,
        part,
        image: image.repoDigest,
        uid: UID[part],
        // nginx's remembered verdicts lie there, beside bodies on their way.
        tmpMiB: 128,
        limits: serviceLimits(engine),
        envs,
        ...member,
        volumes: [
          ...member.volumes,
          { volumeName: configuration, containerPath: configFolder },
          { volumeName: tally, containerPath: TALLY_FOLDER },
          ...volumes,
        ],
      },
      child,
    );
    const applied = engineCommand(
      `${prefix}-config`,
      {
        engine,
        create: `docker exec -i ${objectName(engine.stack, part)} ${apply}`,
        stdin: pulumi.secret(config),
        triggers: [container.id],
      },
      child,
    );
    return { container, applied };
  }
}

/**
 * Two nginx workers, and an authorizer with one thread that decides and two that check passwords, are busy with two
 * processors. Uploads are held in memory until they are judged.
 */
function serviceLimits({ capacity }: Engine): Limits {
  return {
    memoryMiB: 512,
    cpus: capacity.apply(({ cpus }) => Math.min(2, cpus)),
    cpuShares: 2048,
    processes: 256,
  };
}

/** What nginx's configuration says of the server's certificate. */
function bundledCertificate(server: ServerCertificate) {
  return "exportVolume" in server
    ? { installedCertificate: true }
    : { serverCertificate: server.certificate, serverKey: server.key };
}

/** What nginx's container needs to take the server's certificate from a volume; nothing where it is given one. */
function offeredCertificate(server: ServerCertificate, domain: string): Pick<Service, "envs" | "volumes"> {
  return "exportVolume" in server
    ? {
        envs: [`CERTIFICATE_HOST=${domain}`],
        volumes: [{ volumeName: server.exportVolume, containerPath: "/run/certificate", readOnly: true }],
      }
    : {};
}

function takesCertificates({ methods, requireClientCertificate }: GatewayArgs): boolean {
  return requireClientCertificate || methods.includes("mtls");
}

function authorizerConfig(args: GatewayArgs, origins: readonly string[]): pulumi.Output<string> {
  const { methods, requireClientCertificate, jwt, deniedNodes, allowedNodes } = args;
  return pulumi
    .all([args.access.admitted, args.access.jwtKeys, args.access.sessionKeys])
    .apply(([clients, jwtKeys, sessionKeys]) => {
      const { issuer, audience, tenantClaim, maxLifetimeSeconds } = jwt;
      const keys = [...jwtKeys, ...jwt.keys].map((key) => ({ ...key, issuer, audience }));
      return renderAuthorizerConfig({
        clients,
        origins,
        deniedNodes,
        allowedNodes,
        requireClientCertificate,
        session: methods.includes("basic") ? sessionKeys : undefined,
        jwt:
          methods.includes("jwt") && keys.length > 0 ? { tenantClaim, maxLifetimeSeconds, keys } : undefined,
      });
    });
}
