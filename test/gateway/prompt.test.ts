/** POST /prompt, WebSockets and big answers. Needs Docker. */
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import WebSocket, { type ClientOptions } from "ws";
import { type Call, errorOf, openTls, type Protocol, send, sendRaw } from "../support/gateway-client";
import { expectPassed, expectRefused } from "../support/gateway-expect";
import { eventually, GatewayPod, newKey } from "../support/gateway-pod";

let pod: GatewayPod;
beforeAll(async () => {
  pod = await GatewayPod.start();
}, 300_000);
afterAll(() => pod?.stop());

const PROTOCOLS: Protocol[] = ["HTTP/1.1", "HTTP/2"];
type Headers = [string, string][];
const key = (role: "worker" | "user" | "admin"): Headers => [["X-API-Key", pod.keys[role]]];
const JSON_TYPE: Headers = [["Content-Type", "application/json"]];
const NODE = '{"1":{"class_type":"KSampler","inputs":{}}}';

function prompt(body: string | Buffer, headers: Headers = JSON_TYPE, target = "/prompt"): Call {
  return { method: "POST", target, headers: [...key("admin"), ...headers], body };
}

describe.each(PROTOCOLS)("POST /prompt over %s", (protocol) => {
  it.each(["/prompt", "/api/prompt", "/%70rompt", "/prompt?a=b"])(
    "control: %s forwards the bytes as they came",
    async (target) => {
      const bodies = [
        '{"prompt":{"3":{"class_type":"KSampler","inputs":{"seed":18446744073709551615}}}}',
        ' {\t"prompt" : {"3":{"class_type":"A","inputs":{"cfg":1.0,"x":1e400,"t":"\\u00e9 é 😀"}}} }\n',
        `{"client_id":"c","extra_data":{"client_id":"c"},"prompt":${NODE}}`,
      ];
      for (const body of bodies) {
        await expectPassed(pod, protocol, prompt(body, JSON_TYPE, target));
        const [hit] = await pod.hits();
        expect(Buffer.from(hit?.body ?? "", "base64").toString()).toBe(body);
        expect(hit?.headers["content-type"]).toBe("application/json");
        expect(hit?.headers["content-length"]).toBe(String(Buffer.byteLength(body)));
      }
    },
  );

  it.each([
    "application/json",
    "Application/JSON",
    "application/json; charset=utf-8",
    'application/json;charset="UTF-8"',
  ])("control: the type %s is taken and forced", async (type) => {
    await expectPassed(pod, protocol, prompt(`{"prompt":${NODE}}`, [["Content-Type", type]]));
    expect((await pod.hits())[0]?.headers["content-type"]).toBe("application/json");
  });

  it.each([
    ...[
      "application/json; charset=utf-7",
      "application/json; charset=cp037",
      "application/json; charset=utf-16",
    ],
    ...[
      "application/json; charset=utf-8; charset=utf-7",
      "application/json; boundary=x",
      "application/json; charset=",
    ],
    ...[
      "text/plain",
      "text/json",
      "application/x-www-form-urlencoded",
      "multipart/form-data; boundary=x",
      "application/jsonx",
    ],
    ...[
      "application/json, text/plain",
      "application/ld+json",
      "application/json;charset=utf-8-sig",
      "application/json charset=utf-8",
    ],
  ])("the type %s is 415", async (type) => {
    await expectRefused(pod, protocol, prompt(`{"prompt":${NODE}}`, [["Content-Type", type]]), 415);
  });

  it("no type, two types and an encoding are refused", async () => {
    await expectRefused(pod, protocol, prompt(`{"prompt":${NODE}}`, []), 415);
    const encodings = ["gzip", "deflate", "br", "identity", "GZIP", "x"];
    for (const encoding of encodings) {
      const headers: Headers = [...JSON_TYPE, ["Content-Encoding", encoding]];
      await expectRefused(pod, protocol, prompt(`{"prompt":${NODE}}`, headers), 415);
    }
  });

  const malformed: [what: string, code: string, body: string | Buffer][] = [
    ["no body", "invalid_json", ""],
    ["no JSON", "invalid_json", "hello"],
    ["text after the value", "invalid_json", `{"prompt":${NODE}} x`],
    ["two values", "invalid_json", `{"prompt":${NODE}}{"prompt":${NODE}}`],
    ["a comment", "invalid_json", `{"prompt":${NODE}/* */}`],
    ["a trailing comma", "invalid_json", `{"prompt":${NODE},}`],
    ["NaN", "invalid_json", '{"prompt":{"1":{"class_type":"A","inputs":{"x":NaN}}}}'],
    ["Infinity", "invalid_json", '{"prompt":{"1":{"class_type":"A","inputs":{"x":-Infinity}}}}'],
    ["single quotes", "invalid_json", "{'prompt':{}}"],
    ["a byte order mark", "invalid_json", `\ufeff{"prompt":${NODE}}`],
    ["UTF-16", "invalid_json", Buffer.from(`{"prompt":${NODE}}`, "utf16le")],
    ["invalid UTF-8", "invalid_utf8", Buffer.from(`{"prompt":{"1":{"class_type":"A\xff"}}}`, "latin1")],
    ["overlong UTF-8", "invalid_utf8", Buffer.from('{"prompt":{"1":{"class_type":"\xc0\xaf"}}}', "latin1")],
    [
      "a surrogate in UTF-8",
      "invalid_utf8",
      Buffer.from('{"prompt":{"1":{"class_type":"\xed\xa0\x80"}}}', "latin1"),
    ],
    ["an escaped lone surrogate", "invalid_text", '{"prompt":{"1":{"class_type":"\\ud800"}}}'],
    ["a lone surrogate in a key", "invalid_text", '{"prompt":{"\\udc00":{"class_type":"A"}}}'],
    ["a control character in a string", "invalid_json", '{"prompt":{"1":{"class_type":"A\nB"}}}'],
    ["UTF-7", "invalid_json", "+AHsAIgBwAHIAbwBtAHAAdAAi-"],
    ["a list", "invalid_shape", `[{"prompt":${NODE}}]`],
    ["null", "invalid_shape", "null"],
    ["a string", "invalid_shape", '"prompt"'],
    ["no prompt", "no_prompt", "{}"],
    ["a prompt that is a list", "no_prompt", '{"prompt":[{"class_type":"A"}]}'],
    ["a prompt that is null", "no_prompt", '{"prompt":null}'],
    ["a node that is a string", "invalid_node", '{"prompt":{"1":"A"}}'],
    ["a class_type that is a list", "invalid_node", '{"prompt":{"1":{"class_type":["A"],"inputs":{}}}}'],
    ["no class_type", "invalid_node", '{"prompt":{"1":{"inputs":{}}}}'],
    ["a bad prompt that comes last", "duplicate_key", `{"prompt":${NODE},"prompt":[]}`],
    [
      "a nesting of 1,001",
      "nesting",
      `{"prompt":{"1":{"class_type":"A","inputs":{"x":${"[".repeat(998)}${"]".repeat(998)}}}}}`,
    ],
    ["a nesting of 100,000", "nesting", `{"prompt":${'{"a":'.repeat(100_000)}1${"}".repeat(100_000)}}`],
    [
      "10,001 nodes",
      "too_many_nodes",
      JSON.stringify({
        prompt: Object.fromEntries(
          Array.from({ length: 10_001 }, (_, i) => [i, { class_type: "A", inputs: {} }]),
        ),
      }),
    ],
  ];
  it.each(malformed)("%s is 400 %s", async (_, code, body) => {
    const reply = await expectRefused(pod, protocol, prompt(body), 400);
    expect(errorOf(reply)?.code).toBe(code);
  });

  it("control: a nesting of exactly 1,000 passes", async () => {
    const body = `{"prompt":{"1":{"class_type":"A","inputs":{"x":${"[".repeat(996)}${"]".repeat(996)}}}}}`;
    await expectPassed(pod, protocol, prompt(body));
  });

  it("a body of 1 MiB passes, one byte more is 413", async () => {
    const bare = `{"prompt":${NODE}}`;
    await expectPassed(pod, protocol, prompt(bare + " ".repeat(1024 * 1024 - bare.length)));
    await expectRefused(pod, protocol, prompt(bare + " ".repeat(1024 * 1024 - bare.length + 1)), 413);
  });

  it("a bad node at the end of a padded body is seen", async () => {
    const padding = JSON.stringify({ class_type: "A", inputs: { text: "x".repeat(900_000) } });
    await expectRefused(
      pod,
      protocol,
      prompt(`{"prompt":{"1":${padding},"2":{"class_type":7,"inputs":{}}}}`),
      400,
    );
  });

  it("without a valid key the body is not even looked at", async () => {
    const headers: Headers = [["X-API-Key", newKey()], ...JSON_TYPE];
    await expectRefused(pod, protocol, { method: "POST", target: "/prompt", headers, body: "not json" }, 401);
  });

  it("settings may come as the web UI sends them, and arrive as JSON", async () => {
    const request = { method: "POST", target: "/settings/Comfy.Locale", body: '"en"' };
    const type = (text: string): Headers => [...key("user"), ["Content-Type", text]];
    const passed = { ...request, headers: type("text/plain;charset=UTF-8") };
    await expectPassed(pod, protocol, passed);
    expect((await pod.hits())[0]?.headers["content-type"]).toBe("application/json");
    await expectRefused(pod, protocol, { ...request, headers: type("text/plain;charset=utf-7") }, 415);
    await expectRefused(pod, protocol, { ...request, headers: type("text/plain") }, 415);
  });

  it("other JSON routes get the forced type too", async () => {
    const utf7: Headers = [...key("admin"), ["Content-Type", "application/json; charset=utf-7"]];
    await expectRefused(pod, protocol, { method: "POST", target: "/queue", headers: utf7, body: "{}" }, 415);
    const plain: Headers = [...key("admin"), ["Content-Type", "text/plain"]];
    await expectRefused(
      pod,
      protocol,
      { method: "POST", target: "/api/history", headers: plain, body: "{}" },
      415,
    );
    const utf8: Headers = [...key("admin"), ["Content-Type", "application/json;charset=UTF-8"]];
    await expectPassed(pod, protocol, {
      method: "POST",
      target: "/queue",
      headers: utf8,
      body: '{"clear":true}',
    });
    expect((await pod.hits())[0]?.headers["content-type"]).toBe("application/json");
  });
});

