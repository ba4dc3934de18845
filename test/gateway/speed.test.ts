/**
 * What makes the gateway faster than ComfyUI alone: compressed answers, files that a browser keeps, and an inventory that
 * is fetched once for everybody. Shows too that none of it opens anything: the verdict always comes first.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { INVENTORY_SECONDS } from "../../components/gateway/handover";
import { docker } from "../support/docker";
import { type Call, errorOf, type Reply, send } from "../support/gateway-client";
import { expectPassed, expectRefused, expectSecurityHeaders } from "../support/gateway-expect";
import { GatewayPod } from "../support/gateway-pod";

type Headers = [string, string][];

let pod: GatewayPod;
beforeAll(async () => {
  pod = await GatewayPod.start();
});
afterAll(() => pod?.stop());

const key = (role: "worker" | "user" | "admin"): Headers => [["X-API-Key", pod.keys[role]]];
const PROTOCOLS = ["HTTP/1.1", "HTTP/2"] as const;
const LINE = "a line of text that is there many times\n";

function decoded({ headers, body }: Reply): string {
  const coding = headers["content-encoding"]?.join() ?? "identity";
  switch (coding) {
    case "br":
      return brotliDecompressSync(body).toString();
    case "gzip":
      return gunzipSync(body).toString();
    case "identity":
      return body.toString();
    default:
      throw new Error(`the answer's coding is ${coding}`);
  }
}

describe.each(PROTOCOLS)("compression over %s", (protocol) => {
  it.each([
    [undefined, undefined],
    ["identity", undefined],
    ["gzip", "gzip"],
    ["gzip, deflate, br, zstd", "br"],
    ["br;q=0, gzip", "gzip"],
    ["gzip;q=0", undefined],
    ["deflate", undefined],
  ])("Accept-Encoding %j gives %j", async (accepted, coding) => {
    const headers: Headers = [
      ...key("admin"),
      ...(accepted ? [["Accept-Encoding", accepted] as const] : []),
    ].map(([name, value]) => [name, value]);
    const target = "/system_stats?respond=text";
    const reply = await expectPassed(pod, protocol, { target, headers });
    expect(reply.headers["content-encoding"]?.join()).toBe(coding);
    expect(reply.headers.vary).toEqual(["Accept-Encoding"]);
    expect(decoded(reply)).toBe(LINE.repeat(100));
    if (coding) expect(reply.body.length).toBeLessThan(400);
    expect(reply.headers.etag?.join()).toBe(coding ? 'W/"strong"' : '"strong"');
    expect((await pod.hits())[0]?.headers["accept-encoding"]).toBeUndefined();
  });

  it.each([
    ["application/javascript", "/scripts/x.js?respond=text&type=application/javascript", "br"],
    ["text/html", "/?respond=text&type=text/html", "br"],
    ["image/svg+xml", "/assets/x.svg?respond=text&type=image/svg%2Bxml", "br"],
    ["a picture", "/assets/x.png?respond=text&type=image/png", undefined],
    ["an event stream", "/system_stats?respond=text&type=text/event-stream", undefined],
    ["what is short", "/system_stats?respond=text&lines=10", undefined],
    ["a client's file", "/view?respond=text&type=text/plain", undefined],
    ["a user's file", "/userdata/a%2Fb.json?respond=text", undefined],
  ])("%s", async (_, target, coding) => {
    const headers: Headers = [...key("admin"), ["Accept-Encoding", "gzip, br"]];
    const reply = await expectPassed(pod, protocol, { target, headers });
    expect(reply.headers["content-encoding"]?.join()).toBe(coding);
    expect(decoded(reply)).toMatch(/^(a line of text that is there many times\n)+$/);
  });

  it("what comes compressed is not compressed again", async () => {
    const headers: Headers = [...key("admin"), ["Accept-Encoding", "gzip, br"]];
    const target = "/system_stats?respond=text&encoding=gzip";
    const reply = await expectPassed(pod, protocol, { target, headers });
    expect(reply.headers["content-encoding"]).toEqual(["gzip"]);
    expect(gunzipSync(reply.body).toString()).toBe(LINE.repeat(100));
  });
});

describe.each(PROTOCOLS)("what a browser may keep, over %s", (protocol) => {
  const FOREVER = "private, max-age=31536000, immutable";
  const ASK = "private, no-cache";

  it.each([
    ["/assets/index-BKeTeXLp.js", FOREVER],
    ["/assets/index-BKeTeXLp.js?respond=text", FOREVER],
    ["/assets/sorted-custom-node-map.json", ASK],
    ["/assets/lib/vue/index-BKeTeXLp.js", ASK],
    ["/", ASK],
    ["/index.html?respond=text", ASK],
    ["/scripts/index-BKeTeXLp.js", ASK],
    ["/view?filename=a.png", ASK],
    ["/system_stats?respond=text", "no-store"],
    ["/userdata/a%2Findex-BKeTeXLp.js.json", "no-store"],
    ["/object_info", "no-store"],
    ["/history", "no-store"],
  ])("%s: %s", async (target, policy) => {
    const reply = await send(pod, protocol, { target, headers: key("admin") });
    expect(reply.status).toBe(200);
    expect(reply.headers["cache-control"]).toEqual([policy]);
    expect(reply.headers.expires).toBeUndefined();
  });

  it.each([
    [401, { target: "/assets/index-BKeTeXLp.js" }],
    [400, { target: "/assets//index-BKeTeXLp.js" }],
    [404, { target: "/nothing" }],
  ])("nothing of a refusal: %i", async (status, call) => {
    const headers: Headers = status === 401 ? [] : key("admin");
    const reply = await expectRefused(pod, protocol, { ...call, headers }, status);
    expect(reply.headers["cache-control"]).toEqual(["no-store"]);
  });

  it("nothing where ComfyUI fails", async () => {
    const target = "/assets/index-BKeTeXLp.js?respond=stack-trace";
    const reply = await send(pod, protocol, { target, headers: key("user") });
    expect([reply.status, reply.headers["cache-control"]]).toEqual([500, ["no-store"]]);
  });

  it("a question whether it still holds reaches ComfyUI, and 304 has every header", async () => {
    const headers: Headers = [...key("user"), ["If-None-Match", 'W/"strong"']];
    await pod.forget();
    const reply = await send(pod, protocol, { target: "/scripts/x.js?respond=not-modified", headers });
    expect(reply.status).toBe(304);
    expectSecurityHeaders(reply);
    expect(reply.headers["cache-control"]).toEqual([ASK]);
    expect((await pod.hits())[0]?.headers["if-none-match"]).toBe('W/"strong"');
  });
});

/** When nothing is kept any more, and what is fetched now stays for long enough. */
async function newSlot(): Promise<void> {
  const slotMs = INVENTORY_SECONDS * 1000;
  await sleep(slotMs - (Date.now() % slotMs) + 50);
  await pod.forget();
}

