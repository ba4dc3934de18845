/** Passwords, the sessions they begin, and the browser that holds both. Needs Docker. */
import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import WebSocket from "ws";
import { passwordRecord } from "../../components/gateway/authorizer/methods/password-record";
import type { AuthorizerClient, SessionKeys } from "../../components/gateway/authorizer/render";
import { docker } from "../support/docker";
import { errorOf, type Protocol, type Reply, send } from "../support/gateway-client";
import { expectPassed, expectRefused } from "../support/gateway-expect";
import { eventually, GatewayPod, newKey, UNLIMITED } from "../support/gateway-pod";

const PASSWORDS = { anna: "violet:tundra kettle", bert: "amber quarry lantern" };
const CHEAP = { N: 2 ** 14, r: 8, p: 1 };
const record = (password: string) => passwordRecord(password, randomBytes(16), CHEAP);
const sessionKey = () => randomBytes(32).toString("hex");

let pod: GatewayPod;
let records = { anna: record(PASSWORDS.anna), bert: record(PASSWORDS.bert) };
let session: SessionKeys = { key: sessionKey() };

beforeAll(async () => {
  pod = await GatewayPod.start();
  apply();
}, 300_000);
afterAll(() => pod?.stop());

function apply(more: readonly AuthorizerClient[] = []): void {
  const people = (["anna", "bert"] as const).map((name) => ({
    name,
    role: "user" as const,
    methods: ["basic" as const],
    apiKeyDigests: [],
    passwordRecords: [records[name]],
    ...UNLIMITED,
  }));
  expect(pod.applyAuthorizer([...pod.clients(), ...people, ...more], { session })).toMatchObject({
    status: 0,
  });
}

/** The same passwords in new records: failures of the old ones are forgotten, their sessions over. */
function startAnew(): void {
  records = { anna: record(PASSWORDS.anna), bert: record(PASSWORDS.bert) };
  apply();
}

const PROTOCOLS: Protocol[] = ["HTTP/1.1", "HTTP/2"];
type Headers = [string, string][];
const encode = (text: string) => Buffer.from(text).toString("base64");
const basic = (userName: string, password: string): Headers => [
  ["Authorization", `Basic ${encode(`${userName}:${password}`)}`],
];
const asAnna = () => basic("anna", PASSWORDS.anna);
const cookieOf = (reply: Reply) => reply.headers["set-cookie"]?.[0]?.split(";")[0] ?? "";
const signIn = async (headers = asAnna()): Promise<Headers> => {
  const reply = await send(pod, "HTTP/1.1", { target: "/system_stats", headers });
  expect(reply.status).toBe(200);
  return [["Cookie", cookieOf(reply)]];
};
const CHALLENGE = 'Basic realm="comfy-fortress", charset="UTF-8"';
const CLEARED = /^__Host-comfy_session=; Max-Age=0; /;

