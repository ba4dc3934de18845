/**
 * What the authorizer has passed is sent on by nginx, from where it holds it: the same bytes that were inspected, however
 * they came, and never without the authorizer's word. Needs Docker.
 */
import { createHash } from "node:crypto";
import { connect } from "node:http2";
import { setTimeout as sleep } from "node:timers/promises";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PASSED_LOCATION } from "../../components/gateway/handover";
import { type Call, errorOf, openTls, send, sendRaw, sendRawAll } from "../support/gateway-client";
import { expectPassed, expectRefused, expectSecurityHeaders } from "../support/gateway-expect";
import { GatewayPod, newKey } from "../support/gateway-pod";
import { file, form, MULTIPART } from "../support/multipart";

let pod: GatewayPod;
beforeAll(async () => {
  pod = await GatewayPod.start();
}, 300_000);
afterAll(() => pod?.stop());

const PROTOCOLS = ["HTTP/1.1", "HTTP/2"] as const;

/** A workflow of about so many bytes, no two parts of it alike. */
function workflow(bytes: number, classType = "CLIPTextEncode"): string {
  const words = createHash("sha256").update(String(bytes)).digest("hex");
  const text = Array.from({ length: Math.ceil(bytes / 70) }, (_, line) => `${line} ${words}`).join(" é ");
  return JSON.stringify({
    client_id: "handoff",
    prompt: {
      1: { class_type: "KSampler", inputs: { text, seed: 1 } },
      2: { class_type: classType, inputs: {} },
    },
  });
}

const call = (body: string | Buffer, target = "/prompt"): Call => ({
  method: "POST",
  target,
  headers: [
    ["X-API-Key", pod.keys.admin],
    ["Content-Type", "application/json"],
  ],
  body,
});

/** That ComfyUI has had this body, once and whole, with its length and nothing of the client's credentials. */
async function expectArrived(body: string): Promise<void> {
  const hits = await pod.hits();
  expect(hits).toHaveLength(1);
  expect(hits[0]).toMatchObject({
    method: "POST",
    bodyLength: Buffer.byteLength(body),
    bodySha256: createHash("sha256").update(body).digest("hex"),
  });
  const headers = hits[0]?.headers ?? {};
  expect(headers["content-length"]).toBe(String(Buffer.byteLength(body)));
  expect(headers["content-type"]).toBe("application/json");
  expect(headers["transfer-encoding"]).toBeUndefined();
  expect(JSON.stringify(headers)).not.toContain(pod.keys.admin);
  expect(Object.keys(headers).filter((name) => name.startsWith("x-"))).toEqual([]);
}

/** Until every line of the audit log so far has arrived. */
const AUDIT_MS = 500;

/** Around what one TLS record, nginx's buffers and the limit hold. */
const SIZES = [200, 16_000, 60_000, 130_000, 200_000, 900_000];

describe.each(PROTOCOLS)("a body over %s", (protocol) => {
  it.each(SIZES)("of about %d bytes arrives as it came", async (bytes) => {
    const body = workflow(bytes);
    await expectPassed(pod, protocol, call(body));
    await expectArrived(body);
  });

  it.each(SIZES)("of about %d bytes with a denied class at its end does not", async (bytes) => {
    const reply = await expectRefused(pod, protocol, call(workflow(bytes, "SrlEval")), 403);
    expect(errorOf(reply)?.code).toBe("node_denied");
  });

  it("of any text arrives as it came", async () => {
    const value = fc.oneof(fc.string({ unit: "grapheme" }), fc.double({ noNaN: true }), fc.boolean());
    const inputs = fc.dictionary(fc.stringMatching(/^[a-z]{1,8}$/), value);
    await fc.assert(
      fc.asyncProperty(inputs, fc.integer({ min: 0, max: 4 }), async (values, spaces) => {
        const prompt = { 1: { class_type: "Note", inputs: values } };
        const body = JSON.stringify({ client_id: "handoff", prompt }, null, spaces);
        await pod.forget();
        expect((await send(pod, protocol, call(body))).status).toBe(200);
        await expectArrived(body);
      }),
      { numRuns: 25 },
    );
  });

  it("of one request is never another's", async () => {
    const bodies = Array.from({ length: 12 }, (_, index) => workflow(1000 + 20_000 * index));
    await pod.forget();
    const replies = await Promise.all(bodies.map((body) => send(pod, protocol, call(body))));
    expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([200]));
    const digests = bodies.map((body) => createHash("sha256").update(body).digest("hex"));
    const arrived = (await pod.hits()).map(({ bodySha256 }) => bodySha256);
    expect(arrived.sort()).toEqual(digests.sort());
  });
});

