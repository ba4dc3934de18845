/**
 * A machine reached over SSH, as far as it can be shown without one in the cloud: a stand-in with its own SSH server and its
 * own Docker Engine. What it does not show: EC2 itself, cloud-init at work, a GPU.
 */
import { execFileSync, execSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir, uptime } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { readinessScript } from "../../components/docker-host/readiness";
import { dockerAddress, sshFolder, sshOptions, writeSshFiles } from "../../components/docker-host/ssh";
import { powerHost } from "../../components/power/host";
import { GRACE_MS } from "../../components/power/idle";
import { withVariables } from "../../components/shared/command";
import { DEFAULT_BASE_IMAGE } from "../../infra/settings";
import { baseImageFor } from "../support/base-image";
import { type Access, emptyImageWorkflow, longWorkflow, pngSize, render, send } from "../support/client";
import { docker } from "../support/docker";
import { freePort } from "../support/free-port";
import { PrivateEngine } from "../support/private-engine";
import { cliDriver, hasProviders, type Run, run, type StackDriver } from "../support/stack-driver";
import { fingerprint, hasSsh, makeKey, newInstanceId, StandInVm, standInImage } from "../support/stand-in-vm";

const STACK = `test-ssh-${process.pid}`;
const BASE = `comfy-${STACK}-base:trixie`;
const TIMEOUT_MS = 600_000;
/** Containers of the stack. */
const PARTS = ["authorizer", "comfyui", "gateway", "meter", "pod", "watcher"];
/** A quarter of a minute: two looks of the meter. No setting goes below 5. */
const IDLE_MINUTES = 0.25;
const METER_LOOK_MS = 15_000;
const isPossible = PrivateEngine.isPossible() && hasSsh();
if (!isPossible) {
  console.log("no root, `dockerd` or `ssh`: the stand-in for a machine over SSH is left out");
}

