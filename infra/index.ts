import { existsSync } from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import { Access } from "../components/access";
import { Certificate } from "../components/certificate";
import { ComfyUi } from "../components/comfyui";
import { DockerHost } from "../components/docker-host";
import { Gateway } from "../components/gateway";
import { Models } from "../components/models";
import { Pki } from "../components/pki";
import { Pod } from "../components/pod";
import { Watcher } from "../components/watcher";
import { stackOutputs } from "./outputs";
import { projectConfig, readSettings } from "./settings";

const settings = readSettings({
  stack: pulumi.getStack(),
  config: projectConfig(pulumi.runtime.allConfig()),
  env: process.env,
  fileExists: existsSync,
});
const { stack, domain, port, acme, methods, requireClientCertificate, jwt, models } = settings;
const { baseImage, caBundles } = settings.build;
const { deniedNodes, allowedNodes, ...comfyuiSource } = settings.comfyui;

const pki = new Pki("pki", {
  stack,
  dnsNames: [...new Set([domain, "localhost"])],
  ipAddresses: ["127.0.0.1", "::1"],
});
const access = new Access("access", {
  clients: settings.clients,
  requireClientCertificate,
  issuer: { certificate: pki.caCertificate, key: pki.caKey },
});
const engine = new DockerHost("docker-host", { stack, baseImage });
const publishAddress = domain === "localhost" ? "127.0.0.1" : "0.0.0.0";
const { networkMode } = new Pod("pod", { engine, publishAddress, publishPort: port });
const comfyui = new ComfyUi("comfyui", { engine, networkMode, caBundles, ...comfyuiSource });
if (models) new Models("models", { engine, volume: comfyui.modelsVolume, models, caBundles });
new Watcher("watcher", { engine, networkMode, comfyui, ...settings.watcher });
const certificate = acme && new Certificate("certificate", { engine, domains: [domain], ...acme });
const gateway = new Gateway("gateway", {
  engine,
  networkMode,
  upstreamContainerId: comfyui.containerId,
  domain,
  port,
  serverCertificate: certificate ?? pki.server,
  methods,
  requireClientCertificate,
  clientCa: pki.caCertificate,
  jwt,
  admitted: access.admitted,
  jwtKeys: access.jwtKeys,
  sessionKey: access.sessionKey,
  deniedNodes,
  allowedNodes,
});

export const { endpoint, caCertificate, clients, images } = stackOutputs({ pki, access, comfyui, gateway });