describe("a body over HTTP/1.1", () => {
  const head = (fields: string) =>
    `POST /prompt HTTP/1.1\r\nHost: localhost\r\nX-API-Key: ${pod.keys.admin}\r\nContent-Type: application/json\r\nConnection: close\r\n${fields}\r\n`;
  const chunked = (bytes: Buffer, size: number) => {
    const chunks: Buffer[] = [];
    for (let from = 0; from < bytes.length; from += size) {
      const chunk = bytes.subarray(from, from + size);
      chunks.push(Buffer.from(`${chunk.length.toString(16)}\r\n`), chunk, Buffer.from("\r\n"));
    }
    return Buffer.concat([...chunks, Buffer.from("0\r\n\r\n")]);
  };

  it.each([
    [500, 7],
    [60_000, 1000],
    [200_000, 65_536],
    [900_000, 4096],
  ])("of %d bytes in chunks of %d arrives with its length", async (bytes, size) => {
    const body = workflow(bytes);
    await pod.forget();
    const reply = await sendRaw(
      pod,
      Buffer.concat([Buffer.from(head("Transfer-Encoding: chunked\r\n")), chunked(Buffer.from(body), size)]),
    );
    expect(reply.status).toBe(200);
    await expectArrived(body);
  });

  it("in chunks is inspected whole", async () => {
    const body = chunked(Buffer.from(workflow(200_000, "SrlEval")), 1000);
    await pod.forget();
    const reply = await sendRaw(
      pod,
      Buffer.concat([Buffer.from(head("Transfer-Encoding: chunked\r\n")), body]),
    );
    expect([reply.status, errorOf(reply)?.code]).toEqual([403, "node_denied"]);
    expect(await pod.hits()).toEqual([]);
  });

  it.each([60_000, 200_000])("of %d bytes that waits for 100 Continue arrives", async (bytes) => {
    const body = workflow(bytes);
    await pod.forget();
    const socket = await openTls(pod);
    let received = "";
    const until = (text: string) =>
      new Promise<void>((resolve, reject) => {
        socket.on("data", () => received.includes(text) && resolve());
        socket.on("close", () => reject(new Error(`closed after ${JSON.stringify(received)}`)));
      });
    socket.on("data", (chunk) => {
      received += chunk;
    });
    const continued = until("100 Continue");
    socket.write(head(`Content-Length: ${Buffer.byteLength(body)}\r\nExpect: 100-continue\r\n`));
    await continued;
    expect(await pod.hits()).toEqual([]);
    const answered = until("HTTP/1.1 200");
    socket.write(body);
    await answered;
    socket.destroy();
    await expectArrived(body);
  });

  it("that comes in pieces arrives, and one that never ends does not", async () => {
    const body = workflow(60_000);
    await pod.forget();
    const socket = await openTls(pod);
    socket.write(head(`Content-Length: ${Buffer.byteLength(body)}\r\n`));
    const bytes = Buffer.from(body);
    for (let from = 0; from < bytes.length - 1; from += 20_000) {
      socket.write(bytes.subarray(from, Math.min(from + 20_000, bytes.length - 1)));
      await sleep(50);
    }
    await sleep(300);
    expect(await pod.hits()).toEqual([]);
    const answered = new Promise((resolve) => socket.once("data", resolve));
    socket.write(bytes.subarray(bytes.length - 1));
    expect(String(await answered)).toMatch(/^HTTP\/1\.1 200/);
    socket.destroy();
    await expectArrived(body);

    await pod.forget();
    const leaving = await openTls(pod);
    leaving.write(head(`Content-Length: ${bytes.length}\r\n`));
    leaving.write(bytes.subarray(0, bytes.length - 1));
    await sleep(300);
    leaving.destroy();
    await sleep(300);
    expect(await pod.hits()).toEqual([]);
  });

  it("that is good carries nothing through for the one behind it", async () => {
    const [good, bad] = [workflow(500), workflow(700, "SrlEval")];
    const request = (body: string, connection: string) =>
      `${head(`Content-Length: ${Buffer.byteLength(body)}\r\n`).replace("Connection: close\r\n", connection)}${body}`;
    await pod.forget();
    const replies = await sendRawAll(
      pod,
      request(good, "") + request(bad, "") + request(good, "Connection: close\r\n"),
    );
    expect(replies.map(({ status }) => status)).toEqual([200, 403, 200]);
    expect(await pod.hits()).toHaveLength(2);
  });
});

it("a body over HTTP/2 without a length arrives with one", async () => {
  const body = workflow(200_000);
  await pod.forget();
  const session = connect(`https://localhost:${pod.port}`, { ca: pod.ca, servername: "localhost" });
  const stream = session.request({
    ":method": "POST",
    ":path": "/prompt",
    "x-api-key": pod.keys.admin,
    "content-type": "application/json",
  });
  const answered = new Promise((resolve, reject) => {
    stream.on("response", (headers) => resolve(headers[":status"]));
    stream.on("error", reject);
  });
  for (let from = 0; from < body.length; from += 30_000) {
    stream.write(body.slice(from, from + 30_000));
    await sleep(20);
  }
  stream.end();
  expect(await answered).toBe(200);
  session.close();
  await expectArrived(body);
});