describe.each(PROTOCOLS)("a password over %s", (protocol) => {
  it("is checked once and begins a session, and neither goes further", async () => {
    startAnew();
    const first = await expectPassed(pod, protocol, { target: "/", headers: asAnna() }, "basic");
    expect(first.headers["set-cookie"]).toEqual([
      expect.stringMatching(
        /^__Host-comfy_session=[\w-]+\.[\w-]{43}; Max-Age=43200; Path=\/; HttpOnly; Secure; SameSite=Strict$/,
      ),
    ]);
    const cookie: Headers = [["Cookie", `theme=dark; ${cookieOf(first)}`]];
    for (const headers of [cookie, [...cookie, ...asAnna()]]) {
      for (const target of ["/system_stats", "/prompt"]) {
        const again = await expectPassed(pod, protocol, { target, headers }, "session");
        expect(again.headers["set-cookie"]).toBeUndefined();
        const [hit] = await pod.hits();
        expect(hit?.headers.cookie).toBeUndefined();
        expect(hit?.headers.authorization).toBeUndefined();
      }
    }
  });

  it("may hold colons, and the scheme any case", async () => {
    const headers: Headers = [["Authorization", `bASIC ${encode(`anna:${PASSWORDS.anna}`)}`]];
    await expectPassed(pod, protocol, { target: "/system_stats", headers }, "basic");
  });

  it.each([
    ["a wrong password", () => basic("anna", PASSWORDS.bert)],
    ["no password", () => basic("anna", "")],
    ["a user nobody knows", () => basic("nobody", PASSWORDS.anna)],
    ["a user without a password", () => basic("admin", pod.keys.admin)],
    ["another case", () => basic("ANNA", PASSWORDS.anna)],
    ["no colon", (): Headers => [["Authorization", `Basic ${encode("anna")}`]]],
    ["NUL at the end", () => basic("anna", `${PASSWORDS.anna}\0`)],
    ["NUL in the name", () => basic("anna\0", PASSWORDS.anna)],
    ["a newline", () => basic("anna", `${PASSWORDS.anna}\n`)],
    ["no padding", (): Headers => [["Authorization", `Basic ${encode("anna:xx").replace(/=+$/, "")}`]]],
    ["nothing", (): Headers => [["Authorization", "Basic"]]],
    ["two", (): Headers => [["Authorization", `Basic ${encode("a:b")}, Basic ${encode("a:b")}`]]],
    ["the record", () => basic("anna", records.anna)],
  ])("is refused: %s", async (what, headers) => {
    if (what === "a wrong password") startAnew();
    const call = { target: "/", headers: [...headers(), ["Accept", "text/html"]] as Headers };
    const reply = await expectRefused(pod, protocol, call, 401);
    expect(reply.headers["www-authenticate"]).toEqual([CHALLENGE]);
    expect(reply.headers["set-cookie"]).toBeUndefined();
  });

  it("is asked for where there is none", async () => {
    const reply = await expectRefused(pod, protocol, { target: "/" }, 401);
    expect(reply.headers["www-authenticate"]).toEqual([CHALLENGE]);
    expect(errorOf(reply)?.message).toMatch(/X-API-Key or user name and password/);
    const forbidden = await expectRefused(pod, protocol, { target: "/queue", headers: asAnna() }, 403);
    expect(forbidden.headers["www-authenticate"]).toBeUndefined();
  });
});

describe.each(PROTOCOLS)("a session over %s", (protocol) => {
  it("is refused and forgotten where it does not hold", async () => {
    const [[, cookie = ""] = []] = await signIn();
    const name = "__Host-comfy_session=";
    const forged = Buffer.from(JSON.stringify(["admin", "x", 1, 9e9])).toString("base64url");
    for (const value of [
      `${cookie}A`,
      cookie.slice(0, -1),
      `${name}${forged}.${cookie.split(".")[1]}`,
      `${name}${forged}.`,
      name,
      `${cookie}; ${name}x`,
      `${cookie}; ${cookie}`,
    ]) {
      const headers: Headers = [["Cookie", value]];
      const reply = await expectRefused(pod, protocol, { target: "/system_stats", headers }, 401);
      expect(reply.headers["set-cookie"]).toEqual([expect.stringMatching(CLEARED)]);
      expect(reply.headers["www-authenticate"]).toEqual([CHALLENGE]);
      // Even beside a password that is right.
      const both = { target: "/system_stats", headers: [...headers, ...asAnna()] as Headers };
      await expectRefused(pod, protocol, both, 401);
    }
  });

  it("is one client's", async () => {
    const cookie = await signIn();
    const withBert = { target: "/system_stats", headers: [...cookie, ...basic("bert", PASSWORDS.bert)] };
    await expectRefused(pod, protocol, withBert, 400);
    const withKey = {
      target: "/system_stats",
      headers: [...cookie, ["X-API-Key", pod.keys.user]] as Headers,
    };
    await expectRefused(pod, protocol, withKey, 400);
    const wrongKey = { target: "/system_stats", headers: [...cookie, ["X-API-Key", newKey()]] as Headers };
    await expectRefused(pod, protocol, wrongKey, 401);
    await expectRefused(pod, protocol, { target: "/queue", headers: cookie }, 403);
  });

  it("changes something only for our own pages", async () => {
    const cookie = await signIn();
    const call = (...headers: Headers) => ({
      method: "POST",
      target: "/settings",
      headers: [...cookie, ...headers],
    });
    for (const headers of [
      [],
      [["Origin", "https://evil.example"]],
      [["Origin", "null"]],
      [["Sec-Fetch-Site", "cross-site"]],
      [["Sec-Fetch-Site", "same-site"]],
      [
        ["Origin", pod.origin],
        ["Sec-Fetch-Site", "cross-site"],
      ],
      [
        ["Sec-Fetch-Site", "same-origin"],
        ["Sec-Fetch-Site", "cross-site"],
      ],
    ] as Headers[]) {
      if (protocol === "HTTP/2" && headers.length > 1 && headers[0]?.[0] === "Sec-Fetch-Site") continue;
      await expectRefused(pod, protocol, call(...headers), 403);
    }
    await expectPassed(pod, protocol, call(["Origin", pod.origin]), "session");
    await expectPassed(pod, protocol, call(["Sec-Fetch-Site", "same-origin"]), "session");
    await expectPassed(pod, protocol, call(["Sec-Fetch-Site", "none"]), "session");
    const password = { method: "POST", target: "/settings", headers: asAnna() };
    await expectPassed(pod, protocol, password, "basic");
    const forged = { ...password, headers: [...asAnna(), ["Sec-Fetch-Site", "cross-site"]] as Headers };
    await expectRefused(pod, protocol, forged, 403);
  });

  it("ComfyUI's own cookies still go nowhere", async () => {
    const reply = await send(pod, protocol, { target: "/view?respond=headers", headers: await signIn() });
    expect(reply.headers["set-cookie"]).toBeUndefined();
  });
});

