/** What changes while it runs: configuration, keys, outages, restarts. Needs Docker. */
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import WebSocket from "ws";
import { docker } from "../support/docker";
import { errorOf, type Reply, send } from "../support/gateway-client";
import { expectPassed, expectRefused } from "../support/gateway-expect";
import { digest, eventually, GatewayPod, newKey, UNLIMITED } from "../support/gateway-pod";

let pod: GatewayPod;
beforeAll(async () => {
  pod = await GatewayPod.start();
}, 300_000);
afterAll(() => pod?.stop());

type Headers = [string, string][];
const withKey = (key: string): Headers => [["X-API-Key", key]];
const get = (key: string, target = "/system_stats"): Promise<Reply> =>
  send(pod, "HTTP/1.1", { target, headers: withKey(key) });

function openSocket(key: string): Promise<WebSocket> {
  const socket = new WebSocket(`wss://localhost:${pod.port}/ws`, {
    ca: pod.ca,
    headers: { "X-API-Key": key },
  });
  return new Promise((resolve, reject) => {
    socket.on("open", () => resolve(socket));
    socket.on("error", reject);
  });
}

describe("configuration", () => {
  it("the same again is a no-op", () => {
    expect(pod.applyNginx()).toMatchObject({ status: 0, output: expect.stringContaining("unchanged") });
    expect(pod.applyAuthorizer(pod.clients())).toMatchObject({
      status: 0,
      output: expect.stringContaining("unchanged"),
    });
  });

  it("a bad one for nginx is refused with nginx's own message; the old one keeps serving", async () => {
    const good = pod.nginxBundle();
    const bad: [text: string, says: string][] = [
      [good.replace("worker_processes 2;", "worker_processes many;"), "invalid value in nginx.conf:3"],
      [good.replace("listen 8443 ssl;", "listen 8443 tls;"), "invalid parameter"],
      [good.replace(/MII[A-Za-z0-9]/, "XXXX"), "PEM"],
      [good.slice(0, good.length / 2), "cut short"],
      [good.replace(/^end \d+$/m, "end 1"), "neither a file header nor the end"],
      [good.replace("file tls/server.crt", "file ../server.crt"), "not allowed"],
      [good.replace("file tls/server.crt", "file /etc/passwd"), "not allowed"],
      ["", "cut short"],
      ["hello\n", "first line"],
    ];
    for (const [text, says] of bad) {
      const applied = pod.applyNginx(text);
      expect([applied.status, applied.output]).toEqual([1, expect.stringContaining(says)]);
      expect((await get(pod.keys.worker)).status).toBe(200);
    }
    expect(pod.applyNginx().output).toContain("unchanged");
  });

  it("a bad one for the authorizer is refused with every problem; no digest is quoted", async () => {
    const origins = [pod.origin];
    const one = { name: "a", role: "user", tenant: "a", apiKeyDigests: [digest("x")], ...UNLIMITED };
    const valid = {
      version: 1,
      origins,
      promptBodyBytes: 1_048_576,
      failedAuthenticationsPerMinute: 20,
      deniedNodes: [],
      clients: [one],
    };
    const bad: [value: unknown, says: string][] = [
      ["{", "not JSON"],
      [{ ...valid, version: 2 }, "version"],
      [{ ...valid, extra: 1 }, "extra"],
      [{ ...valid, failedAuthenticationsPerMinute: 0 }, "failedAuthenticationsPerMinute"],
      [{ ...valid, clients: [{ ...one, rate: "ten" }] }, 'clients.0.rate: the rate "ten"'],
      [{ ...valid, clients: [{ ...one, burst: -1 }] }, "clients.0.burst"],
      [{ ...valid, deniedNodes: [""] }, "deniedNodes.0"],
      [{ ...valid, allowedNodes: [] }, "allowedNodes"],
      [{ ...valid, origins: ["http://localhost"] }, "origins.0"],
      [{ ...valid, clients: [{ ...one, role: "root" }] }, "clients.0.role"],
      [{ ...valid, clients: [{ ...one, apiKeyDigests: ["abc"] }] }, "clients.0.apiKeyDigests.0"],
      [{ ...valid, clients: [one, one] }, "there twice"],
      [{ ...valid, clients: [one, { ...one, name: "b" }] }, "belongs to one client"],
    ];
    for (const [value, says] of bad) {
      const applied = pod.applyAuthorizerText(typeof value === "string" ? value : JSON.stringify(value));
      expect([applied.status, applied.output]).toEqual([1, expect.stringContaining(says)]);
      expect(applied.output).not.toContain(digest("x"));
      expect((await get(pod.keys.worker)).status).toBe(200);
    }
  });

  it("reloads of both under load drop no request and no socket", async () => {
    const socket = await openSocket(pod.keys.user);
    let echoed = 0;
    let closed = false;
    socket.on("message", () => echoed++);
    socket.on("close", () => {
      closed = true;
    });
    let running = true;
    const statuses = new Map<string, number>();
    const load = async (protocol: "HTTP/1.1" | "HTTP/2") => {
      while (running) {
        const call = { target: "/system_stats", headers: withKey(pod.keys.worker) };
        const status = await send(pod, protocol, call).then(
          (reply) => reply.status,
          () => -1,
        );
        statuses.set(`${protocol} ${status}`, (statuses.get(`${protocol} ${status}`) ?? 0) + 1);
        socket.send("ping");
      }
    };
    const loads = [load("HTTP/1.1"), load("HTTP/1.1"), load("HTTP/2")];
    for (let round = 0; round < 4; round++) {
      const bodies = round % 2 === 0 ? 2_000_000 : 1_048_576;
      expect(pod.applyNginx(pod.nginxBundle({ jsonBodyBytes: bodies })).status).toBe(0);
      const more = {
        name: `extra-${round}`,
        role: "worker" as const,
        apiKeyDigests: [digest(newKey())],
        ...UNLIMITED,
      };
      expect(pod.applyAuthorizer([...pod.clients(), more]).status).toBe(0);
      await sleep(300);
    }
    running = false;
    await Promise.all(loads);
    expect([...statuses.keys()].sort()).toEqual(["HTTP/1.1 200", "HTTP/2 200"]);
    expect(closed).toBe(false);
    const sent = [...statuses.values()].reduce((sum, count) => sum + count, 0);
    await eventually(async () => echoed === sent, "every ping is echoed");
    socket.terminate();
  }, 60_000);
});

