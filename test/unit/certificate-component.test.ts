import { rmSync } from "node:fs";
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { Certificate } from "../../components/certificate";
import type { CertificateArgs } from "../../components/certificate/args";
import { expectPosture } from "../support/posture";

const STACK = "mocked-certificate";

/** A resource as the component registered it. */
interface Registered {
  readonly type: string;
  readonly name: string;
  // biome-ignore lint/suspicious/noExplicitAny: inputs are whatever the resource type takes
  readonly inputs: any;
}
let registered: Registered[];

beforeEach(async () => {
  registered = [];
  await pulumi.runtime.setMocks(
    {
      call: ({ inputs }) => inputs,
      newResource: ({ type, name, inputs }) => {
        registered.push({ type, name, inputs });
        return { id: `${name}-id`, state: { ...inputs, repoDigest: "sha256:image" } };
      },
    },
    "comfy-fortress",
    STACK,
  );
});
afterAll(() => rmSync(`.comfy/build/${STACK}`, { recursive: true, force: true }));

/** Makes the component. @returns its container's inputs and the export volume's name */
async function make(change: Partial<CertificateArgs>) {
  const engine = {
    stack: STACK,
    provider: new docker.Provider("engine", {}),
    baseImage: pulumi.output("comfy-fortress/base:trixie"),
    capacity: pulumi.output({ cpus: 2, memoryMiB: 8192 }),
  };
  const certificate = new Certificate("certificate", {
    engine,
    domains: ["comfy.example.com"],
    email: "admin@example.com",
    dns: { host: "hooks", folder: "/srv/dns" },
    ...change,
  });
  const exportVolume = await new Promise((resolve) => certificate.exportVolume.apply(resolve));
  return { exportVolume, container: registered.find(({ name }) => name === "certificate-container")?.inputs };
}

describe("Certificate", () => {
  it("runs outside the pod, hardened, with its two volumes and the hooks", async () => {
    const { container, exportVolume } = await make({});
    expect(container.networkMode).toBe(`comfy-${STACK}-certificate-network`);
    expectPosture("certificate", container);
    expect(container.mounts).toEqual([
      { type: "volume", source: `comfy-${STACK}-letsencrypt-noexec`, target: "/etc/letsencrypt" },
      { type: "volume", source: `comfy-${STACK}-certificate-export-noexec`, target: "/export" },
      { type: "bind", source: "/srv/dns", target: "/etc/dns-host", readOnly: true },
    ]);
    expect(exportVolume).toBe(`comfy-${STACK}-certificate-export-noexec`);
  });

  it("uses the machine's network only where it needs the machine's role", async () => {
    const { container } = await make({ dns: { host: "route53", zoneId: "Z0123456789ABCDEFGHIJ" } });
    expect(container.networkMode).toBe("host");
    expect(registered.filter(({ type }) => type === "docker:index/network:Network")).toEqual([]);
  });

  it("names every child after itself and labels what it makes", async () => {
    await make({});
    const children = registered.filter(({ type }) => type.startsWith("docker:"));
    const volume = (part: string) =>
      ["", "-empty", "-noexec", "-work"].map((suffix) => `certificate-${part}${suffix}`);
    expect(children.map(({ name }) => name).sort()).toEqual([
      ...volume("certificate-export"),
      "certificate-container",
      "certificate-image",
      ...volume("letsencrypt"),
      "certificate-network",
    ]);
    for (const { name, inputs } of children.filter(({ name }) => name !== "certificate-image")) {
      expect(inputs.labels, name).toEqual([{ label: "comfy-fortress.stack", value: STACK }]);
    }
  });

  it("refuses at preview what cannot work, with all reasons, and makes nothing", async () => {
    await expect(make({ challenge: "http-01", domains: ["*"] })).rejects.toMatchObject({
      errors: [{ propertyPath: "domains[0]" }, { propertyPath: "challenge" }],
    });
    expect(registered.filter(({ type }) => type.startsWith("docker:"))).toEqual([]);
  });
});
