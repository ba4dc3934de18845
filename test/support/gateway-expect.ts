import { expect } from "vitest";
import { type Call, errorOf, type Protocol, type Reply, send } from "./gateway-client";
import type { GatewayPod } from "./gateway-pod";

/** What is expected of a call: one of these statuses. 0 stands for a connection closed without an answer. */
export type Statuses = number | readonly number[];

/**
 * Makes a call that must be refused: the status, the gateway's own JSON, nothing at the upstream, and one audit line
 * that has neither a secret of the call nor its query string.
 */
export async function expectRefused(
  pod: GatewayPod,
  protocol: Protocol,
  call: Call,
  statuses: Statuses,
  request: () => Promise<Reply> = () => send(pod, protocol, call),
): Promise<Reply> {
  await pod.forget();
  const mark = pod.auditMark();
  const reply = await request();
  expect([statuses].flat(), `status of ${call.method ?? "GET"} ${call.target}`).toContain(reply.status);
  expect(await pod.hits()).toEqual([]);
  if (reply.status !== 0) {
    expect(errorOf(reply)?.status).toBe(call.method === "HEAD" ? undefined : reply.status);
    expectSecurityHeaders(reply);
    const lines = await pod.auditSince(mark, reply.status);
    for (const line of lines) expectNoSecret(line, call);
  }
  return reply;
}

/** Makes a call that must reach the upstream, once, with its target as it was written. */
export async function expectPassed(
  pod: GatewayPod,
  protocol: Protocol,
  call: Call,
  auth = "apiKey",
): Promise<Reply> {
  await pod.forget();
  const mark = pod.auditMark();
  const reply = await send(pod, protocol, call);
  expect(reply.status, `status of ${call.method ?? "GET"} ${call.target}: ${reply.body}`).toBe(200);
  const hits = await pod.hits();
  expect(hits.map(({ target }) => target)).toEqual([call.target]);
  expectSecurityHeaders(reply);
  const lines = await pod.auditSince(mark, 200);
  const passed = lines.map((line) => JSON.parse(line)).find(({ status }) => status === 200);
  expect(passed).toMatchObject({ verdict: "allow", auth, address: expect.any(String) });
  for (const line of lines) expectNoSecret(line, call);
  return reply;
}

/** On every answer, whatever its status. */
export function expectSecurityHeaders({ headers }: Reply): void {
  expect(headers["strict-transport-security"]).toEqual(["max-age=63072000"]);
  expect(headers["x-content-type-options"]).toEqual(["nosniff"]);
  expect(headers["x-frame-options"]).toEqual(["DENY"]);
  expect(headers["referrer-policy"]).toEqual(["no-referrer"]);
  expect(headers["content-security-policy"]?.[0]).toContain("frame-ancestors 'none'");
  expect(headers["access-control-allow-origin"]).toBeUndefined();
  expect(headers["access-control-allow-credentials"]).toBeUndefined();
  expect(headers.server).toEqual(["nginx"]);
}

const CREDENTIAL_HEADERS = ["x-api-key", "authorization", "cookie"];

function expectNoSecret(line: string, { headers = [], target }: Call): void {
  const secrets = headers
    .filter(([name, value]) => CREDENTIAL_HEADERS.includes(name.toLowerCase()) && value.length > 3)
    .map(([, value]) => value);
  const query = target.split("?")[1];
  for (const secret of [...secrets, ...(query && query.length > 3 ? [query] : [])]) {
    expect(line).not.toContain(secret);
  }
}
