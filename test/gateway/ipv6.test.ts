/** Who connects over IPv6 and IPv4, and whom the allowlist lets. Needs Docker; its host needs no IPv6 of its own. */
import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { docker } from "../support/docker";
import { send } from "../support/gateway-client";
import { gatewayImages, TEST_STACK } from "../support/gateway-images";
import { GatewayPod } from "../support/gateway-pod";

const id = randomBytes(4).toString("hex");
const NETWORK = `comfy-${TEST_STACK}-${id}`;
const CLIENT = `comfy-${TEST_STACK}-${id}-client`;
const SUBNET = `fd00:${id.slice(0, 4)}:${id.slice(4)}::`;
const LABEL = ["--label", `comfy-fortress.stack=${TEST_STACK}`];

interface Addresses {
  ipv4: string;
  ipv6: string;
  gateways: string[];
}
let pod: GatewayPod;
let client: Addresses;
let gateway: Addresses;

function addressesOf(container: string): Addresses {
  const found = JSON.parse(docker("inspect", "--format", "{{json .NetworkSettings.Networks}}", container));
  const { IPAddress: ipv4, GlobalIPv6Address: ipv6, Gateway, IPv6Gateway } = found[NETWORK];
  return { ipv4, ipv6, gateways: [Gateway, IPv6Gateway] };
}

beforeAll(async () => {
  docker("network", "create", ...LABEL, "--ipv6", "--subnet", `${SUBNET}/64`, NETWORK);
  pod = await GatewayPod.start(NETWORK);
  docker(
    ...["run", "--detach", "--init", "--name", CLIENT, "--network", NETWORK, ...LABEL],
    ...["--entrypoint", "sleep", gatewayImages().authorizer, "infinity"],
  );
  client = addressesOf(CLIENT);
  gateway = addressesOf(pod.container("pod"));
}, 300_000);
afterAll(() => {
  pod?.stop();
  docker("rm", "--force", CLIENT);
  docker("network", "rm", NETWORK);
});

const REQUEST = `
const [host, key] = process.argv.slice(1);
require("node:https").get({ host, port: host.includes(":") ? 8444 : 8443, path: "/system_stats", servername: "localhost",
  headers: { Host: "localhost:PORT", "X-API-Key": key }, rejectUnauthorized: false, timeout: 4000 },
  (answer) => { answer.resume(); console.log(answer.statusCode); })
  .on("error", (error) => console.log(error.code));`;

/** What the client in the container is answered at an address of the gateway. */
async function ask(host: string): Promise<string> {
  const script = REQUEST.replace("PORT", String(pod.port));
  const { stdout } = await promisify(execFile)("docker", [
    ...["exec", CLIENT, "node", "-e", script, host, pod.keys.worker],
  ]);
  return stdout.trim();
}

/** Puts it in force, and waits until the workers of before have taken their last connection. */
async function allow(allowedCidrs: string[], proxyAddresses: string[] = []): Promise<void> {
  const text = pod.nginxBundle({ ipv6: true, allowedCidrs, proxyAddresses });
  expect(pod.applyNginx(text)).toMatchObject({ status: 0 });
  await sleep(500);
}

it("without IPv6 in the settings, nobody listens there", async () => {
  expect(await ask(gateway.ipv6)).toBe("ECONNREFUSED");
  expect(await ask(gateway.ipv4)).toBe("200");
});

describe("with IPv6", () => {
  it("a client is known by its own address, IPv4 in its own spelling", async () => {
    await allow([]);
    const seen: string[] = [];
    for (const host of [gateway.ipv6, gateway.ipv4]) {
      const mark = pod.auditMark();
      expect(await ask(host)).toBe("200");
      seen.push(...(await pod.auditSince(mark, 200)).map((line) => JSON.parse(line).address));
    }
    expect(seen).toEqual([client.ipv6, client.ipv4]);
  });

  it.each([
    ["its IPv6 address", () => [client.ipv6], "200", "403"],
    ["its IPv6 network", () => [`${SUBNET}/64`, "192.0.2.0/24"], "200", "403"],
    ["everyone with IPv6", () => ["::/0"], "200", "403"],
    ["everyone with IPv4", () => ["0.0.0.0/0"], "403", "200"],
    ["its IPv4 address", () => [client.ipv4, "2001:db8::/32"], "403", "200"],
    ["both", () => [client.ipv4, `${SUBNET}/64`], "200", "200"],
    ["others", () => ["192.0.2.0/24", "2001:db8::/32"], "403", "403"],
  ])("an allowlist of %s", async (_, cidrs, ipv6, ipv4) => {
    await allow(cidrs());
    expect([await ask(gateway.ipv6), await ask(gateway.ipv4)]).toEqual([ipv6, ipv4]);
  });

  it("who is hidden behind Docker's proxy is nobody the list knows, even if it names the proxy", async () => {
    const fromHost = async () =>
      (await send(pod, "HTTP/1.1", { target: "/system_stats", headers: [["X-API-Key", pod.keys.worker]] }))
        .status;
    const [bridge = ""] = gateway.gateways;
    for (const cidrs of [["0.0.0.0/0", "::/0"], [bridge, client.ipv4, client.ipv6], [`${bridge}/32`]]) {
      await allow(cidrs);
      expect(await fromHost()).toBe(200);
      await allow(cidrs, gateway.gateways);
      expect(await fromHost()).toBe(403);
      if (cidrs.length > 1) {
        expect([await ask(gateway.ipv6), await ask(gateway.ipv4)]).toEqual(["200", "200"]);
      }
    }
  });
});
