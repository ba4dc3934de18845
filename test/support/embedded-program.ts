/**
 * A tiny Pulumi program with every resource type that the embedded engine knows, for its tests. The environment says
 * what differs from run to run: TEST_STACK, TEST_CONTEXT (a build context), and the TEST_… switches below.
 */
import { local } from "@pulumi/command";
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import * as tls from "@pulumi/tls";

const { TEST_STACK: stack = "", TEST_CONTEXT: context = "", TEST_GREETING: greeting = "hello" } = process.env;
const labels = [{ label: "comfy-fortress.stack", value: stack }];

class Everything extends pulumi.ComponentResource {
  readonly outputs: Record<string, pulumi.Input<unknown>>;

  constructor() {
    super("comfy:test:Everything", "everything");
    const opts = { parent: this };
    const provider = new docker.Provider("engine", { host: process.env.DOCKER_HOST }, opts);
    const own = { ...opts, provider };
    const network = new docker.Network("network", { name: `${stack}-network`, labels }, own);
    const volume = new docker.Volume("volume", { name: `${stack}-data`, labels }, own);
    const image = new docker.Image(
      "image",
      { imageName: `${stack}-image:latest`, skipPush: true, build: { context, args: { STACK: stack } } },
      own,
    );
    const key = new random.RandomBytes("key", { length: 32 }, opts);
    const password = new random.RandomPassword(
      "password",
      { length: 20, special: false, minNumeric: 3 },
      opts,
    );
    const pod = new docker.Container(
      "pod",
      {
        name: `${stack}-pod`,
        image: image.repoDigest,
        command: ["sh", "-c", "sleep 1000"],
        networksAdvanced: [{ name: network.name, aliases: ["pod"] }],
        labels,
        init: true,
        readOnly: true,
        user: "10001",
        capabilities: { adds: ["CAP_NET_ADMIN"], drops: ["ALL"] },
        securityOpts: ["no-new-privileges:true"],
        memory: 64,
        tmpfs: { "/tmp": "rw,noexec,size=1m" },
        ports: [{ internal: 8443, ip: "127.0.0.1" }],
      },
      { ...own, deleteBeforeReplace: true },
    );
    const inside = new docker.Container(
      "inside",
      {
        name: `${stack}-inside`,
        image: image.repoDigest,
        entrypoints: ["sh"],
        command: ["-c", process.env.TEST_INSIDE ?? "while :; do sleep 1; done"],
        networkMode: pulumi.interpolate`container:${pod.id}`,
        envs: [`GREETING=${greeting}`],
        labels,
        mounts: [{ type: "volume", source: volume.name, target: "/data" }],
        healthcheck: {
          tests: ["CMD", "sh", "-c", "test -n $GREETING"],
          interval: "300ms",
          timeout: "5s",
          retries: 1,
        },
        wait: true,
        waitTimeout: 20,
        destroyGraceSeconds: 1,
      },
      { ...own, deleteBeforeReplace: true },
    );
    const command = new local.Command(
      "command",
      {
        create: `read secret; printf 'created with %s' "$secret"; ${process.env.TEST_COMMAND ?? ":"}`,
        update: `printf 'updated after [%s]' "$PULUMI_COMMAND_STDOUT"`,
        delete: `echo gone >> "$TEST_LOG"`,
        stdin: pulumi.interpolate`${key.hex}\n`,
        environment: { GREETING: greeting },
        triggers: [inside.id],
      },
      opts,
    );
    this.outputs = {
      network: network.name,
      networks: pod.networkDatas.apply((all) => all.map((one) => one.networkName)),
      port: pod.ports.apply((ports) => ports?.[0]?.external),
      image: image.repoDigest,
      key: key.hex,
      base64: key.base64,
      password: password.result,
      command: command.stdout,
      commandIsSecret: pulumi.output(pulumi.isSecret(command.stdout)),
      keyIsSecret: pulumi.output(pulumi.isSecret(key.hex)),
      pod: pod.id,
      inside: inside.id,
      ...certificates(opts),
    };
  }
}

function certificates(opts: pulumi.CustomResourceOptions) {
  const caKey = new tls.PrivateKey("ca-key", { algorithm: "ECDSA", ecdsaCurve: "P384" }, opts);
  const ca = new tls.SelfSignedCert(
    "ca",
    {
      privateKeyPem: caKey.privateKeyPem,
      subject: { commonName: "test CA", organization: "comfy-fortress" },
      isCaCertificate: true,
      setSubjectKeyId: true,
      allowedUses: ["cert_signing", "crl_signing"],
      validityPeriodHours: 240,
    },
    opts,
  );
  const leafKey = new tls.PrivateKey("leaf-key", { algorithm: "ECDSA", ecdsaCurve: "P256" }, opts);
  const request = new tls.CertRequest(
    "request",
    {
      privateKeyPem: leafKey.privateKeyPem,
      subject: { commonName: "localhost" },
      dnsNames: ["localhost"],
      ipAddresses: ["127.0.0.1", "::1"],
    },
    opts,
  );
  const leaf = new tls.LocallySignedCert(
    "leaf",
    {
      certRequestPem: request.certRequestPem,
      caPrivateKeyPem: caKey.privateKeyPem,
      caCertPem: ca.certPem,
      allowedUses: ["digital_signature", "server_auth"],
      validityPeriodHours: 24,
      earlyRenewalHours: Number(process.env.TEST_EARLY ?? 1),
    },
    opts,
  );
  return { ca: ca.certPem, leaf: leaf.certPem, leafKey: leafKey.privateKeyPem };
}

const everything = new Everything();
if (process.env.TEST_EXTRA) new docker.Volume("extra", { name: `${stack}-extra`, labels });

module.exports = everything.outputs;
