import { readFileSync } from "node:fs";
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { hardenedContainer, type Limits } from "../shared/container";
import { objectName, onEngine, stackLabels } from "../shared/engine";
import { localImage } from "../shared/image";
import { dataVolume } from "../shared/volume";
import type { CertificateArgs, DnsHost } from "./args";
import { certificateBuildContext } from "./context";
import { CERTIFICATE_UID, FOLDER } from "./layout";
import { certificateEnvironment, dnsHostFolder } from "./render";
import { requestProblems } from "./validation";

/** Certbot with the AWS library takes about 120 MiB. */
const LIMITS: Limits = { memoryMiB: 512, cpus: 1, cpuShares: 512, processes: 64 };

/**
 * A certificate of Let's Encrypt, or of another ACME authority, that renews itself.
 *
 * Creates a container outside the pod, with a network of its own, that runs Certbot by DNS-01: first issue with growing
 * delays, a check at least twice a day. Two volumes: one for Certbot's accounts, keys and certificates, which must
 * outlive everything else (authorities limit how many certificates a name gets in a week), and one through which the
 * gateway is handed each new certificate.
 *
 * Costs nothing at Let's Encrypt; Route 53 asks for its usual fee for the hosted zone.
 *
 * @example
 * const certificate = new Certificate("certificate", {
 *   engine,
 *   domains: ["comfy.example.com"],
 *   email: "admin@example.com",
 *   dns: { host: "route53", zoneId: "Z0123456789ABCDEFGHIJ" },
 * });
 */
export class Certificate extends pulumi.ComponentResource {
  /** Name of the volume to mount read-only at /run/certificate in the gateway; there once its owner is right. */
  readonly exportVolume: pulumi.Output<string>;

  /** @throws pulumi.InputPropertiesError with everything that is wrong with the request */
  constructor(name: string, args: CertificateArgs, opts?: pulumi.ComponentResourceOptions) {
    super("comfy:index:Certificate", name, {}, onEngine(args.engine, opts));
    const { engine, caBundle, ...rest } = args;
    const extraCaCertificates = caBundle === undefined ? undefined : readFileSync(caBundle, "utf8");
    const request = { ...rest, extraCaCertificates };
    const child = { parent: this };
    const problems = requestProblems(request);
    if (problems.length > 0) {
      throw new pulumi.InputPropertiesError({
        message: "No certificate can be asked for like this; nothing of it was created.",
        errors: problems.map(({ path, reason }) => ({ propertyPath: path, reason })),
      });
    }

    const image = localImage(
      `${name}-image`,
      { engine, part: "certificate", context: certificateBuildContext(engine.stack) },
      child,
    );
    const letsencrypt = dataVolume(`${name}-letsencrypt`, { engine, part: "letsencrypt" }, child);
    const exported = dataVolume(`${name}-certificate-export`, { engine, part: "certificate-export" }, child);
    const dnsHost = dnsHostFolder(args.dns);
    const container = hardenedContainer(
      `${name}-container`,
      {
        engine,
        part: "certificate",
        image: image.repoDigest,
        networkMode: usesMachineRole(args.dns) ? "host" : this.#network(name, args),
        uid: CERTIFICATE_UID,
        limits: LIMITS,
        envs: certificateEnvironment(request),
        mounts: [
          { type: "volume", source: letsencrypt, target: FOLDER.letsencrypt },
          { type: "volume", source: exported, target: FOLDER.export },
          ...(dnsHost ? [{ type: "bind", source: dnsHost, target: FOLDER.dnsHost, readOnly: true }] : []),
        ],
      },
      child,
    );
    // The first container that mounts an empty volume gives it its owner: this one must be before the gateway.
    this.exportVolume = pulumi.all([exported, container.id]).apply(([volumeName]) => volumeName);

    this.registerOutputs({ exportVolume: this.exportVolume });
  }

  #network(name: string, { engine }: CertificateArgs): pulumi.Output<string> {
    return new docker.Network(
      `${name}-network`,
      {
        name: objectName(engine.stack, "certificate-network"),
        driver: "bridge",
        labels: stackLabels(engine.stack),
      },
      { parent: this, provider: engine.provider, deleteBeforeReplace: true },
    ).name;
  }
}

/** The metadata service answers the machine itself only (hop limit 1), so that no container on a bridge gets its role. */
function usesMachineRole(dns: DnsHost): boolean {
  return dns.host === "route53" && dns.credentialsFolder === undefined;
}
