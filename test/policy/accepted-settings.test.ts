/** Whatever the settings accept, the policies do too: nobody is to choose between a setting and `npm start`. */
import { generateKeyPairSync } from "node:crypto";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { judgeProgram } from "../../infra/embedded/judgement";
import { testCertificate } from "../support/test-certificate";

const PROJECT = "comfy-fortress";
const STACK = "test-accepted";
const SHA256 = "6ce0161689b3853acaa03779ec93eafe75a02f4ced659bee03f50797806fa2fa";

let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "comfy-fortress-settings-"));
  writeFileSync(join(folder, "ca.pem"), (await testCertificate(["ca.example.com"])).certificate);
  for (const hook of ["auth-hook", "cleanup-hook"]) {
    writeFileSync(join(folder, hook), "#!/bin/sh\n");
    chmodSync(join(folder, hook), 0o755);
  }
});
afterAll(() => {
  rmSync(folder, { recursive: true });
  rmSync(`.comfy/build/${STACK}`, { recursive: true, force: true });
});

const publicKey = () =>
  generateKeyPairSync("ec", { namedCurve: "P-256" }).publicKey.export({ type: "spki", format: "pem" });

const CASES: Readonly<Record<string, () => Record<string, unknown>>> = {
  // Decided in the settings, its start is known to whoever judges, and so is what the watcher is told of it.
  "the stand-in by its name": () => ({ comfyui: { source: "stand-in" } }),
  "models, and a CA of one's own": () => ({
    models: [
      { url: `https://models.example.com/${SHA256}/base.safetensors`, sha256: SHA256, folder: "checkpoints" },
    ],
    build: { caBundle: join(folder, "ca.pem") },
  }),
  "every method, keys of another issuer, and passwords of one's own": () => ({
    methods: ["apiKey", "basic", "jwt", "mtls"],
    requireClientCertificate: true,
    jwt: { keys: [{ kid: "idp-1", algorithm: "ES256", key: publicKey(), role: "worker" }] },
    clients: [
      { name: "anna", role: "user", password: "violet tundra kettle 7", generation: 3 },
      { name: "back-end", role: "worker", rate: "600r/m", burst: 50, expires: "2030-01-31" },
    ],
    session: { generation: 2, retirePrevious: true },
  }),
  "Let's Encrypt by hooks, on the internet": () => ({
    domain: "comfy.example.com",
    ipv6: true,
    allowedCidrs: ["203.0.113.0/24", "2001:db8::/32"],
    certificate: "letsencrypt",
    acme: { email: "admin@example.com", dnsHooks: folder, caBundle: join(folder, "ca.pem") },
  }),
  "Let's Encrypt by Route 53": () => ({
    domain: "comfy.example.com",
    certificate: "letsencrypt",
    acme: { email: "admin@example.com", zoneId: "Z0123456789ABCDEFGHIJ", directoryUrl: "staging" },
  }),
  "an official ComfyUI on a GPU, with a list of nodes and a watcher that stops it": () => ({
    comfyui: {
      source: "official",
      accelerator: "cuda",
      torchIndex: "https://mirror.example.com/whl/cu130",
      customNodes: [{ url: "https://git.example.com/some/nodes", commit: SHA256.slice(0, 40) }],
      deniedNodes: ["SomeNode"],
      allowedNodes: ["EmptyImage", "SaveImage"],
    },
    watcher: { action: "stop" },
  }),
};

function judged(stack: string, config: Record<string, string>): Promise<string | undefined> {
  vi.resetModules();
  return judgeProgram({
    project: PROJECT,
    stack,
    config,
    program: async () => ({ ...(await import("../../infra/index.js")) }),
  });
}

describe("the policies on what the settings accept", () => {
  it.each(Object.entries(CASES))(
    "%s",
    async (_, settings) => {
      const config = Object.entries(settings()).map(([key, value]) => [
        `${PROJECT}:${key}`,
        typeof value === "string" ? value : JSON.stringify(value),
      ]);
      // Advice there may be: client certificates hold for a year.
      await expect(judged(STACK, Object.fromEntries(config))).resolves.not.toThrow();
    },
    60_000,
  );

  it.each(["comfyui", "my-comfyui-2", "certbot", "ssh-token", "docker-sock", "test-secret-key"])(
    "a stack that is called %s",
    async (stack) => {
      try {
        await expect(judged(stack, {})).resolves.not.toThrow();
      } finally {
        rmSync(`.comfy/build/${stack}`, { recursive: true, force: true });
      }
    },
    60_000,
  );
});