describe.each(PROTOCOLS)("without the authorizer's word, over %s,", (protocol) => {
  const asking: [string, string][] = [
    ["X-Accel-Redirect", PASSED_LOCATION],
    ["X-Gateway-Purpose", "verify"],
    ["X-Gateway-Status", "200"],
    ["X-Gateway-Verdict", "allow"],
  ];

  it("nothing gets to ComfyUI by asking for the way there", async () => {
    const named = [`/${PASSED_LOCATION}`, `/${encodeURIComponent(PASSED_LOCATION)}`, "/.gateway/passed"];
    for (const target of named) {
      await expectRefused(
        pod,
        protocol,
        { target, headers: [...asking, ["X-API-Key", pod.keys.admin]] },
        404,
      );
    }
    const good = call(workflow(200));
    const withKey = (key: string): Call => ({
      ...good,
      headers: [...asking, ["X-API-Key", key], ["Content-Type", "application/json"]],
    });
    await expectRefused(pod, protocol, withKey(newKey()), 401);
    await expectRefused(pod, protocol, { ...withKey(pod.keys.admin), body: workflow(200, "SrlEval") }, 403);
    await expectPassed(pod, protocol, withKey(pod.keys.admin));
    expect((await pod.hits())[0]?.headers["x-accel-redirect"]).toBeUndefined();
  });

  it("ComfyUI cannot send a request there again, nor anywhere else", async () => {
    const upload: Call = {
      method: "POST",
      target: "/upload/image",
      headers: [
        ["X-API-Key", pod.keys.admin],
        ["Content-Type", MULTIPART],
      ],
      body: form(file()),
    };
    const get: Call = { target: "/system_stats", headers: [["X-API-Key", pod.keys.admin]] };
    for (const path of ["/prompt", "/system_stats", "/upload/image"]) {
      for (const to of [PASSED_LOCATION, "/.gateway/verify", "/internal/logs"]) {
        const sent = path === "/prompt" ? call(workflow(200)) : path === "/upload/image" ? upload : get;
        await pod.forget();
        const target = `${path}?respond=accel&to=${encodeURIComponent(to)}`;
        const reply = await send(pod, protocol, { ...sent, target });
        expect([reply.status, reply.body.toString()]).toEqual([200, "from upstream"]);
        expect(reply.headers["x-accel-redirect"]).toBeUndefined();
        expect((await pod.hits()).map((hit) => hit.target)).toEqual([target]);
      }
    }
  });
});

describe.each(PROTOCOLS)("ComfyUI's answer to a workflow over %s", (protocol) => {
  it("has none of the headers that it must not decide", async () => {
    await sleep(AUDIT_MS);
    const mark = pod.auditMark();
    const reply = await send(pod, protocol, call(workflow(200), "/prompt?respond=headers"));
    expect([reply.status, reply.body.toString()]).toEqual([200, "<p>hello</p>"]);
    expectSecurityHeaders(reply);
    expect(reply.headers["content-security-policy"]).toEqual([
      "default-src 'none'; frame-ancestors 'none'; sandbox",
    ]);
    expect(reply.headers["set-cookie"]).toBeUndefined();
    expect(reply.headers["x-powered-by"]).toBeUndefined();
    const names = Object.keys(reply.headers).filter((name) => name.startsWith("x-gateway"));
    expect(names).toEqual([]);
    const [line = "{}"] = await pod.auditSince(mark, 200);
    expect(JSON.parse(line)).toMatchObject({ client: "admin", route: "prompt", verdict: "allow" });
  });

  it("comes through where it is a refusal, and is hidden where ComfyUI failed", async () => {
    const refused = await send(pod, protocol, call(workflow(200), "/prompt?respond=bad-request"));
    expect([refused.status, refused.body.toString()]).toEqual([400, '{"error":{"type":"from_upstream"}}']);
    const failed = await send(pod, protocol, call(workflow(200), "/prompt?respond=stack-trace"));
    expect([failed.status, errorOf(failed)?.code]).toEqual([500, "internal_error"]);
    expect(failed.body.toString()).not.toContain("SECRET");
  });

  it("is one line of the audit log", async () => {
    await sleep(AUDIT_MS);
    const mark = pod.auditMark();
    const target = `/prompt?once=${newKey()}`;
    await send(pod, protocol, call(workflow(300), target));
    await send(pod, protocol, call(workflow(300, "SrlEval"), target));
    await sleep(AUDIT_MS);
    const lines = (await pod.auditSince(mark, 403)).map((line) => JSON.parse(line));
    expect(lines.map(({ status, verdict }) => [status, verdict])).toEqual([
      [200, "allow"],
      [403, "node_denied"],
    ]);
  });
});
