import { spawn } from "node:child_process";
import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { baseImageFor } from "../support/base-image";
import { type Access, send } from "../support/client";
import { docker, objectsOf } from "../support/docker";
import { freePort } from "../support/free-port";
import { eventually } from "../support/gateway-pod";
import { embeddedDriver, type Outputs, type StackDriver } from "../support/stack-driver";
import { type Act, type Attempt, BRIDGE_PORT, HOST, NEIGHBOUR_NAME } from "./attempt";

const FOLDER = "test/containment";
const NODE_NAME = "drill-intruder";
const COMFYUI_USER = "10002:10002";
const AUTHORIZER_USER = "10003:10003";
/** Everything that a canary is asked for; the addresses are its own and its disguises. */
const DISGUISES = [HOST.pool, HOST.dns, "169.254.169.254", "169.254.170.2", "169.254.170.23"];
const DISGUISES_6 = [HOST.pool6, "fd00:ec2::254"];
const LINK_6 = { pod: "fd00:d::2", canary: "fd00:d::66", witness: "fd00:d::3" };
/** The most that the witness gets: not "all", which a machine that is itself confined cannot give away. */
const CAPABILITIES = [
  ...["SYS_ADMIN", "NET_ADMIN", "NET_RAW", "SYS_PTRACE"],
  ...["SYSLOG", "LINUX_IMMUTABLE", "SYS_RAWIO"],
].flatMap((name) => ["--cap-add", name]);
const IPV6 = ["--sysctl", "net.ipv6.conf.all.disable_ipv6=0"];
const ANSWER_MS = 60_000;
/** All attempts, one after the other, in a process that loads torch besides. */
const NODE_MS = 240_000;
const PROTOCOL: Partial<Record<Act["do"], string>> = {
  ...{ tcp: "tcp", reach: "tcp", http: "tcp", fast_open: "tcp", dns_over_tcp: "tcp" },
  ...{ udp: "udp", dns: "udp", ping: "icmp" },
};
/** What the witness has that the pod must not have: a secret in a file, a socket without one. */
const WITNESS = `
import socket, time
with open("/opt/planted", "w") as file:
    file.write("cf_" + "0" * 64)
held = socket.socket(socket.AF_UNIX)
held.bind("\\0drill")
held.listen()
print("ready", flush=True)
time.sleep(86400)
`;
/** Connects to a host and port until somebody says something, or the seconds are over; prints what was said. */
const VISITOR = `
import socket, sys, time
host, port, end = sys.argv[1], int(sys.argv[2]), time.monotonic() + float(sys.argv[3]) + 1
while time.monotonic() < end:
    try:
        with socket.create_connection((host, port), 0.5) as connection:
            connection.settimeout(0.5)
            print(connection.recv(64).decode())
            break
    except OSError:
        time.sleep(0.1)
`;

/** What an attempt came to, as intruder.py reports it. */
export interface Report {
  readonly id: string;
  readonly outcome: "done" | "stopped" | "killed" | "hung" | "broken";
  readonly errno: string | null;
  readonly said: string;
}

/** A packet that reached the canary. */
export interface Packet {
  readonly from: string;
  readonly to: string;
  readonly protocol: string;
  readonly port: number;
}

/** A line of the watcher's log. */
export interface Alert {
  /** The kind of finding. */
  readonly event: string;
  readonly subject: string;
  readonly commandLine?: string;
}

/** Files by path, with the SHA-256 of their content. */
export type Files = Record<string, string>;

/**
 * A whole stack with an intruder in its ComfyUI container, a canary that is everything malware would talk to, and a
 * witness: a container like ComfyUI's on the same network, without any of the protection.
 *
 * The stack is brought up by the program itself in a copy of the project, so its containers are exactly those of the
 * product. A real ComfyUI has the intruder as a custom node, by the settings; the stand-in's image gets Python and a
 * setuid program besides.
 */
export class Lab {
  readonly #driver: StackDriver;
  readonly #folder = mkdtempSync(join(tmpdir(), "drills-"));
  readonly #servers: Server[] = [];
  readonly #intruder = readFileSync(`${FOLDER}/intruder.py`, "utf8");
  readonly addresses = { pod: "", bridge: "", neighbour: "", witness: "" };
  #outputs: Outputs | undefined;

