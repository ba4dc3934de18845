/**
 * The web UI in a real browser, behind every method at once: signing in, the session's cookie, the socket that opens by
 * it, what foreign pages may not do, what files may not run, and what is not fetched twice. Needs Docker, and Debian's
 * Chromium, which it installs where it is missing.
 */
import { createHash, randomBytes, X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import type { AddressInfo, Server } from "node:net";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it as once } from "vitest";
import { passwordRecord } from "../../components/gateway/authorizer/methods/password-record";
import { type Chromium, startChromium } from "../support/chromium";
import { TestCa } from "../support/client-certificates";
import { errorOf, send } from "../support/gateway-client";
import { GatewayPod, UNLIMITED } from "../support/gateway-pod";
import { testCertificate } from "../support/test-certificate";
import { tokenSigner } from "../support/tokens";

const PASSWORD = "violet:tundra kettle";
const SESSION = "__Host-comfy_session";
const TITLE = "front end of the test";
const FOREIGN = readFileSync("test/support/pages/foreign.js", "utf8");
const EMBED = readFileSync("test/support/pages/embed.js", "utf8").replace(/^\/\/.*\n|;\s*$/g, "");

let pod: GatewayPod;
let browser: Chromium;
/** Pages of others: of another site, and of another port of this very host, which a browser calls the same site. */
let foreign: { server: Server; origin: string }[] = [];

beforeAll(async () => {
  pod = await GatewayPod.start("bridge", "test/support/browser-upstream.ts");
  const ca = await TestCa.create();
  expect(pod.applyNginx(pod.nginxBundle({ clientCa: ca.pem }))).toMatchObject({ status: 0 });
  const anna = {
    name: "anna",
    role: "user" as const,
    methods: ["apiKey" as const, "basic" as const, "mtls" as const],
    apiKeyDigests: [],
    passwordRecords: [passwordRecord(PASSWORD, randomBytes(16), { N: 2 ** 14, r: 8, p: 1 })],
    certificateFingerprints: [(await ca.issue("CN=anna")).fingerprint],
    ...UNLIMITED,
  };
  const settings = {
    session: { key: randomBytes(32).toString("hex") },
    jwt: { keys: [tokenSigner("hs", "HS256", "token", "user").jwtKey] },
  };
  expect(pod.applyAuthorizer([...pod.clients(), anna], settings)).toMatchObject({ status: 0 });

  const own = await testCertificate(["localhost"]);
  foreign = await Promise.all([
    serve(createHttpServer(foreignPage), "http://127.0.0.1"),
    serve(createHttpsServer({ cert: own.certificate, key: own.key }, foreignPage), "https://localhost"),
  ]);
  browser = await startChromium([pod.certificate, own.certificate].map(publicKeyDigest));
}, 300_000);

afterAll(async () => {
  await browser?.close();
  for (const { server } of foreign) server.close();
  pod?.stop();
});

function foreignPage(_: IncomingMessage, response: ServerResponse): void {
  response
    .writeHead(200, { "Content-Type": "text/html" })
    .end(`<!doctype html><title>foreign</title><body><script>${FOREIGN}</script>`);
}

async function serve(server: Server, host: string): Promise<{ server: Server; origin: string }> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { server, origin: `${host}:${(server.address() as AddressInfo).port}` };
}

function publicKeyDigest(pem: string): string {
  const spki = new X509Certificate(pem).publicKey.export({ type: "spki", format: "der" });
  return createHash("sha256").update(spki).digest("base64");
}

/** What the person at the browser types, each time it asks; then they give up. */
async function typing(page: Page, ...passwords: string[]): Promise<{ scheme: string; realm: string }[]> {
  const asked: { scheme: string; realm: string }[] = [];
  const session = await page.context().newCDPSession(page);
  session.on("Fetch.requestPaused", ({ requestId }) => {
    session.send("Fetch.continueRequest", { requestId }).catch(() => {});
  });
  session.on("Fetch.authRequired", ({ requestId, authChallenge: { scheme, realm } }) => {
    asked.push({ scheme, realm });
    const password = passwords.shift();
    const authChallengeResponse =
      password === undefined
        ? ({ response: "CancelAuth" } as const)
        : ({ response: "ProvideCredentials", username: "anna", password } as const);
    session.send("Fetch.continueWithAuth", { requestId, authChallengeResponse }).catch(() => {});
  });
  await session.send("Fetch.enable", { handleAuthRequests: true });
  return asked;
}

const it = (what: string, test: () => Promise<void>) => once(what, () => browser.steadily(test));

const targets = async () => (await pod.hits()).map(({ method, target }) => `${method} ${target}`);

/** The page of the UI, of a browser that has signed in. */
async function openUi(): Promise<Page> {
  const page = await browser.context.newPage();
  await page.goto(`${pod.origin}/`);
  expect(await page.title()).toBe(TITLE);
  await page.waitForFunction("window.ui !== undefined");
  return page;
}

