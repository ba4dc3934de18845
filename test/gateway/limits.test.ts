/** How much a client, and an address without one, may do. Needs Docker. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { AuthorizerClient } from "../../components/gateway/authorizer/render";
import { type Call, errorOf, type Protocol, send } from "../support/gateway-client";
import { expectPassed, expectRefused } from "../support/gateway-expect";
import { digest, GatewayPod, newKey } from "../support/gateway-pod";

let pod: GatewayPod;
beforeAll(async () => {
  pod = await GatewayPod.start();
}, 300_000);
afterAll(() => pod?.stop());

const PROTOCOLS: Protocol[] = ["HTTP/1.1", "HTTP/2"];
const SPELLINGS = ["/prompt", "/api/prompt", "/%70rompt", "/api/prompt?x=1"];

function submit(key: string, target = "/prompt", clientId = "c1"): Call {
  const headers: [string, string][] = [
    ["X-API-Key", key],
    ["Content-Type", "application/json"],
  ];
  return { method: "POST", target, headers, body: `{"client_id":"${clientId}","prompt":{}}` };
}

describe("POST /prompt of a verified client", () => {
  /** A new client each time: buckets outlive the configuration. */
  let name = "";
  let keys = [newKey(), newKey()] as const;
  let number = 0;
  const client = (more: Partial<AuthorizerClient> = {}): AuthorizerClient => ({
    name,
    role: "worker",
    apiKeyDigests: keys.map(digest),
    rate: "3r/m",
    burst: 2,
    ...more,
  });
  beforeEach(() => {
    name = `limited-${++number}`;
    keys = [newKey(), newKey()];
    expect(pod.applyAuthorizer([...pod.clients(), client()]).status).toBe(0);
  });

  it.each(PROTOCOLS)(
    "is one bucket for all spellings and all keys of the client, over %s",
    async (protocol) => {
      for (let sent = 0; sent < 5; sent++) {
        const target = SPELLINGS[sent % SPELLINGS.length];
        await expectPassed(pod, protocol, submit(keys[sent % 2 === 0 ? 0 : 1], target, name));
      }
      for (const target of SPELLINGS) {
        const mark = pod.auditMark();
        const reply = await expectRefused(pod, protocol, submit(keys[1], target, name), 429);
        expect(errorOf(reply)?.code).toBe("rate_limited");
        expect(Number(reply.headers["retry-after"]?.[0])).toBeGreaterThan(0);
        expect(Number(reply.headers["retry-after"]?.[0])).toBeLessThanOrEqual(20);
        const lines = await pod.auditSince(mark, 429);
        expect(JSON.parse(lines.at(-1) ?? "")).toMatchObject({ client: name, verdict: "rate_limited" });
      }
      await expectPassed(pod, protocol, { target: "/prompt", headers: [["X-API-Key", keys[0]]] });
      await expectPassed(pod, protocol, submit(pod.keys.worker, "/prompt", "other"));
    },
  );

  it("counts a hundred streams of one connection one by one", async () => {
    await pod.forget();
    const replies = await Promise.all(
      Array.from({ length: 100 }, (_, at) => send(pod, "HTTP/2", submit(keys[0], SPELLINGS[at % 4], name))),
    );
    expect(replies.filter(({ status }) => status === 200).length).toBe(5);
    expect(replies.filter(({ status }) => status === 429).length).toBe(95);
    expect((await pod.hits()).length).toBe(5);
  });

  it("counts what the inspection refuses too", async () => {
    for (let sent = 0; sent < 5; sent++) {
      await expectRefused(pod, "HTTP/2", { ...submit(keys[0]), body: "not JSON" }, 400);
    }
    await expectRefused(pod, "HTTP/2", submit(keys[0]), 429);
  });

  it("does not start anew with a configuration, nor remembers a refusal where the new one allows", async () => {
    for (let sent = 0; sent < 5; sent++) await expectPassed(pod, "HTTP/2", submit(keys[0], "/prompt", name));
    await expectRefused(pod, "HTTP/2", submit(keys[0], "/prompt", name), 429);
    expect(pod.applyAuthorizer([...pod.clients(), client({ role: "user" })]).status).toBe(0);
    await expectRefused(pod, "HTTP/2", submit(keys[0], "/prompt", name), 429);
    expect(pod.applyAuthorizer([...pod.clients(), client({ burst: 3 })]).status).toBe(0);
    await expectPassed(pod, "HTTP/2", submit(keys[0], "/prompt", name));
  });
});

describe("requests without a valid credential", () => {
  let allowed = 20;
  // Another limit begins to count anew.
  beforeEach(() => {
    allowed++;
    const limit = { failedAuthenticationsPerMinute: allowed };
    expect(pod.applyAuthorizer(pod.clients(), limit).status).toBe(0);
  });
  const statuses = (count: number, call: () => Call) =>
    Promise.all(Array.from({ length: count }, async () => (await send(pod, "HTTP/2", call())).status));
  const bogus = (): Call => ({ target: "/queue", headers: [["X-API-Key", newKey()]] });

  it.each(PROTOCOLS)(
    "many bogus keys of one address are 429, over %s; a valid one passes",
    async (protocol) => {
      expect(new Set(await statuses(allowed, bogus))).toEqual(new Set([401]));
      const spoofed: [string, string][] = [
        ["X-API-Key", newKey()],
        ["X-Forwarded-For", "192.0.2.7"],
      ];
      const calls: Call[] = [
        bogus(),
        { ...bogus(), target: "/api/ws" },
        { target: "/nothing", headers: spoofed },
        submit(newKey()),
        { target: "/", headers: [["Authorization", "Bearer x"]] },
        { target: "/", headers: [...spoofed, ["Authorization", "Bearer x"]] },
      ];
      for (const call of calls) {
        const mark = pod.auditMark();
        const reply = await expectRefused(pod, protocol, call, 429);
        expect(errorOf(reply)?.code).toBe("too_many_failures");
        expect(Number(reply.headers["retry-after"]?.[0])).toBeLessThanOrEqual(60);
        expect(Number(reply.headers["retry-after"]?.[0])).toBeGreaterThan(0);
        const lines = await pod.auditSince(mark, 429);
        expect(JSON.parse(lines.at(-1) ?? "")).toMatchObject({ client: "", verdict: "too_many_failures" });
      }
      // The address is not locked out: neither who has a key, nor a browser that has not signed in yet.
      await expectPassed(pod, protocol, { target: "/queue", headers: [["X-API-Key", pod.keys.admin]] });
      await expectPassed(pod, protocol, submit(pod.keys.worker, "/api/prompt", "worker-1"));
      await expectRefused(pod, protocol, { target: "/" }, 401);
      await expectRefused(pod, protocol, bogus(), 429);
    },
  );

  it("many requests without any credential are 429", async () => {
    expect(new Set(await statuses(10 * allowed, () => ({ target: "/api/prompt", method: "POST" })))).toEqual(
      new Set([401]),
    );
    await expectRefused(pod, "HTTP/1.1", { target: "/" }, 429);
    await expectRefused(pod, "HTTP/2", bogus(), 401);
    await expectPassed(pod, "HTTP/2", { target: "/queue", headers: [["X-API-Key", pod.keys.admin]] });
  });
});