  /** @param checkout path of ComfyUI's source; the stand-in where it is undefined */
  constructor(readonly checkout: string | undefined) {
    this.#driver = embeddedDriver(checkout === undefined ? "drill-stand-in" : "drill-comfyui");
  }

  get stack(): string {
    return this.#driver.stack;
  }

  async start(): Promise<void> {
    this.#clear();
    this.#driver.configure({
      port: await freePort(),
      comfyui: this.#letIntruderIn(),
      clients: [
        { name: "worker", role: "worker", rate: "100r/s", burst: 100 },
        { name: "me", role: "admin" },
      ],
    });
    const base = baseImageFor(this.stack);
    await Promise.all([this.#up(), this.#buildTools(base)]);
    await this.#startCanary();
    await this.#startWitness();
    await this.#listenOnBridge();
  }

  async stop(): Promise<string> {
    this.#clear();
    for (const server of this.#servers) {
      server.close();
    }
    const { output } = await this.#driver.destroy();
    this.#driver.cleanUp();
    rmSync(this.#folder, { recursive: true, force: true });
    return output;
  }

  access(client?: string): Access {
    const { endpoint, caCertificate, clients } = this.#outputs as Outputs;
    return { endpoint, caCertificate, apiKey: client === undefined ? undefined : clients[client]?.apiKey };
  }

  /** Name of one of the stack's containers or volumes. */
  name(part: string): string {
    return `comfy-${this.stack}-${part}`;
  }

  /** The attempts as the intruder in ComfyUI's container makes them, in that order. */
  async drill(attempts: readonly Attempt[]): Promise<Report[]> {
    return this.checkout === undefined
      ? // The stand-in runs no Python. What `docker exec` starts has the container's user, capabilities, filter,
        // no_new_privs, cgroups and namespaces: to the kernel it is a child of ComfyUI's.
        this.#run(this.name("comfyui"), COMFYUI_USER, attempts)
      : this.#asNode(attempts);
  }

  /** The attempts that can be shown to work, by whoever their control says. Rejects where a container is gone. */
  async controls(attempts: readonly Attempt[]): Promise<Report[]> {
    const of = (control: string) => attempts.filter((attempt) => attempt.control === control);
    return [
      // What root leaves behind, a user could not overwrite.
      ...(await this.#run(this.name("witness"), COMFYUI_USER, of("user"))),
      ...(await this.#run(this.name("witness"), "0:0", of("root"))),
      ...(await this.#run(this.name("comfyui"), AUTHORIZER_USER, of("neighbour"))),
    ];
  }

  /** A request from outside. Refused is what the gateway's own log says so of, whatever the status. */
  async request({ id, act }: Attempt): Promise<Report> {
    const { as, method, path, body } = act as Extract<Act, { do: "request" }>;
    const before = this.#audit().length;
    const { status } = await send(this.access(as === "nobody" ? undefined : as), method, path, body);
    await eventually(async () => this.#audit().length > before, "the gateway logs the request", ANSWER_MS);
    const verdict = this.#audit()[before]?.verdict;
    const refused = verdict !== "allow" && status >= 400 && status < 500;
    const said = `${status} ${verdict}`;
    return { id, outcome: refused ? "stopped" : "done", errno: refused ? "refused" : null, said };
  }

  /**
   * The intruder waits on a port of the pod for somebody outside, who comes again and again.
   *
   * @returns its report, and what the visitor heard
   */
  async lure(attempt: Attempt, where: "pod" | "witness"): Promise<{ report: Report; heard: string }> {
    const { host, port, seconds, whileAway } = attempt.act as Extract<Act, { do: "serve" }>;
    const v6 = host.includes(":");
    const [server, target, visitor] =
      where === "pod"
        ? ([this.name("comfyui"), v6 ? LINK_6.pod : this.addresses.pod, this.name("witness")] as const)
        : ([
            this.name("witness"),
            v6 ? LINK_6.witness : this.addresses.witness,
            this.name("canary"),
          ] as const);
    const away = where === "pod" && whileAway !== undefined ? this.name(whileAway) : undefined;
    if (away !== undefined) {
      docker("stop", away);
    }
    try {
      const [[report], heard] = await Promise.all([
        this.#run(server, COMFYUI_USER, [attempt]),
        command("docker", ["exec", visitor, "python3", "-c", VISITOR, target, `${port}`, `${seconds}`], ""),
      ]);
      return { report: report as Report, heard: heard.trim() };
    } finally {
      if (away !== undefined) {
        docker("start", away);
        await this.#answersAgain();
      }
    }
  }

  /** The gateway's log of requests. */
  #audit(): { verdict: string }[] {
    return docker("logs", this.name("gateway"))
      .split("\n")
      .filter((line) => line.startsWith('{"time"'))
      .map((line) => JSON.parse(line));
  }

  /** Resolves when a client's request passes again. */
  #answersAgain(): Promise<void> {
    return eventually(
      async () => (await send(this.access("worker"), "GET", "/system_stats")).status === 200,
      "the gateway answers",
      ANSWER_MS,
    );
  }

  /** A line of the private key that the program made under this name: enough to know it by. */
  keyLine(name: "pki-ca-key" | "pki-server-key"): string {
    const state = JSON.parse(readFileSync(join(this.#driver.folder, ".comfy/state.json"), "utf8"));
    const resource = state.resources.find(({ urn }: { urn: string }) => urn.endsWith(`::${name}`));
    const line = /PRIVATE KEY-----\\n([A-Za-z0-9+/]{64})\\n/.exec(JSON.stringify(resource))?.[1];
    if (line === undefined) {
      throw new Error(`no ${name} in the state`);
    }
    return line;
  }

  /** Names of the stack's containers and volumes in which a text is found. */
  async holders(text: string): Promise<string[]> {
    const containers = docker("ps", "--filter", `label=${this.#label}`, "--format", "{{.Names}}").split("\n");
    const volumes = objectsOf(this.stack, "volume");
    const inContainers = await Promise.all(
      containers.map((name) =>
        command("sh", ["-c", 'docker export "$0" | grep -cF -e "$1" || :', name, text], ""),
      ),
    );
    const mounts = volumes.flatMap((name) => ["--volume", `${name}:/volumes/${name}:ro`]);
    const inVolumes = this.#tool(...mounts, "--", "sh", "-c", 'grep -rlF -e "$0" /volumes || :', text);
    return [
      ...containers.filter((_, index) => inContainers[index]?.trim() !== "0"),
      ...volumes.filter((name) => inVolumes.includes(`/volumes/${name}/`)),
    ];
  }

  /**
   * What the kernel grants a process of ComfyUI's container: user, capabilities, filter, limits, cgroups, namespaces.
   *
   * @param which ComfyUI itself, or what `docker exec` starts beside it (self)
   */
  posture(which: "comfyui" | "self"): Promise<string> {
    return this.#look(COMFYUI_USER, "posture", which);
  }

  /** Memory limit of ComfyUI's container in bytes, as the program set it. */
  memoryLimit(): number {
    return Number(docker("inspect", "--format", "{{.HostConfig.Memory}}", this.name("comfyui")));
  }

  /** Gives ComfyUI's container this much memory: its own limit is most of the machine, too much to be used up. */
  limitMemory(bytes: number): void {
    docker("update", "--memory", `${bytes}`, "--memory-swap", `${bytes}`, this.name("comfyui"));
  }

  /** When ComfyUI's container was started last. */
  startedAt(): string {
    return docker("inspect", "--format", "{{.State.StartedAt}}", this.name("comfyui"));
  }

  /** Command lines of the processes in ComfyUI's container. */
  processes(): string[] {
    return docker("top", this.name("comfyui"), "-eo", "pid,args").split("\n").slice(1);
  }

  /** Every packet that reached the canary so far. */
  packets(): Packet[] {
    return docker("logs", this.name("canary"))
      .split("\n")
      .map((line) => JSON.parse(line))
      .filter((record) => "from" in record);
  }

  /** The addresses that packets of the pod, or of the witness, come from. */
  ownAddresses(part: "pod" | "witness"): string[] {
    return [this.addresses[part], LINK_6[part]];
  }

  /** The packet by which the canary would know an attempt: protocol, address, port. Undefined where it hears none. */
  packetOf({ act }: Attempt): string | undefined {
    const { host, port } = { host: "", port: act.do.startsWith("dns") ? 53 : 0, ...act };
    const protocol = PROTOCOL[act.do];
    const to = host === HOST.neighbour ? this.addresses.neighbour : host;
    const isCanary = [...DISGUISES, ...DISGUISES_6, this.addresses.neighbour].includes(to);
    // Which of the rarer protocols there are differs between kernels.
    const isRare = "protocol" in act && act.protocol !== undefined;
    return protocol !== undefined && isCanary && !isRare ? `${protocol} ${to} ${port}` : undefined;
  }

  /** What the running container's root file system has that its image has not. */
  changes(): string[] {
    const changes = docker("diff", this.name("comfyui"));
    return changes === "" ? [] : changes.split("\n").sort();
  }

  /** All files of ComfyUI's root file system, without what is mounted on it. */
  async rootFiles(): Promise<Files> {
    return parseFiles(await this.#look("0:0", "files", "/"));
  }

  /** All files of the volumes that outlive the container. */
  dataFiles(): Files {
    const volumes = ["input", "models", "output", "user"].flatMap((name) => [
      "--volume",
      `${this.name(name)}:/data/${name}:ro`,
    ]);
    return parseFiles(
      this.#tool(...volumes, "--", "find", "/data", "-type", "f", "-exec", "sha256sum", "{}", "+"),
    );
  }

  /** Names in a folder of ComfyUI's container. */
  async list(folder: string): Promise<string[]> {
    return (await this.#look(COMFYUI_USER, "list", folder)).split("\n").filter(Boolean);
  }

  /** What the watcher has told so far. */
  alerts(): Alert[] {
    return docker("logs", this.name("watcher"))
      .split("\n")
      .filter((line) => line.startsWith("{"))
      .map((line) => JSON.parse(line))
      .filter(({ level }) => level === "alert");
  }

  /** Packets of ComfyUI's user that the pod's firewall has refused so far. */
  refusedByFirewall(): number {
    const rules = docker(
      ...["run", "--rm", "--network", `container:${this.name("pod")}`, "--cap-add", "NET_ADMIN"],
      ...["--label", this.#label, "--entrypoint", "nft", `${this.name("pod")}:latest`],
      ...["list", "counter", "inet", "pod", "refused_out_comfyui"],
    );
    return Number(/packets (\d+)/.exec(rules)?.[1]);
  }

  /** Removes ComfyUI's container and has the program make it anew. */
  async recreate(): Promise<void> {
    docker("rm", "--force", this.name("comfyui"));
    const { code, output } = await this.#driver.heal();
    if (code !== 0) {
      throw new Error(output);
    }
  }

  get #label(): string {
    return `comfy-fortress.stack=${this.stack}`;
  }

  /** Settings by which ComfyUI has the intruder in it, and the stand-in's image what it needs to run there. */
  #letIntruderIn(): Record<string, unknown> {
    if (this.checkout !== undefined) {
      const node = join(this.#folder, NODE_NAME);
      mkdirSync(node);
      // The build refuses a node with this word in it, also in parts; an intruder that knows that writes it backwards.
      const disguised = this.#intruder.replaceAll('"memfd_create"', '"etaerc_dfmem"[::-1]');
      writeFileSync(join(node, "__init__.py"), disguised);
      return { source: this.checkout, customNodes: [{ name: NODE_NAME, url: node }] };
    }
    appendFileSync(
      join(this.#driver.folder, "components/comfyui/stand-in/Dockerfile"),
      `
USER 0:0
RUN apt-get update && apt-get install --yes --no-install-recommends python3 && rm -rf /var/lib/apt/lists/* \\
    && install -D -m 4755 /usr/bin/id /opt/drill/setuid-id
USER ${COMFYUI_USER}
`,
    );
    return { source: "stand-in" };
  }

  async #up(): Promise<void> {
    const { code, output } = await this.#driver.up();
    if (code !== 0) {
      throw new Error(output);
    }
    this.#outputs = this.#driver.outputs();
  }

  /** An image with what the lab itself needs, for canary and routes. */
  #buildTools(base: string): Promise<string> {
    const packages = "python3 iproute2";
    return command(
      "docker",
      ["build", "--quiet", "--label", this.#label, "--tag", this.name("drill-tools"), "-"],
      `FROM ${base}
RUN apt-get update && apt-get install --yes --no-install-recommends ${packages} && rm -rf /var/lib/apt/lists/*
`,
    );
  }

  /** A command in a short-lived container with the lab's tools; options of `docker run` come before `--`. */
  #tool(...args: string[]): string {
    const split = args.indexOf("--");
    return docker(
      ...["run", "--rm", "--label", this.#label, ...args.slice(0, split)],
      ...[this.name("drill-tools"), ...args.slice(split + 1)],
    );
  }

  /** Network commands in the namespace of a container, each a line. */
  #configureNetwork(part: string, ...lines: string[]): void {
    // Without Docker's masks over /proc, the namespace's own IPv6 can be switched on.
    const options = ["--cap-add", "NET_ADMIN", "--security-opt", "systempaths=unconfined"];
    const network = ["--network", `container:${this.name(part)}`];
    this.#tool(...options, ...network, "--", "sh", "-euc", lines.join("\n"));
  }

  async #startCanary(): Promise<void> {
    const canary = this.name("canary");
    const ports = {
      tcp: [53, 80, 443, 853, 3333, 4444, 5555, 14433, 14444],
      udp: [53, 123, 443, 14433, 14444],
    };
    const wanted = { addresses: [...DISGUISES, ...DISGUISES_6], ...ports, lite: [14433], sctp: [3333] };
    const setUp = [
      // A dead end: what the pod sends out comes here and goes no further.
      "ip route delete default",
      `ip -6 address add ${LINK_6.canary}/64 dev eth0 nodad`,
      ...wanted.addresses.map((disguise) => `ip address add ${disguise} dev lo`),
      'exec python3 -c "$0" "$1"',
    ];
    docker(
      ...["run", "--detach", "--init", "--name", canary, "--label", this.#label],
      ...["--network", this.name("network"), "--cap-add", "NET_ADMIN", ...IPV6],
      ...["--sysctl", "net.ipv4.ip_forward=0", this.name("drill-tools"), "sh", "-euc", setUp.join("\n")],
      ...[readFileSync(`${FOLDER}/canary.py`, "utf8"), JSON.stringify(wanted)],
    );
    this.addresses.neighbour = address(canary);
    this.addresses.pod = address(this.name("pod"));
    this.#leadToCanary("pod");
    await eventually(async () => docker("logs", canary).includes('"ready"'), "the canary listens", ANSWER_MS);
  }

  /** Everything that leaves the pod or the witness for another network goes to the canary. */
  #leadToCanary(part: "pod" | "witness"): void {
    this.#configureNetwork(
      part,
      "echo 0 > /proc/sys/net/ipv6/conf/all/disable_ipv6",
      `ip -6 address add ${LINK_6[part]}/64 dev eth0 nodad`,
      `ip -6 route replace default via ${LINK_6.canary}`,
      `ip route replace default via ${this.addresses.neighbour}`,
    );
  }

  async #startWitness(): Promise<void> {
    const witness = this.name("witness");
    const socket = join(this.#folder, "engine.sock");
    await this.#answerOn(socket);
    docker(
      ...["run", "--detach", "--init", "--name", witness, "--label", this.#label, "--user", "0:0"],
      ...["--network", this.name("network"), ...CAPABILITIES],
      ...["--security-opt", "seccomp=unconfined", "--security-opt", "apparmor=unconfined"],
      ...["--tmpfs", "/dev/shm:rw,exec,size=256m,mode=1777", "--env", "DRILL_SECRET_KEY=planted"],
      ...["/tmp", "/data/temp"].flatMap((folder) => ["--tmpfs", `${folder}:rw,exec,size=2g,uid=10002`]),
      ...["--volume", `${socket}:/run/docker.sock`, "--volume", `${socket}:/run/containerd/containerd.sock`],
      ...["--entrypoint", "python3", docker("inspect", "--format", "{{.Image}}", this.name("comfyui"))],
      ...["-c", WITNESS],
    );
    this.addresses.witness = address(witness);
    this.#leadToCanary("witness");
    await eventually(async () => docker("logs", witness) === "ready", "the witness is ready", ANSWER_MS);
  }

  async #listenOnBridge(): Promise<void> {
    const format = "{{(index .IPAM.Config 0).Gateway}}";
    this.addresses.bridge = docker("network", "inspect", "--format", format, this.name("network"));
    await this.#answerOn({ host: this.addresses.bridge, port: BRIDGE_PORT });
  }

  /** A server of this process that says something to whoever comes. */
  #answerOn(where: string | { host: string; port: number }): Promise<void> {
    const server = createServer((socket) => socket.on("error", () => {}).end("HTTP/1.0 200 OK\r\n\r\n"));
    this.#servers.push(server);
    return new Promise((resolve, reject) => {
      server.on("error", reject);
      server.listen(where, resolve);
    });
  }

  #look(user: string, ...args: string[]): Promise<string> {
    const exec = ["exec", "--interactive", "--user", user, this.name("comfyui"), "python3", "-", ...args];
    return command("docker", exec, readFileSync(`${FOLDER}/look.py`, "utf8"));
  }

  async #run(container: string, user: string, attempts: readonly Attempt[]): Promise<Report[]> {
    if (attempts.length === 0) {
      return [];
    }
    const args = ["exec", "--interactive", "--user", user, container, "python3", "-", this.#acts(attempts)];
    const output = await command("docker", args, this.#intruder);
    return output
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
  }

  /** By a workflow that comes in through the gateway: a malicious node in the process of ComfyUI. */
  async #asNode(attempts: readonly Attempt[]): Promise<Report[]> {
    const worker = this.access("worker");
    const posted = await send(worker, "POST", "/prompt", {
      client_id: "drill",
      prompt: { "1": { class_type: "DrillIntruder", inputs: { attempts: this.#acts(attempts) } } },
    });
    const { prompt_id: id } = JSON.parse(posted.body.toString());
    if (posted.status !== 200) {
      throw new Error(`the workflow was refused with ${posted.status}: ${posted.body}`);
    }
    let reports: Report[] | undefined;
    await eventually(
      async () => {
        const { body } = await send(worker, "GET", `/history/${id}`);
        reports = JSON.parse(body.toString())[id]?.outputs["1"]?.reports;
        return reports !== undefined;
      },
      "the intruder's node reports",
      NODE_MS,
    );
    return reports as Report[];
  }

  /** The attempts as intruder.py takes them, with the addresses of this lab. */
  #acts(attempts: readonly Attempt[]): string {
    const names: Record<string, string> = {
      [NEIGHBOUR_NAME]: this.name("canary"),
      [HOST.pod]: this.addresses.pod,
      [HOST.bridge]: this.addresses.bridge,
      [HOST.neighbour]: this.addresses.neighbour,
    };
    return JSON.stringify(
      attempts.map(({ id, act }) => ({ id, ...act })),
      (_, value) => names[value] ?? value,
    );
  }

  /** Removes the lab's own containers, also those of a run that broke off. */
  #clear(): void {
    const left = docker("ps", "--all", "--quiet", "--filter", `name=^${this.name("(canary|witness)")}$`);
    if (left !== "") {
      docker("rm", "--force", ...left.split("\n"));
    }
  }
}

function address(container: string): string {
  return docker("inspect", "--format", "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}", container);
}

function parseFiles(sums: string): Files {
  const lines = sums.split("\n").filter(Boolean);
  return Object.fromEntries(lines.map((line) => [line.slice(64).trimStart(), line.slice(0, 64)]));
}

/** Runs a command and gives its output. Rejects with its messages where it fails. */
function command(name: string, args: readonly string[], input: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(name, args, { stdio: "pipe" });
    let output = "";
    let messages = "";
    child.stdout.on("data", (chunk) => {
      output += chunk;
    });
    child.stderr.on("data", (chunk) => {
      messages += chunk;
    });
    child.on("error", reject);
    child.on("close", (code) => (code === 0 ? resolve(output) : reject(new Error(messages || output))));
    child.stdin.end(input);
  });
}
