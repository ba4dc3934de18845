/**
 * The running stack, seen from the engine and the kernel: that every container is what the program says it is, that
 * the firewall stands in whatever namespace the pod has, and that all of it survives restarts. The intruder's side is
 * in the drills.
 */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { connect } from "node:net";
import Docker from "dockerode";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { COUNTERS } from "../../components/pod/firewall";
import { renderSeccompProfile } from "../../components/shared/seccomp";
import { send } from "../support/client";
import { docker, objectsOf } from "../support/docker";
import { freePort } from "../support/free-port";
import { eventually } from "../support/gateway-pod";
import { bringDown, bringUp, embeddedDriver, type Outputs, type StackDriver } from "../support/stack-driver";

const UP_TIMEOUT_MS = 600_000;
/** A member looks every 10 seconds, ends, and is started again. */
const HEAL_TIMEOUT_MS = 60_000;
const MEMBERS = ["gateway", "authorizer", "comfyui"] as const;
const PARTS = ["pod", ...MEMBERS] as const;
/** And what watches over it from outside. */
const ALL_PARTS = [...PARTS, "watcher"] as const;
type Part = (typeof ALL_PARTS)[number];

/** Lines of /proc/<pid>/status that say what a process may do. */
const POWERLESS = { CapEff: 0n, CapPrm: 0n, CapBnd: 0n, CapAmb: 0n, CapInh: 0n };
const NET_ADMIN = 1n << 12n;