function openSocket(headers: Headers): Promise<WebSocket | number> {
  const socket = new WebSocket(`wss://localhost:${pod.port}/ws`, {
    ca: pod.ca,
    headers: Object.fromEntries(headers),
  });
  return new Promise((resolve) => {
    socket.on("open", () => resolve(socket));
    socket.on("unexpected-response", (_, answer) => resolve(answer.statusCode ?? 0));
    socket.on("error", () => resolve(0));
  });
}

describe("a browser's socket", () => {
  it("opens with the session from our own page only", async () => {
    const cookie = await signIn();
    expect(await openSocket([...cookie, ["Origin", "https://evil.example"]])).toBe(403);
    expect(await openSocket([...cookie, ["Origin", `${pod.origin}1`]])).toBe(403);
    expect(await openSocket(cookie)).toBe(403);
    const socket = await openSocket([...cookie, ["Origin", pod.origin]]);
    expect(socket).toBeInstanceOf(WebSocket);
    (socket as WebSocket).terminate();
  });

  it("is closed within 5 s of a new password, whose session is refused; another's goes on", async () => {
    const annas = await signIn();
    const berts = await signIn(basic("bert", PASSWORDS.bert));
    const sockets = await Promise.all([
      openSocket([...annas, ["Origin", pod.origin]]),
      openSocket(asAnna()),
      openSocket([...berts, ["Origin", pod.origin]]),
      openSocket(basic("bert", PASSWORDS.bert)),
    ]);
    const closed = sockets.map(() => false);
    sockets.forEach((socket, index) => {
      (socket as WebSocket).on("close", () => {
        closed[index] = true;
      });
    });
    records = { ...records, anna: record("walnut ember stairwell") };
    apply();
    const started = Date.now();
    const status = async (headers: Headers) =>
      (await send(pod, "HTTP/1.1", { target: "/system_stats", headers })).status;
    await eventually(async () => closed[0] === true && closed[1] === true, "anna's sockets close", 5000);
    await eventually(async () => (await status(annas)) === 401, "anna's session is refused", 6000);
    await eventually(async () => (await status(asAnna())) === 401, "the old password is refused", 6000);
    expect(Date.now() - started).toBeLessThan(5200);
    expect(closed.slice(2)).toEqual([false, false]);
    expect(await status(berts)).toBe(200);
    for (const socket of sockets) (socket as WebSocket).terminate();
    startAnew();
  });

  it("and session outlive one rotation of the signing key, not two", async () => {
    const cookie = await signIn();
    const call = { target: "/models", headers: cookie };
    session = { key: sessionKey(), previousKey: session.key };
    apply();
    await expectPassed(pod, "HTTP/1.1", call, "session");
    session = { key: sessionKey(), previousKey: session.key };
    apply();
    await expectRefused(pod, "HTTP/1.1", { ...call, target: "/embeddings" }, 401);
  });
});

