import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  type Access,
  emptyImageWorkflow,
  openSocket,
  pngSize,
  render,
  send,
  signToken,
} from "../support/client";
import { docker, objectsOf } from "../support/docker";
import { freePort } from "../support/free-port";
import {
  bringDown,
  bringUp,
  cliDriver,
  embeddedDriver,
  hasPulumi,
  type Outputs,
  type StackDriver,
} from "../support/stack-driver";

const UP_TIMEOUT_MS = 600_000;
/** The issue's limit for a second run that has nothing to do. */
const UNCHANGED_LIMIT_MS = 10_000;

const engines: [string, () => StackDriver][] = [
  ["the embedded engine", () => embeddedDriver("test-embedded")],
];
if (hasPulumi()) {
  engines.push(["the Pulumi CLI", () => cliDriver("test-cli")]);
} else {
  console.log("no `pulumi` on PATH: the stack suite runs on the embedded engine only");
}

describe.each(engines)("the program on %s", (_, makeDriver) => {
  let driver: StackDriver;
  let settings: Record<string, unknown>;
  let outputs: Outputs;
  const access = (client?: string): Access => ({
    endpoint: outputs.endpoint,
    caCertificate: outputs.caCertificate,
    apiKey: client === undefined ? undefined : outputs.clients[client]?.apiKey,
  });
  const containerIds = () => objectsOf(driver.stack, "container").sort();

  beforeAll(async () => {
    driver = makeDriver();
    settings = { port: await freePort(), comfyui: { source: "stand-in" } };
    outputs = await bringUp(driver, settings);
  }, UP_TIMEOUT_MS);

  afterAll(() => bringDown(driver), UP_TIMEOUT_MS);

  it("hands out the documented outputs", async () => {
    expect(Object.keys(outputs).sort()).toEqual([
      "caCertificate",
      "clients",
      "endpoint",
      "images",
      "metrics",
      "vm",
    ]);
    expect(outputs.vm).toBeNull();
    expect(await (await fetch(outputs.metrics)).text()).toContain("# TYPE ");
    expect(outputs.endpoint).toBe(`https://localhost:${settings.port}`);
    expect(outputs.clients.worker?.apiKey).toMatch(/^cf_[0-9a-f]{64}$/);
    expect(outputs.clients.me?.apiKey).not.toBe(outputs.clients.worker?.apiKey);
    expect(outputs.images.comfyuiCommit).toBe("stand-in");
  });

  it.each([
    ["GET", "/"],
    ["GET", "/system_stats"],
    ["POST", "/prompt"],
    ["POST", "/api/prompt"],
    ["GET", "/no/such/route"],
  ])("refuses %s %s without a key", async (method, path) => {
    const { status, headers, body } = await send(access(), method, path);
    expect(status).toBe(401);
    expect(headers["content-type"]).toMatch(/^application\/json/);
    expect(JSON.parse(body.toString()).error.message).toMatch(/X-API-Key/);
  });

  it("refuses a socket without a key", async () => {
    expect(await openSocket(access(), "nobody")).toBe(401);
  });

  it("answers with a key, by name and by address", async () => {
    for (const endpoint of [outputs.endpoint, outputs.endpoint.replace("localhost", "127.0.0.1")]) {
      expect((await send({ ...access("worker"), endpoint }, "GET", "/system_stats")).status).toBe(200);
    }
    expect((await send(access("me"), "GET", "/")).status).toBe(200);
    expect((await send(access("me"), "GET", "/no/such/route")).status).toBe(404);
  });

  it("keeps a worker out of what is a user's and an admin's", async () => {
    expect((await send(access("worker"), "GET", "/")).status).toBe(403);
    expect((await send(access("worker"), "POST", "/free", {})).status).toBe(403);
  });

  it("renders a workflow, followed over the socket to its end", async () => {
    const { events, image } = await render(access("worker"), emptyImageWorkflow(96, 64));
    expect(events).toEqual(expect.arrayContaining(["status", "execution_start", "executing", "executed"]));
    expect(image.status).toBe(200);
    expect(pngSize(image.body)).toEqual({ width: 96, height: 64 });
  });

  it("publishes the gateway's port on loopback and nothing else", () => {
    const published = containerIds().flatMap((id) => {
      const ports = JSON.parse(docker("inspect", "--format", "{{json .NetworkSettings.Ports}}", id));
      return Object.entries(ports ?? {}).filter(([, bindings]) => bindings !== null);
    });
    expect(published).toEqual([["8443/tcp", [{ HostIp: "127.0.0.1", HostPort: String(settings.port) }]]]);
  });

  it("listens on 8188 on no address of the host", () => {
    const hex8188 = (8188).toString(16).toUpperCase();
    const listening = ["/proc/net/tcp", "/proc/net/tcp6"]
      .flatMap((file) => readFileSync(file, "utf8").trim().split("\n").slice(1))
      .map((line) => line.trim().split(/\s+/))
      .filter(([, local, , state]) => state === "0A" && local?.endsWith(`:${hex8188}`));
    expect(listening).toEqual([]);
  });

  it("shows no key and no private key to `docker inspect`", () => {
    const kinds = ["container", "image", "volume", "network"] as const;
    const ids = kinds.flatMap((kind) => objectsOf(driver.stack, kind));
    const seen = docker("inspect", ...ids);
    expect(ids.length).toBeGreaterThan(10);
    for (const { apiKey } of Object.values(outputs.clients)) {
      expect(apiKey).toBeDefined();
      expect(seen).not.toContain(apiKey?.slice(3));
    }
    expect(seen).not.toContain("PRIVATE KEY");
  });

  it("lets ComfyUI's user reach nothing, not even its own pod's authorizer", () => {
    const attempt = (host: string, port: number) =>
      docker(
        "exec",
        `comfy-${driver.stack}-comfyui`,
        "node",
        "-e",
        `require("net").connect(${port}, "${host}").on("connect", () => console.log("open")).on("error", (e) => console.log(e.code)); setTimeout(() => { console.log("silent"); process.exit() }, 3000).unref()`,
      );
    const gateway = docker(
      "inspect",
      "--format",
      "{{range .NetworkSettings.Networks}}{{.Gateway}}{{end}}",
      `comfy-${driver.stack}-pod`,
    );
    expect(gateway).toMatch(/^\d+\./);
    for (const [host, port] of [
      ["127.0.0.1", 8190],
      ["127.0.0.1", 8443],
      [gateway, Number(settings.port)],
    ] as const) {
      expect(attempt(host, port), `${host}:${port}`).not.toBe("open");
    }
  });

  it("changes nothing the second time, quickly", async () => {
    const before = containerIds();
    const started = Date.now();
    const { code, output } = await driver.upUnchanged();
    const elapsed = Date.now() - started;
    expect(code, output).toBe(0);
    expect(containerIds()).toEqual(before);
    if (driver.name === "npm start") {
      expect(elapsed).toBeLessThan(UNCHANGED_LIMIT_MS);
    }
  }, 120_000);

  it("brings back a container that was removed by hand", async () => {
    docker("rm", "--force", `comfy-${driver.stack}-comfyui`);
    const { code, output } = await driver.heal();
    expect(code, output).toBe(0);
    expect((await send(access("worker"), "GET", "/system_stats")).status).toBe(200);
  }, 180_000);

  it("admits a new client and forgets an old one without replacing a container", async () => {
    const before = containerIds();
    const former = access("worker");
    driver.configure({
      ...settings,
      clients: [
        { name: "me", role: "admin" },
        { name: "backend", role: "worker" },
      ],
    });
    const { code, output } = await driver.up();
    expect(code, output).toBe(0);
    const me = outputs.clients.me;
    outputs = driver.outputs();
    expect(outputs.clients.me).toEqual(me);
    expect((await send(access("backend"), "GET", "/system_stats")).status).toBe(200);
    // A remembered verdict lives for 5 seconds.
    await new Promise((resolve) => setTimeout(resolve, 5_500));
    expect((await send(former, "GET", "/system_stats")).status).toBe(401);
    expect(containerIds()).toEqual(before);
  }, 180_000);

  it("lets a client in by every method, each closed without it", async () => {
    const before = containerIds();
    driver.configure({ ...settings, methods: ["apiKey", "basic", "jwt", "mtls"] });
    const { code, output } = await driver.up();
    expect(code, output).toBe(0);
    expect(containerIds()).toEqual(before);
    outputs = driver.outputs();

    const { apiKey, username, password, jwtSecret, jwtKeyId, certificate, privateKey } =
      outputs.clients.worker ?? {};
    const now = Math.floor(Date.now() / 1000);
    const claims = { iss: "comfy-fortress", aud: outputs.endpoint, sub: "tenant", iat: now, exp: now + 300 };
    const basic = (secret: string | undefined) =>
      `Basic ${Buffer.from(`${username}:${secret}`).toString("base64")}`;
    const bearer = (secret = "") => `Bearer ${signToken(secret, jwtKeyId ?? "", claims)}`;
    const status = async (credential: Partial<Access>) =>
      (await send({ ...access(), ...credential }, "GET", "/system_stats")).status;

    expect(await status({ apiKey })).toBe(200);
    expect(await status({ authorization: basic(password) })).toBe(200);
    expect(await status({ authorization: basic("wrong password") })).toBe(401);
    expect(await status({ authorization: bearer(jwtSecret) })).toBe(200);
    expect(await status({ authorization: bearer(Buffer.alloc(32).toString("base64url")) })).toBe(401);
    expect(await status({ certificate, privateKey })).toBe(200);
    expect(await status({})).toBe(401);
  }, 180_000);
});
