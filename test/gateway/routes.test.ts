/**
 * Who gets where: credentials, the route table, and paths that two servers could read differently. Every case over
 * HTTP/1.1 and HTTP/2. Needs Docker.
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isExact, ROUTES, spellings } from "../../components/gateway/routes";
import { errorOf, http1Text, type Protocol, send, sendRawAll } from "../support/gateway-client";
import { expectPassed, expectRefused } from "../support/gateway-expect";
import { GatewayPod, newKey } from "../support/gateway-pod";
import { file, form, MASKED, MULTIPART } from "../support/multipart";

let pod: GatewayPod;
beforeAll(async () => {
  pod = await GatewayPod.start();
}, 300_000);
afterAll(() => pod?.stop());

const PROTOCOLS: Protocol[] = ["HTTP/1.1", "HTTP/2"];
type Headers = [string, string][];
type Role = "worker" | "user" | "admin";

const key = (role: Role): Headers => [["X-API-Key", pod.keys[role]]];

describe.each(PROTOCOLS)("credentials over %s", (protocol) => {
  it.each([
    ...[
      "/",
      "/system_stats",
      "/queue",
      "/object_info",
      "/history",
      "/embeddings",
      "/models",
      "/ws",
      "/nothing",
    ],
    ...[
      "/api/system_stats",
      "/api/prompt",
      "/prompt",
      "/api/ws",
      "/manager/reboot",
      "/.gateway/verify",
      "/.gateway/verify-socket",
      "/.gateway/error/404",
    ],
    ...[
      "/verify",
      "/generation",
      "/health",
      "/favicon.ico",
      "/style.css",
      "/prompt/health",
      "/health?/prompt",
    ],
  ])("GET %s without a credential is 401", async (target) => {
    const reply = await expectRefused(pod, protocol, { target }, 401);
    expect(errorOf(reply)?.code).toBe("no_credential");
  });

  it.each(["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "PROPFIND", "HEAD"])(
    "%s /prompt without a credential is 401",
    async (method) => {
      await expectRefused(pod, protocol, { method, target: "/prompt" }, 401);
    },
  );

  it("POST /api/prompt with a body and no credential is 401", async () => {
    const headers: Headers = [["Content-Type", "application/json"]];
    await expectRefused(
      pod,
      protocol,
      { method: "POST", target: "/api/prompt", headers, body: '{"prompt":{}}' },
      401,
    );
  });

  it("TRACE without a credential is refused", async () => {
    await expectRefused(pod, protocol, { method: "TRACE", target: "/prompt" }, 405);
  });

  const wrong: [what: string, headers: () => Headers, status: number][] = [
    ["an empty key", () => [["X-API-Key", ""]], 401],
    ["another key", () => [["X-API-Key", newKey()]], 401],
    ["one character more", () => [["X-API-Key", `${pod.keys.admin}0`]], 401],
    ["a prefix", () => [["X-API-Key", pod.keys.admin.slice(0, -1)]], 401],
    ["upper case", () => [["X-API-Key", pod.keys.admin.toUpperCase()]], 401],
    ["its digits only", () => [["X-API-Key", pod.keys.admin.slice(3)]], 401],
    ["a quoted key", () => [["X-API-Key", `"${pod.keys.admin}"`]], 401],
    ["a non-ASCII byte", () => [["X-API-Key", `${pod.keys.admin}\u00a0`]], 401],
    ["the key in a cookie", () => [["Cookie", `X-API-Key=${pod.keys.admin}`]], 401],
    ["the key as a bearer token", () => [["Authorization", `Bearer ${pod.keys.admin}`]], 401],
    [
      "the key as a basic password",
      () => [["Authorization", `Basic ${btoa(`admin:${pod.keys.admin}`)}`]],
      401,
    ],
    ["the key with underscores", () => [["X_API_Key", pod.keys.admin]], 401],
    ["the header that nginx hands over", () => [["X-Gateway-Api-Key", pod.keys.admin]], 401],
    [
      "a forged verdict",
      () => [
        ["X-Gateway-Status", "200"],
        ["X-Gateway-Purpose", "verify"],
      ],
      401,
    ],
    ["a health checker's user agent", () => [["User-Agent", "ELB-HealthChecker/2.0"]], 401],
    ["a kube probe's user agent", () => [["User-Agent", "kube-probe/1.30"]], 401],
    [
      "a forwarding claim",
      () => [
        ["X-Forwarded-For", "127.0.0.1"],
        ["X-Real-IP", "127.0.0.1"],
      ],
      401,
    ],
    [
      "a rewritten path",
      () => [
        ["X-Original-URL", "/health"],
        ["X-Rewrite-URL", "/health"],
      ],
      401,
    ],
    ["two keys", () => [...key("admin"), ...key("worker")], 400],
    ["the same key twice", () => [...key("admin"), ...key("admin")], 400],
    ["two keys in one header", () => [["X-API-Key", `${pod.keys.admin}, ${pod.keys.worker}`]], 400],
    ["a key and an Authorization", () => [...key("admin"), ["Authorization", "Bearer x"]], 400],
    [
      "a wrong key and an Authorization",
      () => [
        ["X-API-Key", "x"],
        ["Authorization", "Basic eDp5"],
      ],
      400,
    ],
  ];
  it.each(wrong)("%s is refused", async (_, headers, status) => {
    for (const target of ["/system_stats", "/api/system_stats"]) {
      await expectRefused(pod, protocol, { target, headers: headers() }, status);
    }
  });

  it("a key in the query or the body is no credential", async () => {
    await expectRefused(pod, protocol, { target: `/queue?X-API-Key=${pod.keys.admin}` }, 401);
    const headers: Headers = [["Content-Type", "application/json"]];
    const body = JSON.stringify({ "X-API-Key": pod.keys.admin });
    await expectRefused(pod, protocol, { method: "POST", target: "/queue", headers, body }, 401);
  });

  it.each(["worker", "user", "admin"] as const)("control: the key of %s passes", async (role) => {
    await expectPassed(pod, protocol, { target: "/system_stats", headers: key(role) });
    await expectPassed(pod, protocol, { target: "/api/system_stats", headers: key(role) });
  });
});

it("a refused request on a kept connection gives the next one nothing", async () => {
  await pod.forget();
  const host = `localhost:${pod.port}`;
  const keep: Headers = [["Connection", "keep-alive"]];
  const replies = await sendRawAll(
    pod,
    Buffer.concat([
      http1Text({ target: "/system_stats", headers: [...key("admin"), ...keep] }, host),
      http1Text({ target: "/system_stats", headers: keep }, host),
      http1Text({ target: "/system_stats", headers: [...key("admin"), ...keep] }, host),
      http1Text({ target: "/queue" }, host),
    ]),
  );
  expect(replies.map(({ status }) => status)).toEqual([200, 401, 200, 401]);
  expect((await pod.hits()).map(({ target }) => target)).toEqual(["/system_stats", "/system_stats"]);
});

describe("the route table", () => {
  /** A concrete path for every pattern. */
  const example = (path: string) => path.replace(/\{\w+:rest\}/g, "a/b.js").replace(/\{[^}]+\}/g, "x1");
  const cases = ROUTES.flatMap((route) =>
    spellings(route).flatMap((path) =>
      (["GET", "POST", "DELETE", "PATCH", "PUT"] as const).map((method) => ({ route, path, method })),
    ),
  );
  const RANK: Record<Role, number> = { worker: 0, user: 1, admin: 2 };

  it("lets each role do exactly what it says, in both spellings", async () => {
    await pod.forget();
    const wrong: string[] = [];
    const passed: string[] = [];
    for (const { route, path, method } of cases) {
      const needed = route.access === "never" ? "never" : (route.access[method] ?? "absent");
      for (const role of ["worker", "user", "admin"] as const) {
        // With a query, what the gateway may keep is asked for anew.
        const target = example(path) + (route.caching === "gateway" ? "?fresh" : "");
        const isUpload = route.payload === "multipart";
        const json = `{"prompt":{},"client_id":"${role}"}`;
        const picture = route.id === "upload-mask" ? form(file(), MASKED) : form(file());
        const body = method === "GET" ? undefined : isUpload ? picture : json;
        const type = isUpload ? MULTIPART : "application/json";
        const headers: Headers = [...key(role), ...(body ? ([["Content-Type", type]] as Headers) : [])];
        const { status } = await send(pod, "HTTP/2", { method, target, headers, body });
        let expected = 200;
        if (route.access === "never") expected = 404;
        else if (needed === "never" || needed === "absent") expected = 405;
        else if (RANK[role] < RANK[needed]) expected = 403;
        // A plain GET cannot become a WebSocket.
        else if (route.payload === "socket") expected = 400;
        else passed.push(target);
        if (status !== expected) wrong.push(`${role} ${method} ${target}: ${status}, not ${expected}`);
      }
    }
    expect(wrong).toEqual([]);
    expect((await pod.hits()).map(({ target }) => target)).toEqual(passed);
  }, 120_000);

  it("answers HEAD where GET is allowed", async () => {
    const headers = key("worker");
    await expectPassed(pod, "HTTP/1.1", { method: "HEAD", target: "/system_stats", headers });
    await expectRefused(pod, "HTTP/1.1", { method: "HEAD", target: "/queue", headers }, 403);
    await expectRefused(pod, "HTTP/1.1", { method: "HEAD", target: "/free", headers: key("admin") }, 405);
  });

  it("says with 405 which methods there are", async () => {
    const call = { method: "DELETE", target: "/queue", headers: key("admin") };
    const reply = await expectRefused(pod, "HTTP/2", call, 405);
    expect(reply.headers.allow).toEqual(["GET, POST, HEAD"]);
  });

  it.each([
    ...[
      "/customnode/install/pip",
      "/manager/queue/install",
      "/manager/queue/reinstall",
      "/manager/queue/update",
    ],
    ...[
      "/manager/queue/update_all",
      "/manager/queue/fix",
      "/manager/queue/uninstall",
      "/manager/queue/disable",
    ],
    ...[
      "/snapshot/restore",
      "/snapshot/remove",
      "/snapshot/save",
      "/manager/queue/install_model",
      "/manager/reboot",
    ],
    ...[
      "/externalmodel/getlist",
      "/comfyui_manager/x",
      "/upload/temp",
      "/api/assets",
      "/api/assets/download",
    ],
    ...["/manager/db_mode?value=x%0Dsecurity_level=weak", "/manager/db_mode?value=x%0asecurity_level=weak"],
  ])("not even an admin reaches %s, however it is prefixed", async (target) => {
    for (const prefix of ["", "/api", "/v2", "/api/v2"]) {
      for (const method of ["GET", "POST"]) {
        await expectRefused(pod, "HTTP/2", { method, target: prefix + target, headers: key("admin") }, [404]);
      }
    }
  });

  it.each([
    ...[
      "/MANAGER/queue/install",
      "/Manager/queue/install",
      "/%6danager/queue/install",
      "/PROMPT",
      "/Api/prompt",
    ],
    ...[
      "/system_stats/",
      "/system_stats.",
      "/system_statsx",
      "/api/api/system_stats",
      "/api",
      "/internal",
      "/api/internal/logs",
    ],
  ])("%s is nothing, to an admin", async (target) => {
    await expectRefused(pod, "HTTP/1.1", { target, headers: key("admin") }, 404);
  });

  it("has no route that ComfyUI's web UI needs and a user does not reach", async () => {
    const forUsers = [
      "/",
      "/assets/index.js",
      "/scripts/app.js",
      "/extensions/core/a.js",
      "/settings",
      "/users",
    ];
    for (const target of forUsers.slice(0, -1)) {
      await expectPassed(pod, "HTTP/2", { target, headers: key("user") });
    }
    expect(ROUTES.filter(({ path }) => isExact(path)).length).toBeGreaterThan(40);
  });
});

