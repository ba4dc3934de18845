/**
 * What the metrics say after requests whose number is known, and that no client can make them grow. Who can reach them
 * is the pod's firewall's: see metrics-reach.test.ts.
 */
import { afterAll, beforeAll, expect, it } from "vitest";
import { docker } from "../support/docker";
import { type Call, openTls, send } from "../support/gateway-client";
import { digest, eventually, GatewayPod, newKey, UNLIMITED } from "../support/gateway-pod";

type Headers = [string, string][];

let pod: GatewayPod;
beforeAll(async () => {
  pod = await GatewayPod.start();
});
afterAll(() => pod?.stop());

const key = (role: "worker" | "user" | "admin"): Headers => [["X-API-Key", pod.keys[role]]];
const REQUESTS = "comfy_gateway_requests_total";
const VERDICTS = "comfy_gateway_verdicts_total";

/** By how much each series of the gateway grows through the calls. nginx hands its tally on once a second. */
async function growth(calls: () => Promise<unknown>, expected: Record<string, number>): Promise<void> {
  const before = await pod.metrics();
  await calls();
  const names = Object.keys(expected);
  let grown: Record<string, number> = {};
  await eventually(
    async () => {
      const after = await pod.metrics();
      grown = Object.fromEntries(
        names.map((name) => [name, (after.get(name) ?? 0) - (before.get(name) ?? 0)]),
      );
      return names.every((name) => grown[name] === expected[name]);
    },
    "the series have grown",
    6000,
  ).catch(() => {});
  expect(grown).toEqual(expected);
}

async function repeat(count: number, call: Call): Promise<void> {
  for (let index = 0; index < count; index++) await send(pod, "HTTP/2", call);
}

it("count what passes, remembered verdicts and both spellings included", async () => {
  await growth(
    async () => {
      await repeat(5, { target: "/system_stats", headers: key("worker") });
      await repeat(2, { target: "/api/system_stats", headers: key("worker") });
      await repeat(1, { method: "HEAD", target: "/system_stats", headers: key("worker") });
    },
    {
      [`${REQUESTS}{route="system-stats",method="GET",status="200"}`]: 7,
      [`${REQUESTS}{route="system-stats",method="HEAD",status="200"}`]: 1,
      [`${VERDICTS}{verdict="allow",auth="apiKey"}`]: 8,
      'comfy_gateway_upstream_seconds_count{upstream="comfyui"}': 8,
      'comfy_gateway_upstream_seconds_bucket{le="+Inf",upstream="comfyui"}': 8,
      comfy_gateway_tally_refused_total: 0,
    },
  );
});

it("count what is refused, by reason and method", async () => {
  await growth(
    async () => {
      await repeat(3, { target: "/queue" });
      await repeat(2, { target: "/queue", headers: [["X-API-Key", newKey()]] });
      await repeat(2, { target: "/queue", headers: key("worker") });
      await repeat(1, { target: "/nothing", headers: key("admin") });
      await repeat(1, { target: "/a//b", headers: key("admin") });
    },
    {
      [`${REQUESTS}{route="queue",method="GET",status="401"}`]: 5,
      [`${REQUESTS}{route="queue",method="GET",status="403"}`]: 2,
      [`${REQUESTS}{route="none",method="GET",status="404"}`]: 1,
      [`${REQUESTS}{route="none",method="GET",status="400"}`]: 1,
      [`${VERDICTS}{verdict="no_credential",auth="none"}`]: 3,
      [`${VERDICTS}{verdict="invalid_credential",auth="none"}`]: 2,
      [`${VERDICTS}{verdict="role_not_sufficient",auth="apiKey"}`]: 2,
      [`${VERDICTS}{verdict="unknown_route",auth="apiKey"}`]: 1,
      [`${VERDICTS}{verdict="bad_request",auth="none"}`]: 1,
      comfy_gateway_tally_refused_total: 0,
    },
  );
});