describe("signing in", () => {
  it("is asked for, and again after a wrong password; who gives up sees an error and nothing of the UI", async () => {
    await pod.forget();
    const page = await browser.context.newPage();
    const asked = await typing(page, "violet tundra", `${PASSWORD} `);
    const mark = pod.auditMark();
    const answer = await page.goto(`${pod.origin}/`);
    expect(answer?.status()).toBe(401);
    expect(JSON.parse(await page.locator("body").innerText())).toMatchObject({ error: { status: 401 } });
    expect(asked).toEqual(Array(3).fill({ scheme: "basic", realm: "comfy-fortress" }));
    expect(await browser.context.cookies()).toEqual([]);
    expect(await pod.hits()).toEqual([]);
    const lines = await pod.auditSince(mark, 401);
    expect(lines.join()).not.toMatch(/violet|tundra/);
    await page.close();
  });

  it("opens the UI, whose scripts and styles run, with a cookie that no script sees", async () => {
    // A first attempt that the network ended may have signed in already, and a browser remembers passwords that were right.
    await browser.startAnew();
    const page = await browser.context.newPage();
    const asked = await typing(page, "a wrong one", PASSWORD);
    await page.goto(`${pod.origin}/`);
    expect(asked).toHaveLength(2);
    expect(await page.title()).toBe(TITLE);
    await page.waitForFunction("window.ui !== undefined");
    expect(await page.evaluate("window.ui.violations")).toEqual([]);
    expect(await page.evaluate("getComputedStyle(document.querySelector('h1')).color")).toBe("rgb(1, 2, 3)");
    const [cookie, ...others] = await browser.context.cookies();
    expect(others).toEqual([]);
    expect(cookie).toMatchObject({ name: SESSION, path: "/", domain: "localhost" });
    expect(cookie).toMatchObject({ httpOnly: true, secure: true, sameSite: "Strict" });
    expect(await page.evaluate("document.cookie")).toBe("");
    await page.close();
  });

  it("is for browsers: a program gets JSON, and needs no cookie", async () => {
    const without = await send(pod, "HTTP/1.1", { target: "/" });
    expect([without.status, errorOf(without)?.code]).toEqual([401, "no_credential"]);
    expect(without.headers["content-type"]).toEqual(["application/json"]);
    const headers: [string, string][] = [["X-API-Key", pod.keys.worker]];
    const stats = await send(pod, "HTTP/1.1", { target: "/system_stats", headers });
    expect([stats.status, stats.headers["set-cookie"]]).toEqual([200, undefined]);
    const forbidden = await send(pod, "HTTP/1.1", { target: "/", headers });
    expect([forbidden.status, errorOf(forbidden)?.code]).toEqual([403, "role_not_sufficient"]);
  });
});

describe("the UI", () => {
  it("submits a workflow, hears of it through its socket, and shows the picture", async () => {
    const page = await openUi();
    await pod.forget();
    const { types, size } = (await page.evaluate("window.ui.run('browser-1')")) as {
      types: string[];
      size: number[];
    };
    expect(size).toEqual([320, 200]);
    expect(types).toEqual(
      expect.arrayContaining(["status", "execution_start", "executed", "execution_success"]),
    );
    const hits = await pod.hits();
    expect(hits.map(({ target }) => target)).toContain("/ws?clientId=browser-1");
    for (const { headers } of hits) {
      expect(headers.cookie).toBeUndefined();
      expect(headers.authorization).toBeUndefined();
    }
    await page.close();
  });

  it("works by the cookie alone, the socket too, and not without it", async () => {
    // It was never told the password.
    const other = await browser.otherProfile();
    try {
      const page = await other.newPage();
      await page.goto(`${pod.origin}/`);
      await page.waitForFunction("window.ui !== undefined");
      expect(await page.evaluate("window.ui.run('browser-2')")).toMatchObject({ size: [320, 200] });
      await other.clearCookies();
      await expect(page.evaluate("window.ui.run('browser-3')")).rejects.toThrow("the socket was refused");
      // Asked for a password, and nobody there to type one.
      await expect(page.goto(`${pod.origin}/`)).rejects.toThrow("ERR_INVALID_AUTH_CREDENTIALS");
    } finally {
      await other.close();
    }
  });

  it("comes compressed, and its hashed files are not fetched again", async () => {
    await pod.forget();
    const page = await browser.context.newPage();
    const codings = new Map<string, string | undefined>();
    page.on("response", (response) => {
      codings.set(new URL(response.url()).pathname, response.headers()["content-encoding"]);
    });
    const fetched = async () => (await targets()).filter((target) => /\/assets\/|\/$|user\.css/.test(target));
    // Fetched by the tests before, so not even the first time here.
    await page.goto(`${pod.origin}/`);
    await page.waitForFunction("window.ui !== undefined");
    expect(codings.get("/assets/index-BKeTeXLp.js")).toBe("br");
    expect(codings.get("/assets/index-Cx81KqPz.css")).toBe("br");
    expect(await fetched()).toEqual(["GET /", "GET /user.css"]);
    await page.goto("about:blank");
    await page.goto(`${pod.origin}/`);
    await page.waitForFunction("window.ui !== undefined");
    expect(await fetched()).toEqual(["GET /", "GET /user.css", "GET /", "GET /user.css"]);
    await page.close();
  });
});

