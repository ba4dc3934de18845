import { readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { CONTAINERS, expectPosture, TEST_CAPACITY } from "../support/posture";

/** A resource as the program registered it. */
interface Registered {
  readonly type: string;
  readonly name: string;
  // biome-ignore lint/suspicious/noExplicitAny: inputs are whatever the resource type takes
  readonly inputs: any;
}

const STACK = "mocked";
const SECRET_HEX = "5e".repeat(32);
const STDOUT: Record<string, string> = {
  "comfyui-source": "stand-in",
  "docker-host-capacity": TEST_CAPACITY,
};
const registered: Registered[] = [];
const ofType = (type: string) => registered.filter((resource) => resource.type === type);
const containers = () => ofType("docker:index/container:Container");
const named = (name: string) => registered.find((resource) => resource.name === name);

let outputs: Record<string, pulumi.Output<unknown>>;

/** Mocks see a secret input as an object with this marker around its value. */
const isSecret = (input: object) => "4dabf18193072939515e22adb298388d" in input;

beforeAll(async () => {
  await pulumi.runtime.setMocks(
    {
      call: ({ inputs }) => inputs,
      newResource: ({ type, name, inputs }) => {
        registered.push({ type, name, inputs });
        const made = {
          repoDigest: `sha256:${name}`,
          stdout: STDOUT[name] ?? `stdout of ${name}`,
          mountpoint: `/volumes/${inputs.name}`,
          hex: SECRET_HEX,
          certPem: `certificate of ${name}`,
          privateKeyPem: `PRIVATE KEY of ${name}`,
          certRequestPem: `request of ${name}`,
          networkDatas: [{ gateway: "172.18.0.1", ipv6Gateway: "" }],
        };
        const networkDatas = [{ ipAddress: "172.18.0.2" }];
        return { id: `${name}-id`, state: { ...inputs, ...made, networkDatas } };
      },
    },
    "comfy-fortress",
    STACK,
  );
  pulumi.runtime.setAllConfig({});
  await pulumi.runtime.runInPulumiStack(async () => {
    const { endpoint, caCertificate, metrics, clients, images } = await import("../../infra/index.js");
    outputs = { endpoint, caCertificate, metrics, clients, images };
    return outputs;
  });
  // No output waits for it.
  await vi.waitFor(() => expect(named("watcher-container")).toBeDefined(), 10_000);
}, 60_000);

afterAll(() => rmSync(`.comfy/build/${STACK}`, { recursive: true, force: true }));

/** All but the pod's members. */
const OUTSIDE_THE_POD = ["pod-container", "watcher-container", "comfyui-trial-container"];

describe("the whole program, under mocks", () => {
  it("registers something", () => {
    expect(
      containers()
        .map((c) => c.inputs.name)
        .sort(),
    ).toEqual([
      `comfy-${STACK}-authorizer`,
      `comfy-${STACK}-comfyui`,
      `comfy-${STACK}-comfyui-trial`,
      `comfy-${STACK}-gateway`,
      `comfy-${STACK}-pod`,
      `comfy-${STACK}-watcher`,
    ]);
  });

  it("names every child after its component", () => {
    const components = registered.filter((r) => r.type.startsWith("comfy:index:")).map((r) => r.name);
    const others = registered.filter(
      (r) => !r.type.startsWith("comfy:index:") && r.type !== "pulumi:pulumi:Stack",
    );
    for (const { name } of others) {
      expect(
        components.some((component) => name.startsWith(`${component}-`)),
        name,
      ).toBe(true);
    }
    expect(new Set(registered.map((r) => `${r.type}::${r.name}`)).size).toBe(registered.length);
  });

  it("publishes one port, on the pod, on loopback", () => {
    const published = containers().flatMap((c) =>
      (c.inputs.ports ?? []).map((port: object) => [c.name, port]),
    );
    expect(published).toEqual([
      ["pod-container", { internal: 8443, external: 8443, ip: "127.0.0.1", protocol: "tcp" }],
    ]);
  });

  it("needs no IPv6 and lets everyone connect who reaches it", () => {
    expect(named("pod-network")?.inputs.ipv6).toBeUndefined();
    expect(named("pod-ipv6-check")).toBeUndefined();
    const nginx: string = named("gateway-nginx-config")?.inputs.stdin.value;
    expect(nginx).not.toContain("listen [::]");
    expect(nginx).toContain('geo $outsider {\n    default "";\n  }');
  });

  it("puts gateway, authorizer and ComfyUI into the pod's namespace, after its firewall", () => {
    const joined = containers().filter((c) => !OUTSIDE_THE_POD.includes(c.name));
    expect(joined).toHaveLength(3);
    for (const { inputs } of joined) {
      expect(inputs.networkMode).toBe("container:pod-container-id");
    }
    const order = registered.map((r) => r.name);
    for (const { name } of joined) {
      expect(order.indexOf("pod-firewall")).toBeLessThan(order.indexOf(name));
    }
  });

  it("hardens every container, each with its own limits and nothing else of its own", () => {
    for (const { inputs } of containers()) {
      expectPosture(inputs.name.slice(`comfy-${STACK}-`.length), inputs);
      expect(inputs.envs, inputs.name).toBeUndefined();
      expect(inputs.gpus, inputs.name).toBeUndefined();
    }
  });

  it("makes no container but through the shared posture", () => {
    const sources = readdirSync("components", { recursive: true, encoding: "utf8" })
      .concat("../infra/comfy-fortress.ts", "../infra/index.ts")
      .filter((file) => file.endsWith(".ts"));
    const makers = sources.filter((file) =>
      /new docker\.Container\(/.test(readFileSync(join("components", file), "utf8")),
    );
    expect(makers).toEqual(["shared/container.ts"]);
  });

  it("keeps the users of different containers apart", () => {
    // The watcher is ComfyUI's user on purpose: that is what it can look by without a capability.
    const { watcher, meter, "comfyui-trial": trial, ...others } = CONTAINERS;
    expect(trial?.user).toBe(others.comfyui?.user);
    expect(watcher?.user).toBe(others.comfyui?.user);
    expect(meter?.user).toBe(others.authorizer?.user);
    const users = Object.values(others).map(({ user }) => user);
    expect(new Set(users).size).toBe(users.length);
  });

  it("mounts nothing to write to that could be executed from", () => {
    const options = new Map(
      ofType("docker:index/volume:Volume").map(({ inputs }) => [inputs.name, inputs.driverOpts?.o ?? ""]),
    );
    const written = containers().flatMap(({ inputs }) =>
      (inputs.volumes ?? []).filter(({ readOnly }: { readOnly?: boolean }) => readOnly !== true),
    );
    expect(written.map(({ containerPath }) => containerPath).sort()).toEqual([
      "/data/input",
      "/data/output",
      "/data/user",
      "/etc/comfy-authorizer",
      "/etc/comfy-gateway",
      "/run/pod",
      "/run/tally",
      "/run/tally",
      "/run/watcher",
    ]);
    for (const { volumeName, hostPath } of written) {
      expect(hostPath).toBeUndefined();
      expect(options.get(volumeName), volumeName).toContain("nosuid,nodev,noexec");
    }
  });

  it("lays an overlay over each volume's data, which keeps its name", () => {
    expect(named("comfyui-output-noexec")?.inputs).toMatchObject({
      name: `comfy-${STACK}-output-noexec`,
      driver: "local",
      driverOpts: {
        type: "overlay",
        device: "overlay",
        o: `lowerdir=/volumes/comfy-${STACK}-output-empty,upperdir=/volumes/comfy-${STACK}-output,workdir=/volumes/comfy-${STACK}-output-work,nosuid,nodev,noexec`,
      },
    });
  });

  it("tries a new ComfyUI without a network, and with nothing to write to that outlives the trial", () => {
    const { networkMode, entrypoints, command, volumes } = named("comfyui-trial-container")?.inputs ?? {};
    expect({ networkMode, entrypoints, command }).toEqual({
      networkMode: "none",
      entrypoints: ["/usr/local/bin/comfyui"],
      command: ["trial"],
    });
    expect(volumes).toEqual([
      { volumeName: `comfy-${STACK}-models`, containerPath: "/data/models", readOnly: true },
    ]);
    const order = registered.map((r) => r.name);
    expect(order.indexOf("comfyui-trial")).toBeLessThan(order.indexOf("comfyui-container"));
  });

  it("gives the watcher no network and nothing of the pod's to write to, and tells it what the engine runs", () => {
    const { networkMode, volumes, command } = named("watcher-container")?.inputs ?? {};
    expect(networkMode).toBe("none");
    expect(volumes).toEqual([
      { volumeName: `comfy-${STACK}-watcher-noexec`, containerPath: "/run/watcher" },
      { volumeName: `comfy-${STACK}-pod-run`, containerPath: "/run/pod", readOnly: true },
    ]);
    const { entrypoints, command: start, healthcheck } = named("comfyui-container")?.inputs ?? {};
    expect(JSON.parse(command[1])).toEqual({
      comfyuiContainerId: "comfyui-container-id",
      engineCommands: [[...entrypoints, ...start], healthcheck.tests.slice(1)],
      gpu: false,
      action: "alert",
      clear: `docker exec comfy-${STACK}-watcher node /opt/watcher/watcher.js clear`,
    });
  });

  it("fetches no models unless it is asked to", () => {
    expect(registered.filter(({ name }) => name.startsWith("models"))).toEqual([]);
  });

  it("shows ComfyUI its models read-only", () => {
    expect(named("comfyui-container")?.inputs.volumes).toContainEqual({
      volumeName: `comfy-${STACK}-models`,
      containerPath: "/data/models",
      readOnly: true,
    });
  });

  it("starts each member of the pod behind the firewall, and looks whether it still is", () => {
    const members = containers().filter((c) => !OUTSIDE_THE_POD.includes(c.name));
    for (const { inputs, name } of members) {
      expect(inputs.entrypoints.slice(0, 2), name).toEqual(["/bin/sh", "-c"]);
      expect(inputs.entrypoints[2], name).toContain("/proc/self/ns/net");
      expect(inputs.healthcheck.tests[3], name).toContain("kill -TERM 1");
      expect(inputs.volumes, name).toContainEqual({
        volumeName: `comfy-${STACK}-pod-run`,
        containerPath: "/run/pod",
        readOnly: true,
      });
    }
    expect(named("comfyui-container")?.inputs.healthcheck.startPeriod).toBe("5m0s");
    const ports = members.map(({ inputs }) => /:([0-9A-F]{4}) 0/.exec(inputs.healthcheck.tests[3])?.[1]);
    expect(ports.map((hex) => Number.parseInt(hex ?? "", 16)).sort()).toEqual([8188, 8190, 8443]);
  });

  it("labels everything that Docker keeps", () => {
    const label = { label: "comfy-fortress.stack", value: STACK };
    const types = ["container:Container", "network:Network", "volume:Volume"].map((t) => `docker:index/${t}`);
    for (const { inputs, name } of registered.filter((r) => types.includes(r.type))) {
      expect(inputs.labels, name).toContainEqual(label);
    }
    for (const { inputs, name } of ofType("docker:index/image:Image")) {
      expect(inputs.build.args.STACK, name).toBe(STACK);
      expect(inputs.skipPush, name).toBe(true);
      expect(inputs.buildOnPreview, name).toBe(false);
    }
  });

  it("runs images by id only", () => {
    for (const { inputs, name } of containers()) {
      expect(inputs.image, name).toMatch(/^sha256:/);
    }
  });

  it("gives no container, image or command line a secret", () => {
    const exposed = registered
      .filter((r) => r.type.startsWith("docker:"))
      .concat(
        ofType("command:local:Command").map((r) => ({ ...r, inputs: { ...r.inputs, stdin: undefined } })),
      );
    expect(exposed.length).toBeGreaterThan(8);
    for (const { inputs, name } of exposed) {
      expect(JSON.stringify(inputs), name).not.toContain(SECRET_HEX);
      expect(JSON.stringify(inputs), name).not.toContain("PRIVATE KEY");
    }
  });

  it("gives the gateway its secrets on standard input: the key's digest, never the key", () => {
    const withInput = ofType("command:local:Command").filter((r) => r.inputs.stdin !== undefined);
    expect(withInput.length).toBeGreaterThan(1);
    for (const { inputs, name } of withInput) {
      expect(isSecret(inputs.stdin), name).toBe(true);
    }
    const all = withInput.map((r) => r.inputs.stdin.value).join("\n");
    expect(all).toContain("PRIVATE KEY of pki-server-key");
    expect(all).toContain('"deniedNodes": []');
    expect(all).not.toContain(SECRET_HEX);
    expect(all).not.toContain("PRIVATE KEY of pki-ca-key");
  });

  it("hands out the documented outputs, the credentials as secrets", async () => {
    const value = (name: string) => new Promise((resolve) => outputs[name]?.apply(resolve));
    expect(await value("endpoint")).toBe("https://localhost:8443");
    expect(await value("caCertificate")).toBe("certificate of pki-ca");
    expect(await value("metrics")).toBe("http://172.18.0.2:9145/metrics");
    expect(await value("clients")).toEqual({
      worker: { apiKey: `cf_${SECRET_HEX}` },
      me: { apiKey: `cf_${SECRET_HEX}` },
    });
    expect(await value("images")).toMatchObject({ comfyuiCommit: "stand-in" });
    expect(await pulumi.isSecret(outputs.clients ?? pulumi.output(0))).toBe(true);
  });

  it("keeps the CA for ten years, the server certificate for one, and the CA's key to itself", () => {
    const ca = named("pki-ca")?.inputs;
    const server = named("pki-server")?.inputs;
    expect(ca).toMatchObject({ isCaCertificate: true, validityPeriodHours: 3650 * 24 });
    expect(ca.allowedUses).toEqual(["cert_signing", "crl_signing"]);
    expect(server.validityPeriodHours).toBe(365 * 24);
    expect(server.allowedUses).toEqual(["digital_signature", "server_auth"]);
    expect(server.isCaCertificate).toBeUndefined();
  });
});