describe.each(PROTOCOLS)("paths over %s", (protocol) => {
  const confusing = [
    ...[
      "//prompt",
      "/prompt/",
      "/x/../prompt",
      "/./prompt",
      "/prompt/.",
      "/prompt/..",
      "/..",
      "/prompt;a=b",
      "/;/prompt",
    ],
    ...[
      "/prompt%2f",
      "/prompt%20",
      "/prompt.",
      "/api//prompt",
      "/api%2fprompt",
      "/api%2Fprompt",
      "/api/%2e%2e/prompt",
    ],
    ...[
      "/api/%2E%2E/prompt",
      "/.%2e/prompt",
      "/\\prompt",
      "/%5cprompt",
      "/x\\..\\prompt",
      "/%2570rompt",
      "/prompt%00",
    ],
    ...[
      "/prompt%0a",
      "/prompt%0d%0aX-API-Key:%20a",
      "/prompt%7f",
      "/prompt%c0%ae",
      "/%c0%ae%c0%ae/prompt",
      "/prompt%09",
    ],
    ...[
      "/health/../prompt",
      "/health%2f..%2fprompt",
      "/.well-known/acme-challenge/../../prompt",
      "/prompt%3b",
      "/prompt%3fa",
    ],
    ...[
      "/prompt%23",
      "/prompt#x",
      "/prompt#/health",
      "/prompt|x",
      "/prompt{x}",
      "/prompt`",
      '/prompt"',
      "/prompt<x>",
    ],
    ...[
      "/userdata/..%2f..%2fsystem_stats",
      "/userdata/..%2Fa",
      "/userdata/a%2f..",
      "/userdata/a%2f..%2fb",
      "/userdata/a%2f.%2fb",
    ],
    ...[
      "/userdata/%2fetc%2fpasswd",
      "/userdata/a%2f%2fb",
      "/userdata/a%2f",
      "/userdata/..%5c..%5ca",
      "/userdata/a%252fb",
    ],
    ...[
      "/userdata/a%2fb/c",
      "/userdata/a/b",
      "/%75serdata/a%2fb",
      "/userdata/a/move/b%2f..%2fc",
      "/userdata%2fa",
      "/api/userdata/../queue",
    ],
    ...[
      "/userdata/__manager%2Fconfig.ini",
      "/userdata/%5f%5fmanager%2fconfig.ini",
      "/userdata/default%2f__manager%2Fconfig.ini",
    ],
    ...[
      "/userdata/x.html",
      "/userdata/x.SVG",
      "/userdata/a%2Fx.js",
      "/userdata/x%2ehtml",
      "/userdata/x.htm%6c",
      "/userdata/x.mjs",
    ],
    ...[
      "/view/../queue?filename=a",
      "/view%2f..%2fqueue",
      "/history/%2e%2e",
      "/history/..%2fqueue",
      "/history/a%2fb",
    ],
  ];
  it.each(confusing)("%s reaches nothing, with a key and without", async (target) => {
    await expectRefused(pod, protocol, { target }, [400, 401]);
    await expectRefused(pod, protocol, { target, headers: key("admin") }, [400, 404]);
    const body = '{"prompt":{}}';
    const headers: Headers = [...key("admin"), ["Content-Type", "application/json"]];
    await expectRefused(pod, protocol, { method: "POST", target, headers, body }, [400, 404]);
  });

  it.each(["X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"])(
    "%s overrides nothing",
    async (name) => {
      const call = { target: "/queue?_method=POST", headers: [...key("worker"), [name, "POST"]] as Headers };
      await expectRefused(pod, protocol, call, 403);
      const get = { target: "/free", headers: [...key("admin"), [name, "POST"]] as Headers };
      await expectRefused(pod, protocol, get, 405);
    },
  );

  it("control: %2F in a userdata file is preserved, encoded letters reach their route", async () => {
    const user: Headers = [...key("user"), ["Content-Type", "text/plain;charset=UTF-8"]];
    for (const target of [
      "/userdata/workflows%2Ffoo.json",
      "/api/userdata/workflows%2Ffoo.json",
      "/userdata/a%20b.json?overwrite=true",
    ]) {
      await expectPassed(pod, protocol, { method: "POST", target, headers: user, body: '{"a":1}' });
      await expectPassed(pod, protocol, { target, headers: key("user") });
    }
    const move = "/api/userdata/workflows%2Fa.json/move/workflows%2Fb.json";
    await expectPassed(pod, protocol, { method: "POST", target: move, headers: key("user") });
    await expectPassed(pod, protocol, { target: "/%73ystem_stats", headers: key("worker") });
    await expectPassed(pod, protocol, {
      target: "/view?filename=a.png&subfolder=a%2fx",
      headers: key("worker"),
    });
    const out = { target: "/view?filename=a.png&subfolder=..%2fx", headers: key("worker") };
    await expectRefused(pod, protocol, out, 400);
  });
});

it.each(["http://other/prompt", "https://localhost/prompt", "prompt", "*"])(
  "the target form %s is refused",
  async (target) => {
    const call = { target, headers: key("admin") };
    await expectRefused(pod, "HTTP/1.1", call, [400, 421]);
  },
);

it("a thousand targets of printable noise reach nothing without a key", async () => {
  await pod.forget();
  const statuses = new Set<number>();
  for (let index = 0; index < 1000; index++) {
    const noise = Array.from({ length: 24 }, (_, at) =>
      String.fromCharCode(33 + ((index * 7919 + at * (at + index)) % 94)),
    );
    statuses.add((await send(pod, "HTTP/2", { target: `/${noise.join("")}` })).status);
  }
  expect([...statuses].sort()).toEqual([400, 401]);
  expect(await pod.hits()).toEqual([]);
}, 60_000);