describe("a file from /view", () => {
  const files = ["evil.html", "evil.htm", "evil.xhtml", "evil.svg", "evil.xml", "evil.js", "evil.png"];

  for (const file of files) {
    it(`runs nothing when it is opened: ${file}`, async () => {
      await pod.forget();
      const page = await browser.context.newPage();
      for (const path of ["/view", "/api/view"]) {
        // Either it is shown, and nothing in it runs, or it is a download, which Playwright tells as an error.
        await page.goto(`${pod.origin}${path}?filename=${file}`).catch((error: Error) => {
          expect(error.message).toMatch(/Download is starting|ERR_ABORTED/);
        });
        await page.waitForTimeout(150);
        expect(await page.title()).not.toBe("it ran");
      }
      expect(await targets()).toEqual([`GET /view?filename=${file}`, `GET /api/view?filename=${file}`]);
      await page.close();
    });
  }

  it("runs nothing within the UI either", async () => {
    const page = await openUi();
    await pod.forget();
    await page.evaluate(`(${EMBED})(${JSON.stringify(files)})`);
    await page.waitForTimeout(300);
    expect(await page.title()).toBe(TITLE);
    const asked = await targets();
    expect(asked.filter((target) => target.includes("it-ran"))).toEqual([]);
    expect(asked.length).toBeGreaterThan(files.length);
    await page.close();
  });

  it("control: the same script runs where a page may run it", async () => {
    const page = await openUi();
    await pod.forget();
    await page.evaluate(`document.title = "it ran"; fetch("/api/embeddings?it-ran").then(() => {})`);
    await expect.poll(targets).toContain("GET /api/embeddings?it-ran");
    await page.close();
  });
});

describe.each([0, 1])("a page of another origin (%i)", (which) => {
  /** Runs one of the page's attempts, in a browser that is signed in by password and by cookie. */
  const attempt = async (name: "sockets" | "send" | "navigate" | "read" | "frame") => {
    const page = await browser.context.newPage();
    await page.goto(foreign[which]?.origin ?? "");
    await pod.forget();
    const outcome = await page.evaluate(`window.foreign.${name}(${JSON.stringify(pod.origin)})`);
    return { page, outcome };
  };
  const auditOf = async (mark: number) =>
    (await pod.auditSince(mark, REFUSED)).map((line): { route: string; status: number } => JSON.parse(line));
  /** To another site a browser takes no cookie along; its own other ports get it, and must be told by Origin. */
  const REFUSED = which === 0 ? 401 : 403;

  it("opens no socket", async () => {
    const mark = pod.auditMark();
    const { page, outcome } = await attempt("sockets");
    expect(outcome).toEqual(["refused", "refused", "refused"]);
    expect(await pod.hits()).toEqual([]);
    await expect
      .poll(async () => (await auditOf(mark)).filter(({ route }) => route === "ws"))
      .toEqual(Array(3).fill(expect.objectContaining({ status: REFUSED })));
    await page.close();
  });

  it("submits nothing, in none of the ways that a page has", async () => {
    const mark = pod.auditMark();
    const { page } = await attempt("send");
    await page.evaluate(`window.foreign.navigate(${JSON.stringify(pod.origin)})`);
    await page.waitForURL(`${pod.origin}/**`);
    // Where a page is opened, a browser adds the password that it has been told.
    expect(JSON.parse(await page.locator("body").innerText()).error.status).toBe(403);
    expect(await pod.hits()).toEqual([]);
    const lines = await auditOf(mark);
    expect(lines.length).toBeGreaterThanOrEqual(12);
    expect(lines.filter(({ status }) => status < 400)).toEqual([]);
    await page.close();
  });

  it("reads nothing, loads nothing and frames nothing", async () => {
    // There is a picture that could be shown.
    const ui = await openUi();
    await ui.evaluate("window.ui.run('browser-4')");
    await ui.close();
    const { page, outcome } = await attempt("read");
    expect(new Set(outcome as string[])).toEqual(new Set(["nothing"]));
    await page.evaluate(`window.foreign.frame(${JSON.stringify(pod.origin)})`);
    const [, frame] = page.frames();
    expect(await frame?.title()).not.toBe(TITLE);
    expect(await frame?.content()).not.toContain(TITLE);
    await page.close();
  });
});
