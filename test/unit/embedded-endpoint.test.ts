import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { PassThrough } from "node:stream";
import { stripVTControlCharacters } from "node:util";
import type Docker from "dockerode";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { checkPort, waitUntilReady } from "../../infra/embedded/endpoint";
import type { Context } from "../../infra/embedded/handlers/handler";
import {
  certRequest,
  locallySignedCert,
  privateKey,
  selfSignedCert,
} from "../../infra/embedded/handlers/tls";
import { Progress } from "../../infra/embedded/progress";
import type { Properties } from "../../infra/embedded/values";

let tls: { key: string; cert: string; ca: string };
let server: Server | undefined;

beforeAll(async () => {
  const made = async (handler: typeof privateKey, inputs: Properties) =>
    (await handler.create(inputs, {} as Context, () => {})).outputs;
  const key = (await made(privateKey, { algorithm: "ECDSA", ecdsaCurve: "P256" })).privateKeyPem;
  const subject = { commonName: "CA" };
  const ca = await made(selfSignedCert, {
    privateKeyPem: key,
    subject,
    isCaCertificate: true,
    allowedUses: ["cert_signing"],
    validityPeriodHours: 1,
  });
  const request = await made(certRequest, { privateKeyPem: key, dnsNames: ["comfy.example.com"] });
  const leaf = await made(locallySignedCert, {
    certRequestPem: request.certRequestPem,
    caCertPem: ca.certPem,
    caPrivateKeyPem: key,
    allowedUses: ["digital_signature", "server_auth"],
    validityPeriodHours: 1,
  });
  tls = { key: String(key), cert: String(leaf.certPem), ca: String(ca.certPem) };
});
afterEach(() => server?.close());

/** A gateway that answers 503 a few times and then as it should, or refuses with 403 and a code. */
function gateway(refusals: number, code?: string): Promise<string> {
  const listening = createServer({ key: tls.key, cert: tls.cert }, (request, response) => {
    const right =
      request.url === "/system_stats" &&
      request.headers["x-api-key"] === "cf_1" &&
      request.headers.host?.startsWith("comfy.example.com:");
    response.statusCode = refusals-- > 0 ? 503 : right ? 200 : 401;
    if (code !== undefined) response.statusCode = 403;
    response.end(code && JSON.stringify({ error: { status: 403, code, message: "No." } }));
  });
  server = listening;
  return new Promise((resolve) => {
    listening.listen(0, "127.0.0.1", () => {
      resolve(`https://comfy.example.com:${(listening.address() as AddressInfo).port}`);
    });
  });
}

/** Frame of a container's log as Docker sends it. */
function frame(text: string): Buffer {
  const header = Buffer.from([1, 0, 0, 0, 0, 0, 0, 0]);
  header.writeUInt32BE(text.length, 4);
  return Buffer.concat([header, Buffer.from(text)]);
}

const containers = [
  {
    Id: "1",
    Names: ["/comfy-local-comfyui"],
    Status: "Up 2 seconds",
    Labels: { "comfy-fortress.stack": "local" },
    Ports: [{ PublicPort: 8443 }],
  },
  {
    Id: "2",
    Names: ["/comfy-local-pod"],
    Status: "Up",
    Labels: { "comfy-fortress.stack": "local" },
    Ports: [],
  },
];
const docker = {
  listContainers: async () => containers,
  getContainer: (id: string) => ({
    logs: async () => Buffer.concat([frame(`first of ${id}\n`), frame("CUDA out of memory\n")]),
  }),
} as unknown as Docker;

describe("waitUntilReady", () => {
  const { signal } = new AbortController();

  it("waits for a 200 with the client's key, on this machine whatever the name resolves to", async () => {
    const endpoint = await gateway(2);
    await waitUntilReady({ endpoint, caCertificate: tls.ca, apiKey: "cf_1" }, docker, "local", signal, 10);
  });

  it("takes a refusal of this machine's address for an answer, and no other refusal", async () => {
    const ask = async (code: string) => {
      const probe = { endpoint: await gateway(0, code), caCertificate: tls.ca, apiKey: "cf_1" };
      await waitUntilReady(probe, docker, "local", signal, 1).finally(() => server?.close());
    };
    await ask("address_not_allowed");
    await expect(ask("role_not_sufficient")).rejects.toThrow(/the gateway answers 403/);
  });

  it("shows the last log lines of the containers that tell why not", async () => {
    const endpoint = await gateway(0);
    const waiting = waitUntilReady(
      { endpoint, caCertificate: tls.ca, apiKey: "wrong" },
      docker,
      "local",
      signal,
      1,
    );
    const message = await waiting.catch((error: Error) => error.message);
    expect(message).toMatch(
      /^ComfyUI did not answer at https:\/\/comfy\.example\.com:\d+ within 1 s: the gateway answers 401\./,
    );
    expect(message).toContain("--- comfy-local-comfyui (Up 2 seconds):\nfirst of 1\nCUDA out of memory");
    expect(message).not.toContain("comfy-local-pod");
  });

  it("ends when the run is stopped", async () => {
    const probe = { endpoint: "https://localhost:1", caCertificate: tls.ca, apiKey: "" };
    await expect(waitUntilReady(probe, docker, "local", AbortSignal.abort())).rejects.toMatchObject({
      exitCode: 130,
    });
  });
});

describe("checkPort", () => {
  it("accepts a port that is free or that our own pod holds, and names another holder", async () => {
    await checkPort(8443, docker, "local");
    await expect(checkPort(8443, docker, "other")).rejects.toThrow(
      /Port 8443 is taken by the container comfy-local-comfyui; nothing was created/,
    );
    const endpoint = await gateway(0);
    const port = Number(new URL(endpoint).port);
    await expect(checkPort(port, docker, "local")).rejects.toThrow(
      `Port ${port} is taken by another program`,
    );
    await new Promise((resolve) => server?.close(resolve));
    await checkPort(port, docker, "local");
  });
});

describe("progress", () => {
  const capture = (isTTY: boolean) => {
    const out = Object.assign(new PassThrough(), { isTTY, columns: 40 }) as unknown as NodeJS.WriteStream;
    const progress = new Progress(out);
    return { progress, text: () => String((out as unknown as PassThrough).read() ?? "") };
  };

  it("prints plain lines with elapsed times where there is no terminal", () => {
    const { progress, text } = capture(false);
    progress.step("image pod").end("created");
    progress.close();
    expect(text()).toBe("[ 0.0 s] image pod: created (0.0 s)\n");
  });

  it("keeps one live line on a terminal, no wider than it", () => {
    const { progress, text } = capture(true);
    const step = progress.step("image pod");
    step.detail(`Step 1/9 : ${"x".repeat(100)}`);
    progress.line("note");
    const shown = text();
    expect(shown).toContain("note\n");
    expect(stripVTControlCharacters(shown.split("\r\u001b[K").at(-1) ?? "")).toMatch(
      /^image pod 0\.0 s Step 1\/9 : x{1,20}$/,
    );
    step.end("created");
    progress.close();
    expect(text()).toContain("image pod: created (0.0 s)\n");
  });
});