describe("keys", () => {
  it("a new key is valid at once, beside the old one", async () => {
    const next = newKey();
    const clients = pod
      .clients()
      .map((client) =>
        client.name === "worker"
          ? { ...client, apiKeyDigests: [...client.apiKeyDigests, digest(next)] }
          : client,
      );
    expect((await get(next)).status).toBe(401);
    expect(pod.applyAuthorizer(clients).status).toBe(0);
    expect((await get(next)).status).toBe(200);
    expect((await get(pod.keys.worker)).status).toBe(200);
  });

  it("a revoked key is refused within 5 s and loses its sockets, others keep theirs", async () => {
    const revoked = await openSocket(pod.keys.worker);
    const kept = await openSocket(pod.keys.user);
    let keptClosed = false;
    kept.on("close", () => {
      keptClosed = true;
    });
    const closed = new Promise((resolve) => revoked.on("close", resolve));
    expect((await get(pod.keys.worker)).status).toBe(200);
    expect(pod.applyAuthorizer(pod.clients({ user: pod.keys.user, admin: pod.keys.admin })).status).toBe(0);
    const started = Date.now();
    await closed;
    await eventually(async () => (await get(pod.keys.worker)).status === 401, "the key is refused", 6000);
    expect(Date.now() - started).toBeLessThan(5100);
    const body = '{"prompt":{"1":{"class_type":"A","inputs":{}}},"client_id":"c"}';
    const headers: Headers = [...withKey(pod.keys.worker), ["Content-Type", "application/json"]];
    await expectRefused(pod, "HTTP/1.1", { method: "POST", target: "/prompt", headers, body }, 401);
    expect(keptClosed).toBe(false);
    kept.terminate();
    expect(pod.applyAuthorizer(pod.clients()).status).toBe(0);
    await expectPassed(pod, "HTTP/1.1", { target: "/system_stats", headers: withKey(pod.keys.worker) });
  }, 30_000);

  it("a refusal is never remembered: a key that becomes valid is served by the next request", async () => {
    const later = newKey();
    for (let attempt = 0; attempt < 3; attempt++) expect((await get(later)).status).toBe(401);
    expect(pod.applyAuthorizer(pod.clients({ ...pod.keys, worker: later })).status).toBe(0);
    expect((await get(later)).status).toBe(200);
    expect(pod.applyAuthorizer(pod.clients()).status).toBe(0);
  });

  it("a remembered verdict serves only what it was given for", async () => {
    const { worker } = pod.keys;
    for (let round = 0; round < 3; round++) {
      expect((await get(worker)).status).toBe(200);
      expect((await get(worker, "/queue")).status).toBe(403);
      expect((await get(`${worker}0`)).status).toBe(401);
      const post = { method: "POST", target: "/system_stats", headers: withKey(worker) };
      expect((await send(pod, "HTTP/1.1", post)).status).toBe(405);
      const conflicting: Headers = [...withKey(worker), ["Authorization", "Bearer x"]];
      expect((await send(pod, "HTTP/1.1", { target: "/system_stats", headers: conflicting })).status).toBe(
        400,
      );
    }
  });

  it("neither container holds a key, and the cache of verdicts is for nginx alone", () => {
    const modes = docker(
      "exec",
      pod.container("nginx"),
      "stat",
      "-c",
      "%a %u",
      "/tmp/verdicts",
      "/etc/comfy-gateway",
    );
    expect(modes).toBe("700 10001\n700 10001");
    const logs = ["nginx", "authorizer"].map((part) =>
      docker("logs", pod.container(part as "nginx" | "authorizer")),
    );
    for (const key of Object.values(pod.keys)) {
      for (const log of logs) expect(log).not.toContain(key);
      const inspected = docker("inspect", pod.container("nginx"), pod.container("authorizer"));
      expect(inspected).not.toContain(key);
    }
  });
});

