/** The program with a certificate from an ACME authority; program.test.ts shows the rest. */
import { rmSync } from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { expectPosture, TEST_CAPACITY } from "../support/posture";

/** A resource as the program registered it. */
interface Registered {
  readonly type: string;
  readonly name: string;
  // biome-ignore lint/suspicious/noExplicitAny: inputs are whatever the resource type takes
  readonly inputs: any;
}

const STACK = "mocked-letsencrypt";
const HOOKS = "test/certificate/lab";
const registered: Registered[] = [];
const inputsOf = (name: string) => registered.find((resource) => resource.name === name)?.inputs;

let outputs: Record<string, pulumi.Output<unknown>>;

beforeAll(async () => {
  await pulumi.runtime.setMocks(
    {
      call: ({ inputs }) => inputs,
      newResource: ({ type, name, inputs }) => {
        registered.push({ type, name, inputs });
        const made = {
          repoDigest: `sha256:${name}`,
          stdout: { "comfyui-source": "stand-in", "docker-host-capacity": TEST_CAPACITY }[name] ?? "",
          mountpoint: `/volumes/${inputs.name}`,
          hex: "5e".repeat(32),
          certPem: `certificate of ${name}`,
          privateKeyPem: `PRIVATE KEY of ${name}`,
          networkDatas: [{ gateway: "172.18.0.1", ipv6Gateway: "fd00::1" }],
        };
        return { id: `${name}-id`, state: { ...inputs, ...made } };
      },
    },
    "comfy-fortress",
    STACK,
  );
  pulumi.runtime.setAllConfig({
    "comfy-fortress:domain": "comfy.example.com",
    "comfy-fortress:port": "443",
    "comfy-fortress:ipv6": "true",
    "comfy-fortress:allowedCidrs": JSON.stringify(["192.0.2.0/24", "fd00::1"]),
    "comfy-fortress:certificate": "letsencrypt",
    "comfy-fortress:acme": JSON.stringify({ email: "admin@example.com", dnsHooks: `./${HOOKS}` }),
  });
  await pulumi.runtime.runInPulumiStack(async () => {
    const { endpoint, caCertificate } = await import("../../infra/index.js");
    outputs = { endpoint, caCertificate };
    return outputs;
  });
}, 60_000);

afterAll(() => rmSync(`.comfy/build/${STACK}`, { recursive: true, force: true }));

describe("the whole program with certificate letsencrypt, under mocks", () => {
  it("runs Certbot outside the pod, on a network of its own, publishing nothing", () => {
    const certificate = inputsOf("certificate-container");
    expect(certificate.networkMode).toBe(`comfy-${STACK}-certificate-network`);
    expect(inputsOf("certificate-network").name).toBe(certificate.networkMode);
    expect(inputsOf("pod-container").networkMode).toBe(`comfy-${STACK}-network`);
    expect(certificate.ports).toBeUndefined();
  });

  it("hardens it like every other container", () => {
    for (const part of ["certificate", "gateway"]) {
      const inputs = registered.find(({ inputs }) => inputs.name === `comfy-${STACK}-${part}`)?.inputs;
      expectPosture(part, inputs);
    }
  });

  it("asks Let's Encrypt for the domain, with the hooks read-only", () => {
    const { envs, mounts } = inputsOf("certificate-container");
    expect(envs).toHaveLength(1);
    const asked: string[] = JSON.parse(envs[0].slice(envs[0].indexOf("=") + 1)).certbotArguments;
    expect(asked).toContain("https://acme-v02.api.letsencrypt.org/directory");
    expect(asked[asked.indexOf("--domain") + 1]).toBe("comfy.example.com");
    expect(mounts).toContainEqual({
      type: "bind",
      source: `${process.cwd()}/${HOOKS}`,
      target: "/etc/dns-host",
      readOnly: true,
    });
  });

  it("hands the certificate to nginx only, read-only, by a volume that has its owner by then", () => {
    const offered = `comfy-${STACK}-certificate-export-noexec`;
    const takers = registered.filter(({ type, inputs }) => {
      const volumes: { volumeName: string }[] = inputs.volumes ?? [];
      return type.endsWith(":Container") && volumes.some(({ volumeName }) => volumeName === offered);
    });
    expect(takers.map(({ name }) => name)).toEqual(["gateway-nginx-container"]);
    const { envs, volumes } = inputsOf("gateway-nginx-container");
    expect(envs).toEqual(["CERTIFICATE_HOST=comfy.example.com"]);
    expect(volumes).toContainEqual({
      volumeName: offered,
      containerPath: "/run/certificate",
      readOnly: true,
    });
    const order = registered.map(({ name }) => name);
    expect(order.indexOf("certificate-container")).toBeLessThan(order.indexOf("gateway-nginx-container"));
  });

  it("gives nginx no other server certificate", () => {
    const { stdin } = inputsOf("gateway-nginx-config");
    expect(stdin.value).toContain("/etc/comfy-gateway/certificate/current/fullchain.pem");
    expect(stdin.value).not.toContain("PRIVATE KEY");
    expect(stdin.value).not.toContain("tls/server");
  });

  it("publishes on IPv4 and IPv6, once the engine is known to keep IPv6 addresses", () => {
    const port = { external: 443, protocol: "tcp" };
    expect(inputsOf("pod-container").ports).toEqual([
      { ...port, internal: 8443, ip: "0.0.0.0" },
      { ...port, internal: 8444, ip: "::" },
    ]);
    expect(inputsOf("pod-network")).toMatchObject({
      ipv6: true,
      ipamConfigs: [{ subnet: expect.stringMatching(/^fd.*::\/64$/) }],
    });
    const order = registered.map(({ name }) => name);
    expect(order.indexOf("pod-ipv6-check")).toBeGreaterThan(-1);
    expect(order.indexOf("pod-ipv6-check")).toBeLessThan(order.indexOf("pod-container"));
    expect(inputsOf("gateway-nginx-config").stdin.value).toContain("listen [::]:8444 ssl;");
  });

  it("lets the listed connect, and nobody whom Docker's proxy hides", () => {
    expect(inputsOf("gateway-nginx-config").stdin.value).toContain(
      'geo $outsider {\n    default 1;\n    192.0.2.0/24 "";\n    172.18.0.1 1;\n    fd00::1 1;\n  }',
    );
  });

  it("still hands out its own authority, for client certificates", async () => {
    const value = (name: string) => new Promise((resolve) => outputs[name]?.apply(resolve));
    expect(await value("endpoint")).toBe("https://comfy.example.com");
    expect(await value("caCertificate")).toBe("certificate of pki-ca");
  });
});
