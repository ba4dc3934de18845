import { rmSync } from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

/** A resource as the program registered it. */
interface Registered {
  readonly type: string;
  readonly name: string;
  // biome-ignore lint/suspicious/noExplicitAny: inputs are whatever the resource type takes
  readonly inputs: any;
}

const STACK = "mocked";
const SECRET_HEX = "5e".repeat(32);
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
        const made: Record<string, string> = {
          repoDigest: `sha256:${name}`,
          stdout: name === "comfyui-source" ? "stand-in" : `stdout of ${name}`,
          hex: SECRET_HEX,
          certPem: `certificate of ${name}`,
          privateKeyPem: `PRIVATE KEY of ${name}`,
          certRequestPem: `request of ${name}`,
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
}, 60_000);

afterAll(() => rmSync(`.comfy/build/${STACK}`, { recursive: true, force: true }));

describe("the whole program, under mocks", () => {
  it("registers something", () => {
    expect(
      containers()
        .map((c) => c.inputs.name)
        .sort(),
    ).toEqual([
      `comfy-${STACK}-authorizer`,
      `comfy-${STACK}-comfyui`,
      `comfy-${STACK}-gateway`,
      `comfy-${STACK}-pod`,
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

  it("puts gateway, authorizer and ComfyUI into the pod's namespace, after its firewall", () => {
    const joined = containers().filter((c) => c.name !== "pod-container");
    expect(joined).toHaveLength(3);
    for (const { inputs } of joined) {
      expect(inputs.networkMode).toBe("container:pod-container-id");
    }
    const order = registered.map((r) => r.name);
    for (const { name } of joined) {
      expect(order.indexOf("pod-firewall")).toBeLessThan(order.indexOf(name));
    }
  });

  it("hardens every container", () => {
    for (const { inputs, name } of containers()) {
      expect(inputs.readOnly, name).toBe(true);
      expect(inputs.capabilities.drops, name).toEqual(["ALL"]);
      expect(inputs.securityOpts, name).toEqual(["no-new-privileges:true"]);
      expect(inputs.ipcMode, name).toBe("private");
      expect(inputs.privileged, name).toBeUndefined();
      expect(inputs.envs, name).toBeUndefined();
      for (const options of Object.values(inputs.tmpfs)) {
        expect(options, name).toMatch(/nosuid,nodev,noexec/);
      }
    }
    const withCapabilities = containers().filter((c) => c.inputs.capabilities.adds !== undefined);
    expect(withCapabilities.map((c) => c.name)).toEqual(["pod-container"]);
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
