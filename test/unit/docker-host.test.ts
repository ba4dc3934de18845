import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { afterAll, afterEach, describe, expect, it, vi } from "vitest";
import { DockerHost } from "../../components/docker-host";
import type { DockerHostArgs } from "../../components/docker-host/args";
import { Pod } from "../../components/pod";
import { engineCommand, withVariables } from "../../components/shared/command";
import { localImage } from "../../components/shared/image";
import type { Machine } from "../../components/shared/machine";
import { Monitor, type Registration } from "../../infra/embedded/monitor";
import { runProgram, useMonitor } from "../../infra/embedded/sdk";
import { computed } from "../../infra/plan/computed";

const STACK = "mocked-host";
const BASE_IMAGE = `debian:trixie-slim@sha256:${"d".repeat(64)}`;
const HOST_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEdlYXI";

/** What the components of a program asked for. */
interface Asked {
  readonly resources: readonly Registration[];
  /** By component's name: URN of what it is deleted with. */
  readonly deletedWith: Readonly<Record<string, string>>;
  named(name: string): Registration | undefined;
}

/** Runs a program without an engine; nothing is made. */
async function ask(program: () => void): Promise<Asked> {
  const resources: Registration[] = [];
  const deletedWith: Record<string, string> = {};
  class Recorder extends Monitor {
    override registerResource(...request: Parameters<Monitor["registerResource"]>): void {
      const [asked] = request;
      if (!asked.getCustom()) deletedWith[asked.getName()] = asked.getDeletedwith();
      super.registerResource(...request);
    }
  }
  const monitor = new Recorder("comfy-fortress", STACK, (registration) => {
    resources.push(registration);
    return computed(registration);
  });
  useMonitor(monitor, "comfy-fortress", STACK);
  await runProgram(() => {
    program();
  });
  return { resources, deletedWith, named: (name) => resources.find((one) => one.name === name) };
}

afterEach(() => vi.unstubAllEnvs());
afterAll(() => {
  rmSync(`.comfy/build/${STACK}`, { recursive: true, force: true });
  rmSync(`.comfy/ssh/${STACK}`, { recursive: true, force: true });
});

class Instance extends pulumi.ComponentResource {
  constructor() {
    super("test:index:Instance", "vm");
  }
}

function machine(): Machine {
  return {
    instance: new Instance(),
    instanceId: pulumi.output("i-0123456789abcdef0"),
    address: pulumi.output("203.0.113.7"),
    user: "ubuntu",
    privateKey: pulumi.secret("PRIVATE KEY"),
    hostPublicKey: pulumi.output(HOST_KEY),
    gpu: true,
  };
}

const host = (args: Partial<DockerHostArgs> = {}) =>
  new DockerHost("docker-host", { stack: STACK, baseImage: BASE_IMAGE, ...args });
const onMachine = () => ask(() => host({ machine: machine() }));

describe("DockerHost on this machine", () => {
  it("asks the engine that is there, with local commands", async () => {
    // The SDK hands on what the shell says.
    vi.stubEnv("DOCKER_HOST", undefined);
    const { named, deletedWith, resources } = await ask(() => host());
    expect(named("docker-host-engine")?.inputs).toEqual({});
    expect(named("docker-host-base-image")).toMatchObject({
      type: "command:local:Command",
      inputs: {
        create: "sh components/docker-host/base-image.sh",
        environment: { BASE_IMAGE_REFERENCE: BASE_IMAGE, LOCAL_TAG: `comfy-${STACK}-base:trixie`, STACK },
      },
    });
    expect(deletedWith["docker-host"]).toBe("");
    expect(resources.map(({ name }) => name)).not.toContain("docker-host-ready");
  });
});

