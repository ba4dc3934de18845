import { existsSync } from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import { Access } from "../components/access";
import { Certificate } from "../components/certificate";
import { ComfyUi } from "../components/comfyui";
import { DockerHost } from "../components/docker-host";
import { Gateway } from "../components/gateway";
import { Pki } from "../components/pki";
import { Pod } from "../components/pod";
import { stackOutputs } from "./outputs";
import { projectConfig, readSettings } from "./settings";

const settings = readSettings({
  stack: pulumi.getStack(),
  config: projectConfig(pulumi.runtime.allConfig()),
  env: process.env,
  fileExists: existsSync,
});
const { stack, domain, port, build, acme } = settings;

const pki = new Pki("pki", {
  stack,
  dnsNames: [...new Set([domain, "localhost"])],
  ipAddresses: ["127.0.0.1", "::1"],
});
const access = new Access("access", {
  clients: settings.clients,
  requireClientCertificate: settings.requireClientCertificate,
  issuer: { certificate: pki.caCertificate, key: pki.caKey },
});
const engine = new DockerHost("docker-host", { stack, baseImage: build.baseImage });
const publishAddress = domain === "localhost" ? "127.0.0.1" : "0.0.0.0";
const pod = new Pod("pod", { engine, publishAddress, publishPort: port });
const comfyui = new ComfyUi("comfyui", {
  engine,
  networkMode: pod.networkMode,
  caBundles: build.caBundles,
  ...settings.comfyui,
});
const certificate = acme && new Certificate("certificate", { engine, domains: [domain], ...acme });
const gateway = new Gateway("gateway", {
  engine,
  networkMode: pod.networkMode,
  upstreamContainerId: comfyui.containerId,
  domain,
  port,
  serverCertificate: certificate ?? pki.server,
  methods: settings.methods,
  requireClientCertificate: settings.requireClientCertificate,
  clientCa: pki.caCertificate,
  jwt: settings.jwt,
  admitted: access.admitted,
  jwtKeys: access.jwtKeys,
  sessionKey: access.sessionKey,
});

export const { endpoint, caCertificate, clients, images } = stackOutputs({ pki, access, comfyui, gateway });