describe.skipIf(!isPossible)("a machine over SSH", () => {
  const keys = { host: makeKey(), login: makeKey() };
  let image: string;
  let vm: StandInVm;
  let engine: PrivateEngine;
  let folder: string;

  const target = () => ({ stack: STACK, instanceId: vm.instanceId, hostPublicKey: keys.host.public });
  const overSsh = (script: string, input = "") =>
    run("ssh", [...sshOptions(STACK), `${vm.user}@${vm.address}`, script], ".", process.env, input);
  /** As the stack's gate does it. */
  const awaitMachine = () =>
    run(
      "sh",
      ["components/docker-host/await-machine.sh"],
      ".",
      {
        ...process.env,
        DESTINATION: `${vm.user}@${vm.address}`,
        SSH_FOLDER: sshFolder(STACK),
        REACH_SECONDS: "60",
      },
      readinessScript({ gpu: false }),
    );
  /** The docker command line over ssh://, which calls the client with our options as the provider does. */
  const overDocker = (...args: string[]) => {
    const env = { ...process.env, PATH: `${folder}:${process.env.PATH}` };
    return run("docker", ["--host", dockerAddress(vm.user, vm.address), ...args], ".", env);
  };
  /** A machine that has just been switched on, with Debian in its engine. */
  const switchOn = async () => {
    engine = await PrivateEngine.start();
    execSync(`docker save ${BASE} | docker --host ${engine.host} load`, { stdio: "ignore" });
    vm = new StandInVm(image, engine, keys);
    writeSshFiles(target(), keys.login.private);
  };

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "comfy-fortress-ssh-"));
    writeFileSync(join(folder, "ssh"), `#!/bin/sh\nexec /usr/bin/ssh ${sshOptions(STACK).join(" ")} "$@"\n`, {
      mode: 0o755,
    });
    image = standInImage(STACK, baseImageFor(STACK));
    await switchOn();
  }, TIMEOUT_MS);

  afterAll(async () => {
    await vm?.lose();
    docker("image", "rm", "--force", image, BASE);
    rmSync(folder, { recursive: true, force: true });
    rmSync(`.comfy/ssh/${STACK}`, { recursive: true, force: true });
  }, TIMEOUT_MS);

  it("is not ready before its SSH server is up", async () => {
    const { code, output } = await overSsh(readinessScript({ gpu: false }));
    expect(output).toMatch(/Connection refused/);
    expect(code).toBe(255);
  });

  it("is not ready before cloud-init is done, and then is", async () => {
    vm.startSsh();
    const early = await overSsh(readinessScript({ gpu: false, setUpSeconds: 2 }));
    expect(early).toMatchObject({
      code: 1,
      output: expect.stringMatching(/cloud-init is still at work after 2 s/),
    });
    const waiting = overSsh(readinessScript({ gpu: false, setUpSeconds: 60 }));
    setTimeout(() => vm.finishSetUp(), 1000);
    const version = engine.docker("version", "--format", "{{.Server.Version}}");
    expect(await waiting).toEqual({ code: 0, output: `docker ${version}\n` });
  }, 60_000);

  it("is not ready where the GPU that it should have does not answer", async () => {
    const { code, output } = await overSsh(readinessScript({ gpu: true, serviceSeconds: 1 }));
    expect(code).toBe(1);
    expect(output).toMatch(/nvidia-smi finds no GPU/);
  }, 60_000);

  it("has the gate end at once where it shows another host key, with both fingerprints", async () => {
    const other = { ...target(), instanceId: "i-00000000000000000", hostPublicKey: makeKey().public };
    writeSshFiles(other, keys.login.private);
    const started = Date.now();
    const { code, output } = await awaitMachine();
    expect(Date.now() - started).toBeLessThan(10_000);
    expect(output).toContain(
      `shows another host key than the stack's: ${fingerprint(keys.host)}, where ${fingerprint({ public: other.hostPublicKey })} is pinned`,
    );
    expect(code).toBe(1);
    writeSshFiles(target(), keys.login.private);
    expect((await awaitMachine()).output).toMatch(/^docker \S+\n$/);
  });

  it("is refused while it shows another host key, whatever else is known of it", async () => {
    const other = { ...target(), instanceId: "i-00000000000000000", hostPublicKey: makeKey().public };
    writeSshFiles(other, keys.login.private);
    const attempt = () =>
      run("ssh", [...sshOptions(STACK), `${vm.user}@${vm.address}`, "id"], ".", process.env);
    const { code, output } = await attempt();
    expect(output).toMatch(/Host key verification failed/);
    expect(output).not.toMatch(/uid=/);
    expect(code).toBe(255);
    writeSshFiles(target(), keys.login.private);
    expect((await attempt()).output).toMatch(/uid=.*\(ubuntu\)/);
  });

  it("lets in neither root nor another key", async () => {
    writeFileSync(join(folder, "other"), makeKey().private, { mode: 0o600 });
    const attempt = (user: string, ...others: string[]) => {
      const options = ["-o", "ControlPath=none", ...(others.length > 0 ? others : sshOptions(STACK))];
      return run("ssh", [...options, `${user}@${vm.address}`, "id"], ".", process.env);
    };
    const refused = { code: 255, output: expect.stringMatching(/Permission denied \(publickey\)/) };
    expect(await attempt("root")).toMatchObject(refused);
    // Of several keys the client would try each.
    const [, path = ""] = sshOptions(STACK);
    const configuration = readFileSync(path, "utf8").replace(
      /^IdentityFile .*$/m,
      `IdentityFile ${join(folder, "other")}`,
    );
    writeFileSync(join(folder, "config"), configuration);
    expect(await attempt(vm.user, "-F", join(folder, "config"))).toMatchObject(refused);
    expect((await attempt(vm.user)).code).toBe(0);
  });

  it("takes containers over ssh://, many at once over one connection", async () => {
    const before = vm.logins();
    const names = Array.from({ length: 8 }, (_, index) => `ssh-${index}`);
    const started = await Promise.all(
      names.map((name) =>
        overDocker("run", "--detach", "--network", "none", "--name", name, BASE, "sleep", "600"),
      ),
    );
    expect(started.map(({ code, output }) => (code === 0 ? 0 : output))).toEqual(names.map(() => 0));
    expect(engine.docker("ps", "--format", "{{.Names}}").split("\n").sort()).toEqual(names);
    expect(docker("ps", "--format", "{{.Names}}").split("\n")).not.toContain("ssh-0");
    // The connection of the tests before is still open.
    expect(vm.logins() - before).toBeLessThanOrEqual(1);
  }, 120_000);

  it("makes the base image there, by the script that travels on standard input", async () => {
    const variables = { BASE_IMAGE_REFERENCE: DEFAULT_BASE_IMAGE, LOCAL_TAG: BASE, STACK };
    const script = withVariables(variables, 'exec sh -c "$(cat)"');
    const { code, output } = await overSsh(
      script,
      readFileSync("components/docker-host/base-image.sh", "utf8"),
    );
    // What is said on the way comes by another stream.
    expect(output.split("\n").sort()).toEqual(["", BASE, `base image: ${BASE} is there`].sort());
    expect(code).toBe(0);
  });

  it("is another machine once it is replaced: known by the same key, and empty", async () => {
    const gone = vm;
    await gone.lose();
    await switchOn();
    vm.startSsh();
    vm.finishSetUp();
    expect((await overSsh(readinessScript({ gpu: false }))).code).toBe(0);
    expect((await overDocker("ps", "--all", "--quiet")).output).toBe("");
    const made = await overDocker(
      "run",
      "--detach",
      "--network",
      "none",
      "--name",
      "ssh-0",
      BASE,
      "sleep",
      "600",
    );
    expect(made.code, made.output).toBe(0);
  }, 120_000);
});