it("count 429 of a client that sends too many prompts", async () => {
  const slow = newKey();
  const limited = { name: "slow", role: "worker" as const, apiKeyDigests: [digest(slow)], ...UNLIMITED };
  pod.applyAuthorizer([...pod.clients(), { ...limited, rate: "1r/h", burst: 1 }]);
  const headers: Headers = [
    ["X-API-Key", slow],
    ["Content-Type", "application/json"],
  ];
  const body = '{"prompt":{"1":{"class_type":"A","inputs":{}}},"client_id":"slow"}';
  await growth(() => repeat(5, { method: "POST", target: "/prompt", headers, body }), {
    [`${REQUESTS}{route="prompt",method="POST",status="200"}`]: 2,
    [`${REQUESTS}{route="prompt",method="POST",status="429"}`]: 3,
    [`${VERDICTS}{verdict="rate_limited",auth="apiKey"}`]: 3,
    'comfy_gateway_upstream_seconds_count{upstream="authorizer"}': 5,
  });
});

it("know the open sockets, nginx's connections, the certificate's end and the authorizer's own health", async () => {
  const socket = await openTls(pod);
  socket.write(
    `GET /ws HTTP/1.1\r\nHost: localhost:${pod.port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nX-API-Key: ${pod.keys.worker}\r\n\r\n`,
  );
  await eventually(
    async () => (await pod.metrics()).get("comfy_gateway_websockets_open") === 1,
    "it is open",
  );
  const open = await pod.metrics();
  expect(open.get('comfy_gateway_connections{state="active"}')).toBeGreaterThanOrEqual(1);
  expect(open.get("comfy_gateway_nginx_up")).toBe(1);
  expect(open.get("comfy_authorizer_process_resident_memory_bytes")).toBeGreaterThan(1e7);
  const inDays =
    ((open.get("comfy_gateway_certificate_not_after_timestamp_seconds") ?? 0) - Date.now() / 1000) / 86_400;
  expect(inDays).toBeGreaterThan(0);
  const times = () =>
    pod.metrics().then((all) => all.get('comfy_gateway_upstream_seconds_count{upstream="authorizer"}'));
  const before = await times();
  await growth(
    async () => {
      socket.destroy();
    },
    { comfy_gateway_websockets_open: -1, [`${REQUESTS}{route="ws",method="GET",status="101"}`]: 1 },
  );
  expect(await times()).toBe(before);
});

it("do not grow by what clients make up", async () => {
  const series = async () => new Set((await pod.metrics()).keys());
  const call = (index: number, headers: Headers): Call => ({
    method: `METHOD${String.fromCharCode(65 + (index % 26)).repeat(1 + (index % 7))}`,
    target: `/made-up-${index}/%41?x=${index}`,
    headers: [["User-Agent", `agent "${index}"\\n`], ["X-Gateway-Route", `route-${index}`], ...headers],
  });
  await send(pod, "HTTP/1.1", call(0, []));
  await send(pod, "HTTP/1.1", call(0, key("worker")));
  await new Promise((resolve) => setTimeout(resolve, 1500));
  const before = await series();
  for (let index = 1; index < 150; index++) {
    await send(pod, "HTTP/1.1", call(index, index % 2 ? [] : key("worker")));
  }
  await new Promise((resolve) => setTimeout(resolve, 1500));
  const after = await series();
  expect([...after].filter((name) => !before.has(name))).toEqual([]);
  expect([...after].join("\n")).not.toMatch(/made-up|agent|METHOD|route-/);
  expect(after.size).toBeLessThan(400);
}, 60_000);

it("have no secret, and only GET /metrics", async () => {
  const text = JSON.stringify([...(await pod.metrics())]);
  for (const secret of Object.values(pod.keys)) {
    expect(text).not.toContain(secret);
    expect(text).not.toContain(digest(secret));
  }
});

it("outlive nginx: a restarted one is counted on, a stopped one is seen", async () => {
  docker("kill", pod.container("nginx"));
  expect((await pod.metrics()).get("comfy_gateway_nginx_up")).toBe(0);
  docker("start", pod.container("nginx"));
  await eventually(async () => (await pod.metrics()).get("comfy_gateway_nginx_up") === 1, "it is back");
  await growth(() => repeat(2, { target: "/features", headers: key("user") }), {
    [`${REQUESTS}{route="features",method="GET",status="200"}`]: 2,
  });
});
