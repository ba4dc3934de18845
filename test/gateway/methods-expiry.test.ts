/** A client's expiry on open connections, sessions and sockets. Needs Docker. */
import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import WebSocket from "ws";
import { passwordRecord } from "../../components/gateway/authorizer/methods/password-record";
import { errorOf, type Protocol, send } from "../support/gateway-client";
import { expectPassed, expectRefused } from "../support/gateway-expect";
import { digest, GatewayPod, newKey, UNLIMITED } from "../support/gateway-pod";

type Headers = [string, string][];
const PROTOCOLS: Protocol[] = ["HTTP/1.1", "HTTP/2"];
const key = newKey();
const record = passwordRecord("violet:tundra kettle", randomBytes(16), { N: 2 ** 14, r: 8, p: 1 });
const basic: Headers = [
  ["Authorization", `Basic ${Buffer.from("guest:violet:tundra kettle").toString("base64")}`],
];

let pod: GatewayPod;
beforeAll(async () => {
  pod = await GatewayPod.start();
}, 300_000);
afterAll(() => pod?.stop());

/** Admits a guest until so many seconds from now, and gives that moment in milliseconds. */
function admitFor(seconds: number): number {
  const end = Math.floor(Date.now() / 1000 + seconds) * 1000;
  const guest = {
    name: "guest",
    role: "user" as const,
    methods: ["apiKey" as const, "basic" as const],
    apiKeyDigests: [digest(key)],
    passwordRecords: [record],
    expires: `${new Date(end).toISOString().slice(0, 19)}Z`,
    ...UNLIMITED,
  };
  const settings = { session: { key: "5e".repeat(32) } };
  expect(pod.applyAuthorizer([...pod.clients(), guest], settings)).toMatchObject({ status: 0 });
  return end;
}

it("a client passes until its moment: then no remembered verdict, session or socket lets it in", async () => {
  const end = admitFor(8);
  const target = "/system_stats";
  const mark = pod.auditMark();
  const signedIn = await send(pod, "HTTP/1.1", { target, headers: basic });
  // Its line must be there before the next call's is looked for.
  await pod.auditSince(mark, 200);
  const session: Headers = [["Cookie", signedIn.headers["set-cookie"]?.[0]?.split(";")[0] ?? ""]];
  const presented: Record<string, Headers> = { apiKey: [["X-API-Key", key]], basic, session };
  const socket = new WebSocket(`wss://localhost:${pod.port}/ws`, {
    ca: pod.ca,
    headers: { "X-API-Key": key },
  });
  await new Promise((resolve, reject) => {
    socket.on("open", resolve);
    socket.on("error", reject);
  });
  const closedAt = new Promise<number>((resolve) => socket.on("close", () => resolve(Date.now())));
  for (const protocol of PROTOCOLS) {
    for (const [auth, headers] of Object.entries(presented)) {
      await expectPassed(pod, protocol, { target, headers }, auth);
    }
  }

  // Asked over and over until just before the end, so that nginx has a fresh verdict to remember.
  while (Date.now() < end - 150) {
    for (const headers of Object.values(presented)) {
      const reply = await send(pod, "HTTP/1.1", { target, headers });
      if (Date.now() < end) expect(reply.status).toBe(200);
    }
  }
  await sleep(end - Date.now() + 20);
  for (const protocol of PROTOCOLS) {
    for (const headers of Object.values(presented)) {
      const before = pod.auditMark();
      const reply = await expectRefused(pod, protocol, { target, headers }, 401);
      expect(errorOf(reply)?.code).toBe("credential_expired");
      const verdicts = (await pod.auditSince(before, 401)).map((line) => JSON.parse(line).verdict);
      expect(verdicts).toContain("credential_expired");
    }
  }
  expect((await closedAt) - end).toBeLessThan(1000);
  expect(await closedAt).toBeGreaterThanOrEqual(end);

  const admin: Headers = [["X-API-Key", pod.keys.admin]];
  await expectPassed(pod, "HTTP/1.1", { target, headers: admin });
  admitFor(60);
  await expectPassed(pod, "HTTP/2", { target, headers: presented.apiKey ?? [] });
}, 60_000);