it("a chunked body beyond the limit is 413 and goes nowhere", async () => {
  await pod.forget();
  const chunk = `10000\r\n${"x".repeat(0x10000)}\r\n`;
  const head = `POST /prompt HTTP/1.1\r\nHost: localhost\r\nX-API-Key: ${pod.keys.worker}\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n`;
  const reply = await sendRaw(pod, `${head}${chunk.repeat(17)}0\r\n\r\n`);
  expect([0, 413]).toContain(reply.status);
  expect(await pod.hits()).toEqual([]);
});

describe("WebSocket", () => {
  const open = (target: string, options: ClientOptions): Promise<WebSocket | number> => {
    const socket = new WebSocket(`wss://localhost:${pod.port}${target}`, { ca: pod.ca, ...options });
    return new Promise((resolve) => {
      socket.on("open", () => resolve(socket));
      socket.on("unexpected-response", (_, response) => resolve(response.statusCode ?? 0));
      socket.on("error", () => resolve(0));
    });
  };
  const authorized = () => ({ headers: { "X-API-Key": pod.keys.worker } });
  const expectClosed = async (target: string, options: ClientOptions, status: number) => {
    await pod.forget();
    expect(await open(target, options)).toBe(status);
    expect(await pod.hits()).toEqual([]);
  };

  it.each(["/ws", "/api/ws"])("control: %s joins the client to ComfyUI, text and binary", async (path) => {
    for (const origin of [undefined, pod.origin, `https://comfy.example.com:${pod.port}`]) {
      await pod.forget();
      const socket = await open(`${path}?clientId=abc`, { ...authorized(), origin });
      if (typeof socket === "number") throw new Error(`refused with ${socket}`);
      const received: unknown[] = [];
      socket.on("message", (data, isBinary) =>
        received.push(isBinary ? (data as Buffer).length : data.toString()),
      );
      socket.send("hello");
      socket.send(Buffer.alloc(1_000_000, 1));
      await eventually(async () => received.length === 2, "both messages are echoed");
      expect(received).toEqual(["hello", 1_000_000]);
      const [hit] = await pod.hits();
      expect(hit?.target).toBe(`${path}?clientId=abc`);
      expect(JSON.stringify(hit?.headers)).not.toContain(pod.keys.worker);
      expect(hit?.headers.origin).toBeUndefined();
      socket.close();
      await eventually(async () => (await pod.openSockets()) === 0, "ComfyUI's side is closed");
    }
  });

  it.each(["/ws", "/api/ws"])("%s without a valid key is 401", async (path) => {
    await expectClosed(path, {}, 401);
    await expectClosed(path, { headers: { "X-API-Key": newKey() } }, 401);
    await expectClosed(path, { origin: pod.origin }, 401);
  });

  it("foreign origins are 403", async () => {
    const { port } = pod;
    const foreign = [
      ...[
        "https://evil.example",
        `https://localhost.evil.example:${port}`,
        `https://evil-localhost:${port}`,
        "null",
      ],
      ...[
        `http://localhost:${port}`,
        "https://localhost",
        `https://localhost:${port + 1}`,
        `https://localhost:${port}.evil.example`,
      ],
      ...[
        `https://localhost:${port}/`,
        `https://LOCALHOST:${port}`,
        `https://user@localhost:${port}`,
        `${pod.origin}, ${pod.origin}`,
      ],
    ];
    for (const origin of foreign) await expectClosed("/ws", { ...authorized(), origin }, 403);
  });

  it("only websocket upgrades, only on /ws", async () => {
    await expectClosed("/queue", authorized(), 403);
    await expectClosed("/ws?clientId=a&clientId=b", authorized(), 400);
    for (const upgrade of ["h2c", "websocket, h2c", "TLS/1.0", "foo"]) {
      const headers: Headers = [
        ...key("worker"),
        ["Connection", "Upgrade, HTTP2-Settings, close"],
        ["Upgrade", upgrade],
        ["HTTP2-Settings", "AAMAAABkAAQAAP__"],
      ];
      await expectRefused(pod, "HTTP/1.1", { target: "/ws", headers }, 400);
    }
    await pod.forget();
    const h2c: Headers = [...key("worker"), ["Connection", "Upgrade, close"], ["Upgrade", "h2c"]];
    const reply = await send(pod, "HTTP/1.1", { target: "/system_stats", headers: h2c });
    expect(reply.status).toBe(200);
    expect((await pod.hits())[0]?.headers.upgrade).toBeUndefined();
  });

  it("bytes sent with the upgrade do not become a request", async () => {
    await pod.forget();
    const socket = await openTls(pod);
    socket.write(
      `GET /ws HTTP/1.1\r\nHost: localhost\r\nX-API-Key: ${newKey()}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\nGET /queue HTTP/1.1\r\nHost: localhost\r\n\r\n`,
    );
    await sleep(500);
    socket.destroy();
    expect(await pod.hits()).toEqual([]);
  });
});

describe("answers", () => {
  it("an answer of 64 MiB arrives whole, an answer in parts arrives in parts", async () => {
    const size = 64 * 1024 * 1024;
    const reply = await send(pod, "HTTP/2", {
      target: `/view?respond=big&size=${size}`,
      headers: key("worker"),
    });
    expect([reply.status, reply.body.length]).toEqual([200, size]);
    const socket = await openTls(pod);
    const started = Date.now();
    let firstAfter = 0;
    const text = await new Promise<string>((resolve) => {
      let received = "";
      socket.on("data", (chunk) => {
        received += chunk;
        if (firstAfter === 0 && received.includes("first")) firstAfter = Date.now() - started;
        if (received.includes("last")) resolve(received);
      });
      socket.write(
        `GET /view?respond=slow HTTP/1.1\r\nHost: localhost\r\nX-API-Key: ${pod.keys.worker}\r\n\r\n`,
      );
    });
    socket.destroy();
    expect(text).toContain("first");
    expect(Date.now() - started - firstAfter).toBeGreaterThan(1000);
  });
});