/** CPU seconds that the authorizer's own process has used. */
function authorizerSeconds(): number {
  const script = `cat /proc/[0-9]*/stat | grep '(node)\\|(MainThread)'`;
  const [line = ""] = docker("exec", pod.container("authorizer"), "sh", "-c", script).split("\n");
  const [, , , , , , , , , , , user, system] = line.slice(line.lastIndexOf(")")).split(" ");
  return (Number(user) + Number(system)) / 100;
}

describe("guessing", () => {
  it("ends with 429 before it costs much, and no reload forgives it", async () => {
    startAnew();
    const replies: Reply[] = [];
    for (let attempt = 0; attempt < 50; attempt++) {
      const protocol = PROTOCOLS[attempt % 2] ?? "HTTP/1.1";
      const call = { target: "/", headers: basic("anna", `guess ${attempt}`) };
      replies.push(await expectRefused(pod, protocol, call, [401, 429]));
    }
    expect(replies.filter(({ status }) => status === 401)).toHaveLength(10);
    const [last] = replies.slice(-1);
    expect(last?.status).toBe(429);
    expect(Number(last?.headers["retry-after"]?.[0])).toBeGreaterThan(0);
    expect(Number(last?.headers["retry-after"]?.[0])).toBeLessThanOrEqual(60);
    // The right one is none the better: it could be a guess.
    await expectRefused(pod, "HTTP/2", { target: "/", headers: asAnna() }, 429);
    apply([{ name: "extra", role: "worker", apiKeyDigests: [], ...UNLIMITED }]);
    await expectRefused(pod, "HTTP/2", { target: "/", headers: asAnna() }, 429);
    // Others come in as ever.
    const headers: Headers = [["X-API-Key", pod.keys.user]];
    await expectPassed(pod, "HTTP/2", { target: "/", headers });
    startAnew();
    await expectPassed(pod, "HTTP/2", { target: "/", headers: asAnna() }, "basic");
  });

  it("fifty times a minute costs less than a fifth of a core, at the cost that passwords really have", async () => {
    const before = records;
    const costly = (password: string) => passwordRecord(password, randomBytes(16));
    records = { anna: costly(PASSWORDS.anna), bert: costly(PASSWORDS.bert) };
    apply();
    const seconds = authorizerSeconds();
    const guesses = Array.from({ length: 50 }, (_, attempt) =>
      send(pod, "HTTP/2", { target: "/", headers: basic("anna", `guess ${attempt}`) }),
    );
    const statuses = (await Promise.all(guesses)).map(({ status }) => status);
    expect(statuses.filter((status) => status === 401).length).toBeLessThanOrEqual(10);
    expect(statuses.filter((status) => status === 429).length).toBeGreaterThanOrEqual(40);
    // What is refused in this minute has cost nothing: the minute's share is what was used so far.
    expect((authorizerSeconds() - seconds) / 60).toBeLessThan(0.2);
    records = before;
    startAnew();
  });

  it("all at once does not slip through either", async () => {
    startAnew();
    const guesses = Array.from({ length: 40 }, (_, attempt) =>
      send(pod, "HTTP/2", { target: "/", headers: basic("bert", `guess ${attempt}`) }),
    );
    const statuses = (await Promise.all(guesses)).map(({ status }) => status);
    expect(statuses.filter((status) => status === 401).length).toBeLessThanOrEqual(10);
    expect(statuses.filter((status) => status !== 401 && status !== 429)).toEqual([]);
    startAnew();
  });
});