describe.each(PROTOCOLS)("the inventory over %s", (protocol) => {
  const ask = (headers: Headers, call: Partial<Call> = {}) =>
    send(pod, protocol, { target: "/object_info", ...call, headers });

  it("is fetched once for everybody, in both spellings, and only after the verdict", async () => {
    await newSlot();
    const spoiling: Headers = [
      ["Range", "bytes=0-3"],
      ["If-None-Match", '"other"'],
      ["Cache-Control", "no-cache"],
      ["User-Agent", "first"],
      ["Cookie", "a=b"],
    ];
    const first = await ask([...key("worker"), ...spoiling.slice(1)]);
    expect(first.status).toBe(200);
    const [hit, ...more] = await pod.hits();
    expect(more).toEqual([]);
    expect(Object.keys(hit?.headers ?? {}).sort()).toEqual(
      ["connection", "host"].filter((n) => n in (hit?.headers ?? {})),
    );
    expect(JSON.stringify(hit)).not.toContain(pod.keys.worker);

    for (const role of ["worker", "user", "admin"] as const) {
      for (const target of ["/object_info", "/api/object_info", "/%6fbject_info"]) {
        const reply = await ask(key(role), { target });
        expect([reply.status, reply.body.toString()]).toEqual([200, first.body.toString()]);
        expectSecurityHeaders(reply);
      }
    }
    expect((await ask(key("user"), { method: "HEAD" })).status).toBe(200);
    expect(await pod.hits()).toHaveLength(1);

    for (const headers of [[], [["X-API-Key", `${pod.keys.worker}x`]], [["X-API-Key", ""]]] as Headers[]) {
      const reply = await ask(headers);
      expect([reply.status, errorOf(reply)?.status]).toEqual([401, 401]);
      expect(reply.body.toString()).not.toContain("upstream");
    }
    for (const method of ["POST", "DELETE"]) {
      const reply = await ask(key("admin"), { method });
      expect([reply.status, reply.body.toString().includes("upstream")]).toEqual([405, false]);
    }
    expect(await pod.hits()).toHaveLength(1);
  }, 60_000);

  it("a part of it is asked for from what is kept", async () => {
    await newSlot();
    await ask(key("worker"));
    await pod.forget();
    const reply = await ask([...key("worker"), ["Range", "bytes=0-3"]]);
    expect([200, 206]).toContain(reply.status);
    expect(await pod.hits()).toEqual([]);
  });

  it("is fetched anew for a request with a query, which changes nothing of what is kept", async () => {
    await newSlot();
    await ask(key("worker"));
    await pod.forget();
    const other = await ask(key("worker"), { target: "/object_info?x=1" });
    expect(other.body.toString()).toContain("x=1");
    expect(await pod.hits()).toHaveLength(1);
    expect((await ask(key("worker"))).body.toString()).not.toContain("x=1");
    expect(await pod.hits()).toHaveLength(1);
  });

  it("is asked for once where many come at the same time", async () => {
    await newSlot();
    const replies = await Promise.all(Array.from({ length: 40 }, () => ask(key("worker"))));
    expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([200]));
    expect(await pod.hits()).toHaveLength(1);
  }, 60_000);
});

it("without ComfyUI the inventory is 502 once its time is over, and anew with it", async () => {
  const ask = () => send(pod, "HTTP/1.1", { target: "/object_info", headers: key("worker") });
  expect((await ask()).status).toBe(200);
  docker("stop", "--time", "0", pod.container("upstream"));
  try {
    await sleep(INVENTORY_SECONDS * 1000);
    const reply = await ask();
    expect([reply.status, errorOf(reply)?.code]).toEqual([502, "comfyui_unreachable"]);
  } finally {
    docker("start", pod.container("upstream"));
  }
  await expect.poll(async () => (await ask()).status, { timeout: 10_000 }).toBe(200);
}, 60_000);

it("an inventory of ComfyUI's size comes in every coding, and is what it was", async () => {
  await newSlot();
  const plain = await send(pod, "HTTP/1.1", { target: "/object_info", headers: key("worker") });
  for (const coding of ["br", "gzip"]) {
    const headers: Headers = [...key("worker"), ["Accept-Encoding", coding]];
    const reply = await send(pod, "HTTP/1.1", { target: "/object_info", headers });
    expect(reply.headers["content-encoding"]).toEqual([coding]);
    expect(reply.headers.vary).toEqual(["Accept-Encoding"]);
    expect(decoded(reply)).toBe(plain.body.toString());
  }
  expect(await pod.hits()).toHaveLength(3);
}, 60_000);