if (!hasProviders()) {
  console.log("no `pulumi` with its providers: nothing is deployed over SSH by the real engine");
}

describe.skipIf(!isPossible || !hasProviders())("the stack on a machine over SSH, by the Pulumi CLI", () => {
  let keys = { host: makeKey(), login: makeKey() };
  let image: string;
  let driver: StackDriver;
  let vm: StandInVm;
  let engine: PrivateEngine;
  let port: number;

  /** What the program's instance says and hears. */
  const provider = mkdtempSync(join(tmpdir(), "comfy-fortress-provider-"));
  const isWanted = (instanceId: string) =>
    existsSync(join(provider, "wanted")) && readFileSync(join(provider, "wanted"), "utf8") === instanceId;
  const switchOn = async (instanceId?: string) => {
    engine = await PrivateEngine.start();
    execSync(`docker save ${BASE} | docker --host ${engine.host} load`, { stdio: "ignore" });
    vm = new StandInVm(image, engine, keys, instanceId);
    writeFileSync(join(provider, "running"), vm.instanceId);
  };
  const configure = (instanceId: string, hostPublicKey = keys.host.public, more = {}) =>
    driver.configure({
      port,
      comfyui: { source: "stand-in" },
      "stand-in:address": vm.address,
      "stand-in:instanceId": instanceId,
      "stand-in:provider": provider,
      "stand-in:privateKey": keys.login.private,
      "stand-in:hostPublicKey": hostPublicKey,
      "stand-in:idleMinutes": IDLE_MINUTES,
      ...more,
    });
  const succeeded = ({ code, output }: Run) => expect(code, output).toBe(0);
  const containers = () => engine.docker("ps", "--format", "{{.Names}}").split("\n").filter(Boolean).sort();
  const access = (client?: string): Access => {
    const { endpoint, caCertificate, clients } = driver.outputs();
    return { endpoint, caCertificate, apiKey: client === undefined ? undefined : clients[client]?.apiKey };
  };
  /** What the machine would do now. */
  const power = () => {
    const [script] = powerHost({ stack: STACK }).files;
    const folder = mkdtempSync(join(tmpdir(), "comfy-fortress-power-"));
    // Nobody is logged in, and nothing is switched off.
    for (const [name, answer] of [
      ["ss", "exit 0"],
      ["pgrep", "exit 1"],
      ["systemctl", "exit 0"],
    ] as const) {
      writeFileSync(join(folder, name), `#!/bin/sh\n${answer}\n`, { mode: 0o755 });
    }
    try {
      return execFileSync("sh", ["-c", script?.content ?? "", "comfy-power", STACK], {
        encoding: "utf8",
        env: { PATH: `${folder}:${process.env.PATH}`, DOCKER_HOST: engine.host },
      }).trim();
    } finally {
      rmSync(folder, { recursive: true });
    }
  };
  const powerSays = (said: string | RegExp) =>
    vi.waitFor(() => expect(power()).toMatch(said), { timeout: 3 * METER_LOOK_MS, interval: 1000 });

  beforeAll(async () => {
    port = await freePort();
    image = standInImage(STACK, baseImageFor(STACK));
    // What the operator's shell says must not lead the stack astray.
    vi.stubEnv("DOCKER_HOST", "tcp://192.0.2.1:2375");
    driver = cliDriver(STACK);
    vi.unstubAllEnvs();
    const project = JSON.parse(readFileSync(join(driver.folder, "package.json"), "utf8"));
    writeFileSync(
      join(driver.folder, "package.json"),
      JSON.stringify({ ...project, main: "test/support/ssh-program.ts" }),
    );
    await switchOn();
    configure(vm.instanceId);
  }, TIMEOUT_MS);

  afterAll(async () => {
    driver?.cleanUp();
    rmSync(provider, { recursive: true });
    await vm?.lose();
    docker("image", "rm", "--force", image, BASE);
  }, TIMEOUT_MS);

  it(
    "ends at once where the machine shows another host key, and puts nothing there",
    async () => {
      configure(vm.instanceId, makeKey().public);
      vm.startSsh();
      const started = Date.now();
      const { code, output } = await driver.up();
      vm.stopSsh();
      expect(code, output).not.toBe(0);
      expect(output).toContain(`another host key than the stack's: ${fingerprint(keys.host)}`);
      // The whole run, most of which is Pulumi's own start; the provider's own command tries for five minutes.
      expect(Date.now() - started).toBeLessThan(120_000);
      expect(containers()).toEqual([]);
      configure(vm.instanceId);
    },
    TIMEOUT_MS,
  );

  it(
    "deploys once the machine is ready, which it waits for",
    async () => {
      const up = driver.up();
      setTimeout(() => vm.startSsh(), 5000);
      setTimeout(() => vm.finishSetUp(), 8000);
      succeeded(await up);
      expect(containers()).toEqual(PARTS.map((part) => `comfy-${STACK}-${part}`));
      expect(docker("ps", "--format", "{{.Names}}")).not.toContain(`comfy-${STACK}`);
    },
    TIMEOUT_MS,
  );

  it("serves who has a key there, and nobody else", async () => {
    expect((await send(access(), "GET", "/system_stats")).status).toBe(401);
    expect((await send(access("worker"), "GET", "/system_stats")).status).toBe(200);
    const { image: rendered } = await render(access("worker"), emptyImageWorkflow(96, 64));
    expect(pngSize(rendered.body)).toEqual({ width: 96, height: 64 });
  }, 60_000);

  it("is reached as docs/operations.md says", async () => {
    const [onMachine = ""] =
      /^on_machine\(\) \{[\s\S]*?^.*"\$@"; \}$/m.exec(readFileSync("docs/operations.md", "utf8")) ?? [];
    const { code, output } = await run(
      "bash",
      ["-c", `${onMachine.replace("-s prod", `-s ${STACK}`)}\non_machine docker ps --format '{{.Names}}'`],
      driver.folder,
      driver.env,
    );
    expect(output.trim().split("\n").sort()).toEqual(PARTS.map((part) => `comfy-${STACK}-${part}`));
    expect(code).toBe(0);
  }, 60_000);

  it("has a meter that lets the machine go once it is idle, holds it up during a job, and measures", async () => {
    const afterQuiet =
      uptime() * 1000 < GRACE_MS ? /^stays on: quiet, but up for only/ : /^powers off: nothing has happened/;
    await powerSays(afterQuiet);
    const job = await send(access("worker"), "POST", "/prompt", {
      client_id: "me",
      prompt: longWorkflow(),
    });
    expect(job.status, String(job.body)).toBe(200);
    await powerSays("stays on: 1 in the queue");
    expect((await send(access("me"), "POST", "/interrupt", {})).status).toBe(200);
    await powerSays(/^stays on: quiet for 0 of/);

    const folder = engine.docker("volume", "inspect", "--format", "{{.Mountpoint}}", `comfy-${STACK}-meter`);
    const lines = readFileSync(join(folder, "metrics.log"), "utf8").trim().split("\n");
    expect(lines.map((line) => JSON.parse(line)).at(-1)).toMatchObject({
      Stack: STACK,
      GatewayUp: 1,
      ComfyUiUp: 1,
      QueueLength: expect.any(Number),
      OpenSockets: expect.any(Number),
      DiskUsed: expect.any(Number),
      CertificateDays: expect.any(Number),
      WatcherAlerts: 0,
    });
  }, 180_000);

  it(
    "has nothing to do the second time, in a fresh checkout",
    async () => {
      rmSync(join(driver.folder, ".comfy"), { recursive: true });
      succeeded(await driver.upUnchanged());
    },
    TIMEOUT_MS,
  );

  it(
    "starts a machine that is found stopped, and then changes what has changed",
    async () => {
      const change = { "stand-in:idleMinutes": IDLE_MINUTES + 1 };
      configure(vm.instanceId, undefined, { ...change, "stand-in:foundStopped": "2026-11-24T08:00:00Z" });
      vm.stopSsh();
      const preview = await run("pulumi", ["preview", "--stack", STACK], driver.folder, driver.env);
      succeeded(preview);
      for (const name of ["vm-wake-up", "docker-host-ready-again", "meter-container"]) {
        expect(preview.output).toContain(name);
      }
      expect(existsSync(join(provider, "woken"))).toBe(false);

      const before = engine.docker("ps", "--quiet").split("\n").sort();
      const up = driver.up();
      for (const end = Date.now() + 120_000; !existsSync(join(provider, "woken")) && Date.now() < end; ) {
        await sleep(200);
      }
      setTimeout(() => vm.startSsh(), 3000);
      succeeded(await up);
      const after = engine.docker("ps", "--quiet").split("\n").sort();
      expect(after.filter((id) => !before.includes(id))).toHaveLength(1);
      expect(after).toHaveLength(before.length);

      // The next run finds it up, and drops the start from the state.
      configure(vm.instanceId, undefined, change);
      succeeded(await driver.up());
      expect(engine.docker("ps", "--quiet").split("\n").sort()).toEqual(after);
      succeeded(await driver.upUnchanged());
    },
    TIMEOUT_MS,
  );

  it(
    "makes everything anew on a replaced machine with other keys, and leaves the data to it",
    async () => {
      const { address } = vm;
      keys = { host: makeKey(), login: makeKey() };
      const before = access("worker");
      const wanted = newInstanceId();
      configure(wanted);
      const again = driver.up();
      for (const end = Date.now() + 120_000; !isWanted(wanted) && Date.now() < end; ) await sleep(200);
      // The old machine still ran when Pulumi deleted what was on it. Its volumes lie on the disk that the next one gets.
      expect(containers()).toEqual([]);
      expect(engine.docker("volume", "ls", "--quiet").split("\n")).toContain(`comfy-${STACK}-output-noexec`);
      await vm.lose();
      await switchOn(wanted);
      expect(vm.address).toBe(address);
      vm.startSsh();
      vm.finishSetUp();
      const { code, output } = await again;
      expect(code, output).toBe(0);
      expect(containers(), output).toEqual(PARTS.map((part) => `comfy-${STACK}-${part}`));
      expect((await send(before, "GET", "/system_stats")).status).toBe(200);
      succeeded(await driver.upUnchanged());
    },
    TIMEOUT_MS,
  );

  it(
    "is destroyed although the machine is lost",
    async () => {
      await vm.lose();
      succeeded(await driver.destroy());
      await switchOn();
    },
    TIMEOUT_MS,
  );
});