describe("outages", () => {
  it("without the authorizer everything is 503, nothing is open; with it back all is well", async () => {
    docker("stop", "--time", "5", pod.container("authorizer"));
    // A remembered verdict may serve this one route for up to 5 s more.
    await sleep(5500);
    const body = '{"prompt":{"1":{"class_type":"A","inputs":{}}},"client_id":"c"}';
    const headers: Headers = [...withKey(pod.keys.admin), ["Content-Type", "application/json"]];
    for (const target of ["/", "/system_stats", "/queue", "/nothing", "/ws"]) {
      const reply = await expectRefused(pod, "HTTP/2", { target, headers: withKey(pod.keys.admin) }, 503);
      expect(errorOf(reply)?.code).toBe("unavailable");
      await expectRefused(pod, "HTTP/1.1", { target }, 503);
    }
    await expectRefused(pod, "HTTP/2", { method: "POST", target: "/prompt", headers, body }, 503);
    docker("start", pod.container("authorizer"));
    await eventually(async () => (await get(pod.keys.worker)).status === 200, "the authorizer serves again");
  }, 60_000);

  it("a restarted gateway serves the last configuration", async () => {
    for (const part of ["nginx", "authorizer"] as const)
      docker("restart", "--time", "5", pod.container(part));
    await pod.restarted();
    await eventually(async () => (await get(pod.keys.worker)).status === 200, "both serve again");
    await expectPassed(pod, "HTTP/1.1", { target: "/queue", headers: withKey(pod.keys.admin) });
    await expectRefused(pod, "HTTP/1.1", { target: "/queue" }, 401);
  }, 60_000);

  it("without ComfyUI it is 502 in JSON", async () => {
    docker("stop", "--time", "1", pod.container("upstream"));
    const headers = withKey(pod.keys.admin);
    for (const target of ["/system_stats", "/prompt"]) {
      const reply = await send(pod, "HTTP/1.1", { target, headers });
      expect([reply.status, errorOf(reply)?.code]).toEqual([502, "comfyui_unreachable"]);
    }
    const probed = () =>
      docker(
        "exec",
        pod.container("authorizer"),
        "node",
        "/opt/authorizer/authorizer.js",
        "probe",
        "--timeout",
        "1",
      );
    expect(probed).toThrow(/did not answer/);
    docker("start", pod.container("upstream"));
    await eventually(async () => (await get(pod.keys.worker)).status === 200, "ComfyUI answers again");
    expect(probed()).toContain("ComfyUI answers");
  }, 60_000);
});
