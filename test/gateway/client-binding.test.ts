/** Whose clientId it is, and how many WebSockets a client may have. Needs Docker. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import WebSocket from "ws";
import { type Call, errorOf } from "../support/gateway-client";
import { expectPassed, expectRefused } from "../support/gateway-expect";
import { eventually, GatewayPod } from "../support/gateway-pod";

let pod: GatewayPod;
beforeAll(async () => {
  pod = await GatewayPod.start();
}, 300_000);
afterAll(() => pod?.stop());

type Role = "worker" | "user" | "admin";

/** An open socket, or the status that the gateway refused it with. */
function open(role: Role, target: string): Promise<WebSocket | number> {
  const socket = new WebSocket(`wss://localhost:${pod.port}${target}`, {
    ca: pod.ca,
    headers: { "X-API-Key": pod.keys[role] },
  });
  return new Promise((resolve) => {
    socket.on("open", () => resolve(socket));
    socket.on("unexpected-response", (_, response) => resolve(response.statusCode ?? 0));
    socket.on("error", () => resolve(0));
  });
}

async function opened(role: Role, target: string): Promise<WebSocket> {
  const socket = await open(role, target);
  if (typeof socket === "number") throw new Error(`${target} of ${role} was refused with ${socket}`);
  return socket;
}

async function expectSocketRefused(role: Role, target: string, status: number, code: string) {
  await pod.forget();
  const mark = pod.auditMark();
  expect(await open(role, target)).toBe(status);
  expect(await pod.hits()).toEqual([]);
  const lines = await pod.auditSince(mark, status);
  const expected = { route: "ws", client: role, status, verdict: code };
  expect(JSON.parse(lines.at(-1) ?? "")).toMatchObject(expected);
}

function submit(role: Role, clientId: string, target = "/prompt"): Call {
  const headers: [string, string][] = [
    ["X-API-Key", pod.keys[role]],
    ["Content-Type", "application/json"],
  ];
  return { method: "POST", target, headers, body: `{"client_id":"${clientId}","prompt":{}}` };
}

const allClosed = () => eventually(async () => (await pod.openSockets()) === 0, "all sockets are closed");

describe.each(["", "/api"])("a clientId under %s/", (prefix) => {
  const other = prefix === "" ? "/api" : "";

  it("is of the client whose socket has it, for sockets and prompts of all spellings", async () => {
    const id = `socket-first${prefix.replace("/", "-")}`;
    const socket = await opened("worker", `${prefix}/ws?clientId=${id}`);
    for (const role of ["user", "admin"] as const) {
      await expectSocketRefused(role, `${prefix}/ws?clientId=${id}`, 403, "foreign_client_id");
      await expectSocketRefused(
        role,
        `${other}/ws?clientId=${id.replace("s", "%73")}`,
        403,
        "foreign_client_id",
      );
      for (const target of [`${prefix}/prompt`, `${other}/prompt`]) {
        const reply = await expectRefused(pod, "HTTP/2", submit(role, id, target), 403);
        expect(errorOf(reply)?.code).toBe("foreign_client_id");
      }
    }
    let taken = false;
    socket.on("close", () => {
      taken = true;
    });
    await expectPassed(pod, "HTTP/2", submit("worker", id, `${prefix}/prompt`));
    expect(taken).toBe(false);
    socket.terminate();
    await allClosed();
    // Closed, it is its client's still.
    await expectSocketRefused("user", `${prefix}/ws?clientId=${id}`, 403, "foreign_client_id");
    (await opened("worker", `${prefix}/ws?clientId=${id}`)).terminate();
    await allClosed();
  });

  it("is of the client that submitted with it first", async () => {
    const id = `prompt-first${prefix.replace("/", "-")}`;
    await expectPassed(pod, "HTTP/2", submit("user", id, `${prefix}/prompt`));
    await expectSocketRefused("worker", `${prefix}/ws?clientId=${id}`, 403, "foreign_client_id");
    await expectRefused(pod, "HTTP/1.1", submit("worker", id, `${prefix}/prompt`), 403);
    (await opened("user", `${prefix}/ws?clientId=${id}`)).terminate();
    await allClosed();
  });

  it.each([
    ["?clientId=a&clientId=b", "duplicate_argument"],
    ["?clientId=a&client%49d=b", "duplicate_argument"],
    ["?clientId=a;clientId=b", "invalid_query"],
    ["?clientId=%ff", "invalid_query"],
    ["?clientId=a%0ab", "invalid_client_id"],
    ["?clientId=a+b", "invalid_client_id"],
    [`?clientId=${"a".repeat(129)}`, "invalid_client_id"],
  ])("that is written as %s is 400", async (query, code) => {
    await expectSocketRefused("worker", `${prefix}/ws${query}`, 400, code);
  });
});

it("a client has 16 sockets at most, and gets a place back with each that closes", async () => {
  const targets = Array.from({ length: 16 }, (_, at) => (at % 2 ? "/ws" : `/api/ws?clientId=many-${at}`));
  const sockets = await Promise.all(targets.map((target) => opened("worker", target)));
  await expectSocketRefused("worker", "/ws", 429, "too_many_sockets");
  await expectSocketRefused("worker", "/api/ws?clientId=many-2", 429, "too_many_sockets");
  (await opened("user", "/ws")).terminate();
  sockets[0]?.terminate();
  await eventually(async () => (await pod.openSockets()) === 15, "one is closed");
  sockets.push(await opened("worker", "/ws"));
  await expectSocketRefused("worker", "/ws", 429, "too_many_sockets");
  const hundred = await Promise.all(Array.from({ length: 100 }, () => open("worker", "/ws")));
  expect(new Set(hundred)).toEqual(new Set([429]));
  for (const socket of sockets) socket.terminate();
  await allClosed();
});
