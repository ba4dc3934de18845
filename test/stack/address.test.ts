/** Who can connect: IPv6 and the allowlist, on each engine. Needs Docker, and the Pulumi CLI where it is on PATH. */
import { request } from "node:https";
import { networkInterfaces } from "node:os";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { baseImageFor } from "../support/base-image";
import { docker, objectsOf } from "../support/docker";
import { freePort } from "../support/free-port";
import {
  bringDown,
  cliDriver,
  embeddedDriver,
  hasPulumi,
  type Run,
  type StackDriver,
} from "../support/stack-driver";

const UP_TIMEOUT_MS = 600_000;
const DOMAIN = "comfy.example.com";
const ADDRESSES = Object.values(networkInterfaces()).flatMap((of) => of ?? []);
/** The machine's own address, from which Docker passes connections on as they are. */
const OWN = ADDRESSES.find(({ family, internal }) => family === "IPv4" && !internal)?.address ?? "";
const HAS_IPV6 = ADDRESSES.some(({ address }) => address === "::1");

const engines: [string, () => StackDriver][] = [
  ["the embedded engine", () => embeddedDriver("test-address")],
];
if (hasPulumi()) engines.push(["the Pulumi CLI", () => cliDriver("test-address-cli")]);

describe.each(engines)("the program on %s", (_, makeDriver) => {
  let driver: StackDriver;
  let port: number;

  const expectDone = ({ code, output }: Run) => expect(code, output).toBe(0);
  const up = async (settings: Record<string, unknown>) => {
    driver.configure({ port, comfyui: { source: "stand-in" }, ...settings });
    expectDone(await driver.up());
  };
  /** The status of /system_stats with a client's key at an address of this machine. */
  function ask(host: string, servername: string, client = "me"): Promise<number | string> {
    const { clients, caCertificate } = driver.outputs();
    const headers = { host: `${servername}:${port}`, "X-API-Key": clients[client]?.apiKey ?? "" };
    return new Promise((resolve) => {
      request({ host, port, path: "/system_stats", servername, ca: caCertificate, headers }, (answer) => {
        answer.resume();
        resolve(answer.statusCode ?? 0);
      })
        .on("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
        .end();
    });
  }

  beforeAll(async () => {
    driver = makeDriver();
    port = await freePort();
    baseImageFor(driver.stack);
  }, UP_TIMEOUT_MS);

  afterAll(() => bringDown(driver), UP_TIMEOUT_MS);

  it.runIf(HAS_IPV6)(
    "answers on [::1] where IPv6 is asked for, and finds nothing to do when run again",
    async () => {
      await up({ ipv6: true });
      expect([await ask("::1", "localhost"), await ask("127.0.0.1", "localhost")]).toEqual([200, 200]);
      expect(await ask(OWN, "localhost")).toBe("ECONNREFUSED");
      expectDone(await driver.upUnchanged());
      expectDone(await driver.heal());
      expect(await ask("::1", "localhost")).toBe(200);
    },
    UP_TIMEOUT_MS,
  );

  it(
    "lets only listed addresses connect, is content to be no such address itself, and changes the list in place",
    async () => {
      await up({ domain: DOMAIN, allowedCidrs: [OWN] });
      expect(await ask(OWN, DOMAIN)).toBe(200);
      // Behind Docker's proxy nobody can be told apart.
      expect(await ask("127.0.0.1", DOMAIN)).toBe(403);
      expectDone(await driver.upUnchanged());

      const before = objectsOf(driver.stack, "container").sort();
      await up({ domain: DOMAIN, allowedCidrs: ["203.0.113.0/24", "172.16.0.0/12"] });
      expect([await ask(OWN, DOMAIN), await ask("127.0.0.1", DOMAIN)]).toEqual([403, 403]);
      await up({ domain: DOMAIN });
      expect([await ask(OWN, DOMAIN), await ask("127.0.0.1", DOMAIN)]).toEqual([200, 200]);
      expect(objectsOf(driver.stack, "container").sort()).toEqual(before);
    },
    UP_TIMEOUT_MS,
  );

  it(
    "refuses a client whose time is over, and says so",
    async () => {
      const clients = [
        { name: "me", role: "admin" },
        { name: "guest", role: "worker", expires: "2020-01-01" },
      ];
      driver.configure({ port, comfyui: { source: "stand-in" }, domain: DOMAIN, clients });
      const run = await driver.up();
      expectDone(run);
      expect(run.output).toContain("Client guest expired at 2020-01-01T00:00:00Z");
      expect([await ask(OWN, DOMAIN, "guest"), await ask(OWN, DOMAIN)]).toEqual([401, 200]);
      expect(driver.outputs().clients.guest?.expires).toBe("2020-01-01T00:00:00Z");
    },
    UP_TIMEOUT_MS,
  );

  // An engine that keeps IPv6 addresses would be published on; this machine's tells which one it is.
  const keepsIpv6 = docker("version", "--format", "{{.Server.APIVersion}}").localeCompare("1.46", "en", {
    numeric: true,
  });
  it.runIf(keepsIpv6 < 0)(
    "publishes on no public IPv6 address where the engine would hide who connects",
    async () => {
      driver.configure({ port, comfyui: { source: "stand-in" }, domain: DOMAIN, ipv6: true });
      const { code, output } = await driver.up();
      expect(code).not.toBe(0);
      expect(output).toContain("would hide who connects there behind its own proxy");
    },
    UP_TIMEOUT_MS,
  );
});
