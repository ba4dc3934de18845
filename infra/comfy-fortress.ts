import { Access } from "../components/access";
import { Certificate } from "../components/certificate";
import { ComfyUi } from "../components/comfyui";
import { DockerHost } from "../components/docker-host";
import { Gateway } from "../components/gateway";
import { Models } from "../components/models";
import { Pki } from "../components/pki";
import { Pod } from "../components/pod";
import { Watcher } from "../components/watcher";
import type { Cloud } from "./aws";
import { type StackOutputs, stackOutputs } from "./outputs";
import type { Settings } from "./settings";

/**
 * The whole stack on a Docker Engine.
 *
 * @param cloud the machine that has the engine; this one where absent
 */
export function comfyFortress(settings: Settings, cloud: Cloud | undefined): StackOutputs {
  const { stack, domain, port, ipv6, allowedCidrs, methods, requireClientCertificate, acme, models } =
    settings;
  const { baseImage, images, caBundles } = settings.build;
  const { deniedNodes, allowedNodes, ...comfyuiSource } = settings.comfyui;

  const pki = new Pki("pki", {
    stack,
    dnsNames: [...new Set([domain, "localhost"])],
    ipAddresses: ["127.0.0.1", "::1"],
  });
  const access = new Access("access", {
    clients: settings.clients,
    requireClientCertificate,
    session: settings.session,
    issuer: { certificate: pki.caCertificate, key: pki.caKey },
  });
  const engine = new DockerHost("docker-host", { stack, baseImage, images, ...cloud?.host });
  const audience = domain === "localhost" ? "machine" : "everyone";
  const pod = new Pod("pod", { engine, audience, ipv6, publishPort: port });
  const { networkMode } = pod;
  const comfyui = new ComfyUi("comfyui", { engine, networkMode, caBundles, ...comfyuiSource });
  if (models) new Models("models", { engine, volume: comfyui.modelsVolume, models, caBundles });
  const watcher = new Watcher("watcher", { engine, networkMode, comfyui, ...settings.watcher });
  const certificate = acme && new Certificate("certificate", { engine, domains: [domain], ...acme });
  const gateway = new Gateway("gateway", {
    engine,
    pod,
    access,
    upstreamContainerId: comfyui.containerId,
    ...{ domain, port, ipv6, allowedCidrs },
    serverCertificate: certificate ?? pki.server,
    ...{ methods, requireClientCertificate, jwt: settings.jwt, deniedNodes, allowedNodes },
    clientCa: { certificate: pki.caCertificate, crl: access.clientCrl },
  });
  cloud?.lookAfter({ engine, networkMode, watcher });

  return stackOutputs({ pki, pod, access, comfyui, gateway, machine: cloud?.machine });
}
