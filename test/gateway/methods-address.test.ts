/** Who may connect at all, by address. Needs Docker. */
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { errorOf, type Protocol, send } from "../support/gateway-client";
import { expectPassed, expectRefused } from "../support/gateway-expect";
import { GatewayPod } from "../support/gateway-pod";

let pod: GatewayPod;
/** The address under which the gateway sees this test. */
let address = "";
beforeAll(async () => {
  pod = await GatewayPod.start();
  const mark = pod.auditMark();
  await send(pod, "HTTP/1.1", { target: "/nothing" });
  address = JSON.parse((await pod.auditSince(mark, 401))[0] ?? "{}").address;
}, 300_000);
afterAll(() => pod?.stop());

type Headers = [string, string][];
const PROTOCOLS: Protocol[] = ["HTTP/1.1", "HTTP/2"];
const admin = (): Headers => [["X-API-Key", pod.keys.admin]];
/** Puts it in force, and waits until the workers of before have taken their last connection. */
async function allow(allowedCidrs: string[]): Promise<void> {
  expect(pod.applyNginx(pod.nginxBundle({ allowedCidrs }))).toMatchObject({ status: 0 });
  await sleep(500);
}

describe.each(PROTOCOLS)("from an address that is not allowed, over %s", (protocol) => {
  it.each([["192.0.2.0/24", "2001:db8::/32"], ["::/0"]].map((cidrs) => [cidrs]))(
    "nothing passes, whatever is asked for and shown: %j",
    async (cidrs) => {
      await allow(cidrs);
      const claims: Headers = [
        ["X-Forwarded-For", "192.0.2.1"],
        ["X-Real-IP", "192.0.2.1"],
        ["Forwarded", "for=192.0.2.1"],
        ["True-Client-IP", "192.0.2.1"],
      ];
      for (const target of [
        ...["/", "/system_stats", "/prompt", "/ws", "/nothing", "/userdata/a%2Fb.json", "/view?filename=x"],
        ...["/x%5cy", "/.gateway/not-allowed", "/.well-known/acme-challenge/x", "/health"],
      ]) {
        for (const headers of [admin(), [...admin(), ...claims], []] as Headers[]) {
          const reply = await expectRefused(pod, protocol, { target, headers }, 403);
          expect(errorOf(reply)?.code).toBe("address_not_allowed");
        }
      }
      const body = '{"prompt":{}}';
      const headers: Headers = [...admin(), ["Content-Type", "application/json"]];
      await expectRefused(pod, protocol, { method: "POST", target: "/prompt", headers, body }, 403);
      await expectRefused(pod, protocol, { method: "OPTIONS", target: "/prompt" }, 403);
    },
  );

  it("an unknown host is not either", async () => {
    const headers: Headers = [["Host", "evil.example"]];
    await expectRefused(pod, protocol, { target: "/", headers }, 403);
  });

  it("the audit log says why", async () => {
    const mark = pod.auditMark();
    await send(pod, protocol, { target: "/system_stats", headers: admin() });
    const [line = "{}"] = await pod.auditSince(mark, 403);
    expect(JSON.parse(line)).toMatchObject({ verdict: "address_not_allowed", address });
  });

  it("control: from one that is allowed, or where all are, a key passes and no key does not", async () => {
    for (const cidrs of [[address], [`${address}/32`, "2001:db8::/32"], ["0.0.0.0/0"], []]) {
      await allow(cidrs);
      await expectPassed(pod, protocol, { target: "/queue", headers: admin() });
      await expectRefused(pod, protocol, { target: "/queue" }, 401);
    }
    await allow(["192.0.2.0/24"]);
  });
});
