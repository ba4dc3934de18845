import { Resolver } from "node:dns/promises";
import { chmodSync, copyFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { CertificateRequest } from "../../components/certificate/args";
import { certificateBuildContext } from "../../components/certificate/context";
import { FOLDER } from "../../components/certificate/layout";
import { certificateEnvironment, dnsHostFolder } from "../../components/certificate/render";
import { stageBuildContext } from "../../components/shared/build-context";
import { baseImageFor } from "../support/base-image";
import { HARDENED } from "../support/hardened";
import { docker, dockerLogs } from "./docker";

export const HOST = "comfy.example.test";
/** Seconds that pebble's certificates live: 60 days. */
const LIFETIME_S = 60 * 86_400;

/** One line of a container's log. */
export interface LogLine {
  readonly level: string;
  readonly event: string;
  readonly [field: string]: unknown;
}

/**
 * A network with an ACME authority (pebble), the DNS it asks (pebble-challtestsrv), the certificate container and a
 * gateway, each as hardened as in the stack. Everything carries the lab's name and goes with `destroy`.
 */
export class Lab {
  readonly folder: string;
  readonly #images: Record<"certificate" | "clock" | "lab", string>;
  #authorityCertificate = "";
  #base = "";

  /** @param name prefix of every object the lab makes, e.g. `certificate-test` */
  constructor(readonly name: string) {
    this.folder = mkdtempSync(join(tmpdir(), `${name}-`));
    chmodSync(this.folder, 0o755);
    this.#images = { certificate: `${name}-image`, clock: `${name}-clock-image`, lab: `${name}-lab-image` };
  }

  /** Builds the images and starts network and DNS. */
  async create(): Promise<void> {
    await this.destroyContainers();
    this.#base = baseImageFor(this.name);
    const files = "test/certificate/lab";
    const context = stageBuildContext(this.name, "lab", {
      Dockerfile: { copyOf: `${files}/Dockerfile` },
      "nginx.conf": { copyOf: `${files}/nginx.conf` },
      gateway: { copyOf: `${files}/gateway` },
      "install-certificate": { copyOf: "components/certificate/gateway-side/install-certificate" },
    });
    await Promise.all([
      this.#build(this.#images.lab, this.#base, context),
      this.#build(this.#images.certificate, this.#base, certificateBuildContext(this.name)).then(() =>
        this.#createClockImage(),
      ),
    ]);
    await docker("network", "create", "--label", this.#label, this.name);
    for (const volume of ["letsencrypt", "export", "gateway"]) {
      await docker("volume", "create", "--label", this.#label, `${this.name}-${volume}`);
    }
    await this.run(
      "dns",
      this.#images.lab,
      [],
      [
        ...["pebble-challtestsrv", "-dns01", ":8053", "-management", ":8055"],
        ...["-http01", "", "-https01", "", "-tlsalpn01", "", "-doh", ""],
      ],
    );
    const pair = await docker(
      ...[
        "run",
        "--rm",
        "--label",
        this.#label,
        this.#images.lab,
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "ec",
      ],
      ...["-pkeyopt", "ec_paramgen_curve:P-256", "-noenc", "-days", "365", "-subj", "/CN=authority"],
      ...["-addext", "subjectAltName=DNS:authority,DNS:authority-5,DNS:authority-50"],
      ...["-keyout", "/dev/stdout", "-out", "/dev/stdout"],
    );
    this.#authorityCertificate = pair.slice(pair.indexOf("-----BEGIN CERTIFICATE-----"));
    writeFileSync(join(this.folder, "authority.pem"), this.#authorityCertificate);
    writeFileSync(
      join(this.folder, "authority-key.pem"),
      pair.slice(0, pair.indexOf("-----BEGIN CERTIFICATE-----")),
    );
  }

  /** Builds the certificate image with a clock that `startCertificate` can put forward. */
  async #createClockImage(): Promise<void> {
    const context = stageBuildContext(this.name, "clock", {
      Dockerfile: { copyOf: "test/certificate/lab/Dockerfile.clock" },
    });
    await this.#build(this.#images.clock, this.#images.certificate, context);
  }

  /** Starts an authority that refuses this share of its nonces, in percent; reached as `https://<name>:14000/dir`. */
  async startAuthority(name: string, refusedNonces: number): Promise<void> {
    const config = {
      pebble: {
        listenAddress: "0.0.0.0:14000",
        managementListenAddress: "0.0.0.0:15000",
        certificate: "/authority/authority.pem",
        privateKey: "/authority/authority-key.pem",
        httpPort: 5002,
        tlsPort: 5001,
        ocspResponderURL: "",
        externalAccountBindingRequired: false,
        certificateValidityPeriod: LIFETIME_S,
      },
    };
    writeFileSync(join(this.folder, "pebble.json"), JSON.stringify(config));
    await this.run(
      name,
      this.#images.lab,
      [
        ...["--volume", `${this.folder}:/authority:ro`, "--env", "PEBBLE_VA_NOSLEEP=1"],
        ...["--env", "PEBBLE_AUTHZREUSE=0", "--env", `PEBBLE_WFE_NONCEREJECT=${refusedNonces}`],
      ],
      [
        "pebble",
        "-strict",
        "-config",
        "/authority/pebble.json",
        "-dnsserver",
        `${await this.address("dns")}:8053`,
      ],
    );
    await this.until(`${name} listens`, async () =>
      (await dockerLogs(`${this.name}-${name}`)).includes("Listening on"),
    );
  }

  /** A request for HOST at an authority of this lab. */
  request(dns: CertificateRequest["dns"], authority = "authority"): CertificateRequest {
    return {
      domains: [HOST],
      email: "admin@example.com",
      directoryUrl: `https://${authority}:14000/dir`,
      dns,
      extraCaCertificates: this.#authorityCertificate,
    };
  }

  /** Lays down the hooks of the DNS host. @returns their folder */
  hooks(): string {
    for (const hook of ["auth-hook", "cleanup-hook"]) {
      copyFileSync(join("test/certificate/lab", hook), join(this.folder, hook));
    }
    this.setHookMode("ok");
    return this.folder;
  }

  setHookMode(mode: "ok" | "fail" | "slow"): void {
    writeFileSync(join(this.folder, "mode"), mode);
  }

  /** Creates the certificate container, in place of one that is there, and starts it unless told otherwise. */
  async startCertificate(
    request: CertificateRequest,
    options: { environment?: string[]; clock?: string; createOnly?: boolean } = {},
  ): Promise<void> {
    await docker("rm", "--force", `${this.name}-certificate`);
    const folder = dnsHostFolder(request.dns);
    const dnsHost = folder === undefined ? [] : ["--volume", `${folder}:${FOLDER.dnsHost}:ro`];
    await docker(
      ...["create", ...this.#common("certificate"), ...HARDENED, ...dnsHost],
      ...["--volume", `${this.name}-letsencrypt:${FOLDER.letsencrypt}`],
      ...["--volume", `${this.name}-export:${FOLDER.export}`],
      ...[...certificateEnvironment(request), ...(options.environment ?? [])].flatMap((variable) => [
        "--env",
        variable,
      ]),
      ...(options.clock === undefined
        ? [this.#images.certificate]
        : [
            "--entrypoint",
            "faketime",
            this.#images.clock,
            "-f",
            options.clock,
            "node",
            "/opt/certificate/certificate.js",
          ]),
    );
    if (!options.createOnly) {
      await docker("start", `${this.name}-certificate`);
    }
  }

  /** Starts nginx with `install-certificate` beside it; the certificate container must have been created before. */
  async startGateway(): Promise<void> {
    await this.run(
      "gateway",
      this.#images.lab,
      [
        ...["--user", "10001:10001", ...HARDENED],
        ...["--volume", `${this.name}-gateway:/etc/comfy-gateway`],
        ...["--volume", `${this.name}-export:/run/certificate:ro`],
        ...["--env", `CERTIFICATE_HOST=${HOST}`, "--env", "CERTIFICATE_POLL_SECONDS=0.2"],
      ],
      ["gateway"],
    );
  }

  /** Runs a shell script once, with the export volume at /export. */
  async inExport(user: string, script: string): Promise<string> {
    return docker(
      ...[
        "run",
        "--rm",
        "--label",
        this.#label,
        "--user",
        user,
        "--volume",
        `${this.name}-export:${FOLDER.export}`,
      ],
      ...[this.#images.lab, "sh", "-euc", script],
    );
  }

  async run(part: string, image: string, options: string[], command: string[]): Promise<void> {
    await docker("run", "--detach", ...this.#common(part), ...options, image, ...command);
  }

  /** Starts a container of the lab's image. */
  async runLab(part: string, command: string[]): Promise<void> {
    await this.run(part, this.#images.lab, [], command);
  }

  exec(part: string, ...command: string[]): Promise<string> {
    return docker("exec", `${this.name}-${part}`, ...command);
  }

  start(part: string): Promise<string> {
    return docker("start", `${this.name}-${part}`);
  }

  /** Waits until a container has ended: one that still runs is not started again. */
  stopped(part: string): Promise<string> {
    return docker("wait", `${this.name}-${part}`);
  }

  signal(part: string, signal: string): Promise<string> {
    return docker("kill", "--signal", signal, `${this.name}-${part}`);
  }

  address(part: string): Promise<string> {
    return docker(
      ...[
        "inspect",
        "--format",
        "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}",
        `${this.name}-${part}`,
      ],
    );
  }

  /** Address of this machine in the lab's network. */
  ownAddress(): Promise<string> {
    return docker("network", "inspect", "--format", "{{(index .IPAM.Config 0).Gateway}}", this.name);
  }

  async cutOff(part: string): Promise<void> {
    await docker("network", "disconnect", this.name, `${this.name}-${part}`);
  }

  async connectAgain(part: string): Promise<void> {
    await docker("network", "connect", "--alias", part, this.name, `${this.name}-${part}`);
  }

  /** JSON lines of a container's log. */
  async log(part: string): Promise<LogLine[]> {
    const text = await dockerLogs(`${this.name}-${part}`);
    return text
      .split("\n")
      .filter((line) => line.startsWith("{"))
      .map((line) => JSON.parse(line));
  }

  /** Does something and waits until the container has logged one of these events after it. @returns the lines since */
  async after(part: string, events: readonly string[], act: () => Promise<unknown>): Promise<LogLine[]> {
    const before = { container: await this.#id(part), lines: (await this.log(part)).length };
    await act();
    // A container that was replaced has begun a log of its own.
    const from = (await this.#id(part)) === before.container ? before.lines : 0;
    let since: LogLine[] = [];
    await this.until(`${part} logs ${events.join(" or ")}`, async () => {
      since = (await this.log(part)).slice(from);
      return since.some(({ event }) => events.includes(event));
    });
    return since;
  }

  /** Values of the TXT record that proves HOST. */
  async challengeRecord(): Promise<string[]> {
    const resolver = new Resolver();
    resolver.setServers([`${await this.address("dns")}:8053`]);
    try {
      return (await resolver.resolveTxt(`_acme-challenge.${HOST}`)).flat();
    } catch {
      return [];
    }
  }

  async until(what: string, holds: () => Promise<boolean>, seconds = 25): Promise<void> {
    const deadline = Date.now() + seconds * 1000;
    while (!(await holds())) {
      if (Date.now() > deadline) {
        throw new Error(`not within ${seconds} s: ${what}`);
      }
      await sleep(200);
    }
  }

  async destroy(): Promise<void> {
    await this.destroyContainers();
    const { clock, certificate, lab } = this.#images;
    await docker("image", "rm", "--force", clock, certificate, lab, this.#base);
    rmSync(this.folder, { recursive: true });
    rmSync(join(".comfy/build", this.name), { recursive: true, force: true });
  }

  /** Containers, network and volumes: also those that a test run that died left behind. */
  async destroyContainers(): Promise<void> {
    const mine = ["--quiet", "--filter", `label=${this.#label}`];
    const removals: [string[], string[]][] = [
      [
        ["ps", "--all", ...mine],
        ["rm", "--force", "--volumes"],
      ],
      [
        ["network", "ls", ...mine],
        ["network", "rm"],
      ],
      [
        ["volume", "ls", ...mine],
        ["volume", "rm"],
      ],
    ];
    for (const [list, remove] of removals) {
      const found = (await docker(...list)).split("\n").filter((id) => id !== "");
      if (found.length > 0) {
        await docker(...remove, ...found);
      }
    }
  }

  get #label(): string {
    return `comfy-fortress.stack=${this.name}`;
  }

  #id(part: string): Promise<string> {
    return docker("inspect", "--format", "{{.Id}}", `${this.name}-${part}`);
  }

  #common(part: string): string[] {
    const container = `${this.name}-${part}`;
    return ["--name", container, "--label", this.#label, "--network", this.name, "--network-alias", part];
  }

  async #build(tag: string, base: string, context: string): Promise<void> {
    await docker(
      "build",
      "--tag",
      tag,
      "--build-arg",
      `BASE_IMAGE=${base}`,
      "--build-arg",
      `STACK=${this.name}`,
      context,
    );
  }
}