describe("the running stack", () => {
  let driver: StackDriver;
  let outputs: Outputs;
  const engine = new Docker();
  const name = (part: Part) => `comfy-${driver.stack}-${part}`;
  const inspect = (part: Part) => engine.getContainer(name(part)).inspect();
  const inside = (part: Part, script: string) => docker("exec", name(part), "sh", "-c", script);
  const answers = async () => {
    const { endpoint, caCertificate, clients } = outputs;
    const { status } = await send(
      { endpoint, caCertificate, apiKey: clients.worker?.apiKey },
      "GET",
      "/system_stats",
    );
    return status === 200;
  };
  const namespaceOf = async (part: Part) => {
    const { State } = await inspect(part);
    return execFileSync("readlink", [`/proc/${State.Pid}/ns/net`], { encoding: "utf8" });
  };

  beforeAll(async () => {
    driver = embeddedDriver(`test-posture-${process.pid}`);
    outputs = await bringUp(driver, { port: await freePort(), comfyui: { source: "stand-in" } });
  }, UP_TIMEOUT_MS);

  afterAll(() => bringDown(driver), UP_TIMEOUT_MS);

  it("has these containers and no other", async () => {
    const all = await Promise.all(
      objectsOf(driver.stack, "container").map((id) => engine.getContainer(id).inspect()),
    );
    const names = (parts: readonly string[]) => parts.map((part) => `/comfy-${driver.stack}-${part}`).sort();
    const running = all.filter(({ State }) => State.Running);
    expect(running.map(({ Name }) => Name).sort()).toEqual(names(ALL_PARTS));
    // Started by an upgrade alone, to its end.
    expect(all.map(({ Name }) => Name).sort()).toEqual(names([...ALL_PARTS, "comfyui-trial"]));
  });

  it.each(ALL_PARTS)("runs %s as the engine was told", async (part) => {
    const { HostConfig: host, Config: config, Mounts: mounts } = await inspect(part);
    expect(host).toMatchObject({
      ReadonlyRootfs: true,
      Privileged: false,
      CapDrop: ["ALL"],
      IpcMode: "private",
      // It has to see ComfyUI's processes; as ComfyUI's user it can do nothing to another's.
      PidMode: part === "watcher" ? "host" : "",
      UTSMode: "",
      RestartPolicy: { Name: "unless-stopped" },
      SecurityOpt: [
        "no-new-privileges:true",
        `seccomp=${renderSeccompProfile()}`,
        // The engine adds it to what shares the machine's processes; it says nothing where there is no SELinux.
        ...(part === "watcher" ? ["label=disable"] : []),
      ],
      Init: part !== "pod",
    });
    expect(host.Devices ?? []).toEqual([]);
    expect(host.Binds?.some((bind) => bind.startsWith("/")) ?? false).toBe(false);
    expect(host.Memory).toBeGreaterThan(0);
    expect(host.MemorySwap).toBe(host.Memory);
    expect(host.NanoCpus).toBeGreaterThan(0);
    expect(host.CpuShares).toBeGreaterThan(0);
    expect(host.Ulimits).toContainEqual({ Name: "core", Soft: 0, Hard: 0 });
    // The kernel counts a user's on the whole machine, and the watcher shares its user with ComfyUI.
    const processes = part === "watcher" ? 4096 : 1024;
    expect(host.Ulimits?.find(({ Name }) => Name === "nproc")?.Hard).toBeLessThanOrEqual(processes);
    expect(host.LogConfig).toEqual({ Type: "json-file", Config: { "max-size": "10m", "max-file": "5" } });
    expect(mounts.every(({ Type }) => Type === "volume" || Type === "tmpfs")).toBe(true);
    expect(config.Env.filter((entry) => /key|secret|password|token/i.test(entry))).toEqual([]);
  });

  it.each(ALL_PARTS)("leaves no process of %s a privilege", async (part) => {
    const { processes } = await tree(part);
    expect(processes.length).toBeGreaterThan(0);
    // The reader of the firewall's counters, and nobody else.
    const readers = processes.filter(({ caps }) => caps.CapEff !== 0n);
    expect(readers.length).toBeLessThanOrEqual(part === "pod" ? 3 : 0);
    for (const { caps } of readers) {
      expect(caps).toEqual(Object.fromEntries(Object.keys(POWERLESS).map((key) => [key, NET_ADMIN])));
    }
    for (const { command, caps, status } of processes) {
      if (caps.CapEff === 0n) expect(caps, command).toEqual(POWERLESS);
      expect(status.NoNewPrivs, command).toBe("1");
      expect(status.Seccomp, command).toBe("2");
      expect(status.Uid, command).toMatch(/^1000\d\t1000\d\t1000\d\t1000\d$/);
    }
  });

  it.each(ALL_PARTS)("gives %s nothing to write to that could be executed from", async (part) => {
    const { State } = await inspect(part);
    const writable = readFileSync(`/proc/${State.Pid}/mounts`, "utf8")
      .trim()
      .split("\n")
      .map((line) => line.split(" "))
      .map(([, target = "", type = "", options = ""]) => ({ target, type, options: options.split(",") }))
      .filter(({ options }) => options.includes("rw"))
      // The kernel's own, and /dev, which belongs to root.
      .filter(({ target }) => !/^\/(proc|sys)(\/|$)|^\/dev(\/pts)?$/.test(target));
    expect(writable.map(({ target }) => target)).toContain("/tmp");
    for (const { target, options } of writable) {
      for (const needed of ["nosuid", "nodev", "noexec"]) expect(options, target).toContain(needed);
    }
  });

  it("executes nothing from ComfyUI's folders, and keeps its models and code from it", () => {
    const attempt = (folder: string) =>
      inside(
        "comfyui",
        `cp /bin/true ${folder}/t 2>&1 && ${folder}/t 2>&1; echo "exit $?"; rm -f ${folder}/t`,
      );
    for (const folder of ["/data/input", "/data/output", "/data/user", "/data/temp", "/tmp", "/dev/shm"]) {
      expect(attempt(folder), folder).toMatch(/Permission denied\nexit 126$/);
    }
    for (const folder of ["/data/models", "/data/custom_nodes", "/opt", "/etc", "/run/pod"]) {
      expect(attempt(folder), folder).toMatch(/Read-only file system\nexit 1$/);
    }
  });

  it.each(ALL_PARTS)("has no program in %s that lends its owner's or group's rights", (part) => {
    // As root, who may look everywhere; the pod's own user could not.
    const powers = ["--cap-drop", "ALL", "--cap-add", "DAC_READ_SEARCH", "--network", "none", "--user", "0"];
    const found = docker(
      ...["run", "--rm", "--label", `comfy-fortress.stack=${driver.stack}`, ...powers],
      ...["--entrypoint", "find", `comfy-${driver.stack}-${part}:latest`],
      ...["/", "-xdev", "-type", "f", "-perm", "/6000"],
    );
    expect(found).toBe("");
  });

  it(
    "is found healthy, each by itself",
    async () => {
      await eventually(
        async () => {
          const all = await Promise.all(MEMBERS.map(inspect));
          return all.every(({ State }) => State.Health?.Status === "healthy");
        },
        "all members of the pod are healthy",
        HEAL_TIMEOUT_MS,
      );
    },
    HEAL_TIMEOUT_MS,
  );

  it("counts what it refuses, readable without any right", async () => {
    const before = await counters();
    expect(Object.keys(before).sort()).toEqual([...COUNTERS].sort());
    const attempt = (host: string, port: number) =>
      `node -e 'require("net").connect(${port}, "${host}").on("connect", () => console.log("open")).on("error", (e) => console.log(e.code))'`;
    for (const [host, port] of [
      ["127.0.0.1", 8190],
      ["127.0.0.1", 8443],
      ["192.0.2.1", 443],
    ] as const) {
      expect(inside("comfyui", attempt(host, port)), `${host}:${port}`).toBe("EHOSTUNREACH");
    }
    // The positive control: the authorizer may ask ComfyUI.
    expect(inside("authorizer", `timeout 5 ${attempt("127.0.0.1", 8188)} || true`)).toBe("open");
    await eventually(
      async () => refusedComfyUi(await counters()) >= refusedComfyUi(before) + 3,
      "the counter has risen",
    );
  });

  it("lets ComfyUI's user take no neighbour's place", async () => {
    // Whoever answers on the authorizer's port decides who may come in.
    docker("stop", "--time", "1", name("authorizer"));
    try {
      docker(
        ...["exec", "--detach", name("comfyui"), "node", "-e"],
        `for (const port of [8190, 8443]) require("net").createServer((s) => s.end("HTTP/1.1 200 OK\\r\\n\\r\\n")).on("error", () => {}).listen(port, "0.0.0.0"); setTimeout(() => process.exit(), 8000)`,
      );
      await eventually(async () => listening("comfyui").includes(8190), "the impostor listens");
      const { endpoint, caCertificate, clients } = outputs;
      const { status } = await send(
        { endpoint, caCertificate, apiKey: clients.worker?.apiKey },
        "GET",
        "/queue",
      );
      expect(status).toBeGreaterThanOrEqual(500);
    } finally {
      docker("start", name("authorizer"));
    }
    await eventually(answers, "the authorizer is back", HEAL_TIMEOUT_MS);
  }, 120_000);

  it("lets in the gateway's port and no other, over IPv4 and IPv6", async () => {
    // Another door of ComfyUI's, on every address there is.
    docker(
      ...["exec", "--detach", name("comfyui"), "node", "-e"],
      `require("net").createServer((s) => s.end("open")).listen(9188, "::"); setTimeout(() => process.exit(), 30000)`,
    );
    await eventually(async () => listening("comfyui").includes(9188), "something listens everywhere");
    const { NetworkSettings, State } = await inspect("pod");
    const [network] = Object.values(NetworkSettings.Networks);
    // Docker gives its networks no IPv6 by default; here the pod gets what a network with IPv6 would give it.
    const enable = "echo 0 > /proc/sys/net/ipv6/conf/eth0/disable_ipv6";
    execFileSync("nsenter", ["--target", String(State.Pid), "--net", "sh", "-c", enable]);
    const bridge = `br-${network?.NetworkID.slice(0, 12)}`;
    const v4 = network?.IPAddress ?? "";

    expect(await reach(v4, 8443)).toBe("open");
    for (const port of [8188, 8190, 9188]) expect(await reach(v4, port), `${port}`).toBe("silent");

    const linkLocal = () =>
      readFileSync(`/proc/${State.Pid}/net/if_inet6`, "utf8")
        .split("\n")
        .find((line) => line.startsWith("fe80") && line.endsWith("eth0"))
        ?.split(" ")[0];
    await eventually(async () => linkLocal() !== undefined, "the pod has an IPv6 address");
    const v6 = `${(linkLocal()?.match(/.{4}/g) ?? []).join(":")}%${bridge}`;
    /** Packets that the firewall has let nobody have; written anew every 5 seconds. */
    const refusedIn = () => {
      const printed = JSON.parse(docker("exec", name("pod"), "cat", "/run/pod/counters.json"));
      const entries: { counter?: { name: string; packets: number } }[] = printed.nftables;
      return entries.find(({ counter }) => counter?.name === "refused_in")?.counter?.packets ?? 0;
    };
    const before = refusedIn();
    // Without the setting ipv6 the gateway has no port there.
    for (const port of [8443, 8444, 8188, 8190, 9188])
      expect(await reach(v6, port), `${v6} ${port}`).toBe("silent");
    await eventually(async () => refusedIn() > before, "what came over IPv6 has arrived and is counted");
  }, 60_000);

  it(
    "follows a pod that was restarted alone, into its new namespace with its firewall",
    async () => {
      const before = await namespaceOf("pod");
      docker("restart", name("pod"));
      await eventually(answers, "the gateway answers again", HEAL_TIMEOUT_MS);
      await eventually(
        async () => new Set(await Promise.all(PARTS.map(namespaceOf))).size === 1,
        "all are in one namespace",
        HEAL_TIMEOUT_MS,
      );
      expect(await namespaceOf("pod")).not.toBe(before);
      await expectContained();
    },
    2 * HEAL_TIMEOUT_MS,
  );

  it.each(MEMBERS)(
    "comes back after a restart and a crash of %s",
    async (part) => {
      docker("restart", "--time", "1", name(part));
      await eventually(answers, "the gateway answers again", HEAL_TIMEOUT_MS);
      const { State } = await inspect(part);
      process.kill(State.Pid, "SIGKILL");
      await eventually(
        async () => (await inspect(part)).State.StartedAt !== State.StartedAt,
        "it was restarted",
      );
      await eventually(answers, "the gateway answers again", HEAL_TIMEOUT_MS);
      await expectContained();
    },
    3 * HEAL_TIMEOUT_MS,
  );

  it("finds nothing to change after all that", async () => {
    const { code, output } = await driver.upUnchanged();
    expect(code, output).toBe(0);
  }, 60_000);

  it("starts no pod without its firewall", () => {
    const attempt = () =>
      docker(
        ...["run", "--rm", "--label", `comfy-fortress.stack=${driver.stack}`, "--network", "none"],
        ...["--cap-drop", "ALL", "--cap-add", "SETUID", "--cap-add", "SETGID", "--cap-add", "SETPCAP"],
        ...["--tmpfs", "/run/pod:mode=1777", `comfy-${driver.stack}-pod:latest`],
      );
    expect(attempt).toThrow(/Operation not permitted/);
  });

  /** What a direct connection from the engine's machine meets. */
  function reach(host: string, port: number): Promise<string | undefined> {
    return new Promise((resolve) => {
      const socket = connect({ host, port, timeout: 1500 });
      const end = (result?: string) => {
        socket.destroy();
        resolve(result);
      };
      socket.on("connect", () => end("open"));
      socket.on("error", (error: NodeJS.ErrnoException) => end(error.code));
      socket.on("timeout", () => end("silent"));
    });
  }

  function refusedComfyUi(seen: Record<string, number>): number {
    return seen.refused_out_comfyui ?? Number.NaN;
  }

  async function counters(): Promise<Record<string, number>> {
    const { nftables } = JSON.parse(inside("pod", "cat /run/pod/counters.json"));
    const rows: { counter?: { name: string; packets: number } }[] = nftables;
    return Object.fromEntries(
      rows.flatMap(({ counter }) => (counter ? [[counter.name, counter.packets]] : [])),
    );
  }

  function listening(part: Part): number[] {
    return inside(part, "cat /proc/net/tcp /proc/net/tcp6")
      .split("\n")
      .map((line) => line.trim().split(/\s+/))
      .filter(([, , , state]) => state === "0A")
      .map(([, local = ""]) => Number.parseInt(local.split(":").pop() ?? "", 16));
  }

  /** That ComfyUI's user still gets nowhere. */
  async function expectContained(): Promise<void> {
    for (const [host, port] of [
      ["127.0.0.1", 8190],
      ["192.0.2.1", 443],
    ] as const) {
      const script = `require("net").connect(${port}, "${host}").on("connect", () => console.log("open")).on("error", (e) => console.log(e.code))`;
      expect(docker("exec", name("comfyui"), "node", "-e", script)).toBe("EHOSTUNREACH");
    }
  }

  /** Every process in a container, with what it may do. */
  async function tree(part: Part) {
    const { Processes } = await engine.getContainer(name(part)).top({ ps_args: "-eo pid,args" });
    const processes = (Processes as string[][]).flatMap(([pid = "", command = ""]) => {
      try {
        const lines = readFileSync(`/proc/${pid}/status`, "utf8").split("\n");
        const status = Object.fromEntries(
          lines.map((line) => line.split(":\t")).map(([key = "", value = ""]) => [key, value]),
        );
        const caps = Object.fromEntries(
          Object.keys(POWERLESS).map((key) => [key, BigInt(`0x${status[key]}`)]),
        ) as Record<keyof typeof POWERLESS, bigint>;
        return [{ command, status, caps }];
      } catch {
        // It has ended meanwhile.
        return [];
      }
    });
    return { processes };
  }
});