describe("DockerHost on a machine", () => {
  it("puts nothing there before the machine is ready", async () => {
    const { resources, named } = await onMachine();
    const [first, ...rest] = resources.map(({ name }) => name);
    expect(first).toBe("docker-host-ready");
    expect(rest.sort()).toEqual([
      "docker-host-base-image",
      "docker-host-capacity",
      "docker-host-engine",
      "docker-host-image-sweep",
    ]);
    const { type, inputs, secretKeys } = named("docker-host-ready") ?? {};
    expect(type).toBe("command:local:Command");
    expect(inputs?.stdin).toContain("nvidia-smi");
    expect(inputs?.triggers).toEqual(["i-0123456789abcdef0"]);
    expect(inputs?.environment).toEqual({
      DESTINATION: "ubuntu@203.0.113.7",
      SSH_FOLDER: `.comfy/ssh/${STACK}`,
      REACH_SECONDS: "600",
    });
    expect(secretKeys).toEqual([]);
  });

  it("pins the machine's host key, for commands and for Docker", async () => {
    const { resources, named } = await onMachine();
    const commands = resources.filter(({ type }) => type === "command:remote:Command");
    expect(commands.length).toBe(3);
    for (const { inputs, secretKeys } of commands) {
      expect(inputs.connection).toMatchObject({
        host: "203.0.113.7",
        user: "ubuntu",
        privateKey: "PRIVATE KEY",
        hostKey: HOST_KEY,
      });
      expect(secretKeys).toContain("connection");
      expect(inputs.addPreviousOutputInEnv).toBe(false);
      expect(inputs.environment).toBeUndefined();
    }
    const { host: address, sshOpts, context } = named("docker-host-engine")?.inputs ?? {};
    expect(address).toBe("ssh://ubuntu@203.0.113.7");
    expect(JSON.parse(String(sshOpts))).toEqual(["-F", `.comfy/ssh/${STACK}/config`]);
    expect(readFileSync(`.comfy/ssh/${STACK}/known_hosts`, "utf8")).toBe(`comfy-${STACK}-vm ${HOST_KEY}\n`);
    expect(context).toBe("");
    expect(named("docker-host-engine")?.secretKeys).toEqual([]);
    expect(readFileSync(`.comfy/ssh/${STACK}/key`, "utf8")).toBe("PRIVATE KEY\n");
  });

  it("makes the base image there, by a script that travels on standard input", async () => {
    const { create, stdin } = (await onMachine()).named("docker-host-base-image")?.inputs ?? {};
    expect(create).toBe(
      `export BASE_IMAGE_REFERENCE='${BASE_IMAGE}'\nexport LOCAL_TAG='comfy-${STACK}-base:trixie'\nexport STACK='${STACK}'\nexec sh -c "$(cat)"`,
    );
    expect(stdin).toBe(readFileSync("components/docker-host/base-image.sh", "utf8"));
  });

  it("lets everything on it go with it, of whatever component", async () => {
    const { deletedWith, named, resources } = await ask(() => {
      const engine = host({ machine: machine() });
      new Pod("pod", { engine, audience: "everyone", ipv6: false, publishPort: 443 });
    });
    const withInstance = expect.stringMatching(/test:index:Instance::vm$/);
    expect(deletedWith).toMatchObject({ "docker-host": withInstance, pod: withInstance, vm: "" });
    // Each resource itself: the real engine replaces by that alone.
    expect(resources.map((resource) => resource.deletedWith)).toEqual(resources.map(() => withInstance));
    expect(resources.length).toBeGreaterThan(9);
    expect(named("pod-firewall")?.type).toBe("command:remote:Command");
    // Pulumi deletes what is replaced while the old machine still runs: the data must be left where it lies.
    for (const { type, retainOnDelete } of resources) {
      expect(retainOnDelete, type).toBe(type === "docker:index/volume:Volume");
    }
  });

  it("has every component that puts something on the engine say so", () => {
    const sources = readdirSync("components", { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".ts"))
      .map((file) => readFileSync(join("components", file), "utf8"))
      .filter(
        (text) => /\bsuper\("comfy:/.test(text) && /engine\.provider|engineCommand\(|localImage\(/.test(text),
      );
    expect(sources.length).toBeGreaterThan(5);
    for (const text of sources) {
      expect(text).toMatch(/super\("comfy:[^;]*onEngine\(/);
    }
  });

  it.each([
    ["DOCKER_CONTEXT", "desktop-linux"],
    ["DOCKER_CERT_PATH", "/home/me/certs"],
  ])("refuses to start while %s would lead to another engine", async (name, set) => {
    vi.stubEnv(name, set);
    rmSync(`.comfy/ssh/${STACK}`, { recursive: true, force: true });
    await ask(() => {
      expect(() => host({ machine: machine() })).toThrow(new RegExp(`${name} is set to "${set}"`));
    });
    expect(existsSync(`.comfy/ssh/${STACK}`)).toBe(false);
    await ask(host);
  });
});

describe("an engine's images", () => {
  const PULLED = `registry.example.com/pod@sha256:${"a".repeat(64)}`;

  it("are pulled by digest where one is named for the part, and built where none is", async () => {
    const { named } = await ask(() => {
      const engine = host({ images: { pod: PULLED } });
      const image = (part: "gateway" | "pod") =>
        localImage(`${part}-image`, { engine, part, context: "context" }, {}).repoDigest;
      engineCommand("uses", { engine, create: image("pod") }, {});
      image("gateway");
    });
    expect(named("pod-image")).toMatchObject({
      type: "docker:index/remoteImage:RemoteImage",
      // By force: an image that a container still uses must not keep a machine from being replaced.
      inputs: { name: PULLED, forceRemove: true },
    });
    expect(named("uses")?.inputs.create).toMatch(/^sha256:/);
    expect(named("gateway-image")?.type).toBe("docker:index/image:Image");
  });

  it("come from a registry that the provider logs in to", async () => {
    const login = { address: "https://registry.example.com", username: "AWS", password: "token" };
    const { named } = await ask(() => host({ registryAuth: [login] }));
    expect(JSON.parse(String(named("docker-host-engine")?.inputs.registryAuth))).toEqual([login]);
  });
});

describe("a command on the engine", () => {
  it.each(["", "plain", "two words", "it's", '"$(touch /tmp/x)"', "`id`\n$HOME\\"])(
    "sees the variable %j as it is",
    (text) => {
      const script = withVariables({ VALUE: text }, 'printf %s "$VALUE"');
      expect(spawnSync("sh", ["-c", script], { encoding: "utf8" }).stdout).toBe(text);
    },
  );

  it("refuses a name that is no variable's", () => {
    expect(() => withVariables({ "A;id": "" }, "true")).toThrow('"A;id" is not a variable\'s name');
  });

  it("has its variables in each of its scripts on a machine", async () => {
    const scripts = { create: "one", update: pulumi.output("two"), delete: "three" };
    const { named } = await ask(() => {
      const engine = { machine: machine() };
      engineCommand("command", { engine, ...scripts, environment: { A: "b" }, stdin: "in" }, {});
    });
    expect(named("command")?.inputs).toMatchObject({
      create: "export A='b'\none",
      update: "export A='b'\ntwo",
      delete: "export A='b'\nthree",
      stdin: "in",
    });
  });
});
