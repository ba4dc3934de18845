/**
 * Who reaches the metrics in a pod with its firewall: this host, and nobody else. The gateway's port, which everybody
 * reaches, is the control. nginx is not needed; a small server stands at its port.
 */
import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TALLY_FOLDER } from "../../components/gateway/tally";
import { renderFirewall } from "../../components/pod/firewall";
import { IN_POD, RUN_FOLDER } from "../../components/pod/run-folder";
import { PORT, UID } from "../../components/shared/pod-layout";
import { docker } from "../support/docker";
import { gatewayImages, TEST_STACK } from "../support/gateway-images";
import { eventually } from "../support/gateway-pod";

const NAME = `comfy-${TEST_STACK}-reach-${randomBytes(4).toString("hex")}`;
const LABEL = ["--label", `comfy-fortress.stack=${TEST_STACK}`];
const POD_CAPABILITIES = ["NET_ADMIN", "SETGID", "SETPCAP", "SETUID"].flatMap((name) => ["--cap-add", name]);
const GATEWAY_PORT = { v4: PORT.gateway, v6: PORT.gatewayIpv6 };
const SERVER = `for (const port of ${JSON.stringify(Object.values(GATEWAY_PORT))})
  require("http").createServer((q, a) => a.end("gateway")).listen(port, "::")`;

let images: ReturnType<typeof gatewayImages>;
const address = { v4: "", v6: "" };

beforeAll(async () => {
  images = gatewayImages();
  const pod = podImage();
  const subnet = `fd00:${randomBytes(2).toString("hex")}:9145::/64`;
  docker("network", "create", ...LABEL, "--ipv6", "--subnet", subnet, NAME);
  const cleared = ["--detach", "--cap-drop", "ALL", "--security-opt", "no-new-privileges", ...LABEL];
  docker(
    ...["run", ...cleared, "--name", `${NAME}-pod`, "--network", NAME, ...POD_CAPABILITIES],
    ...[
      "--read-only",
      "--tmpfs",
      `${RUN_FOLDER}:uid=${UID.pod},mode=755`,
      "--publish",
      `127.0.0.1::${PORT.gateway}`,
      pod,
    ],
  );
  await eventually(async () => inside("pod", "sh", "-c", IN_POD) === 0, "the rules stand");
  const joined = ["--network", `container:${NAME}-pod`];
  docker(
    ...["run", ...cleared, "--name", `${NAME}-authorizer`, ...joined, "--init", "--tmpfs", TALLY_FOLDER],
    ...["--tmpfs", "/etc/comfy-authorizer:uid=10003,mode=0700", images.authorizer],
  );
  docker(
    ...["run", ...cleared, "--name", `${NAME}-gateway`, ...joined, "--init", "--user", String(UID.gateway)],
    ...["--entrypoint", "node", images.authorizer, "-e", SERVER],
  );
  const format = "{{range .NetworkSettings.Networks}}{{.IPAddress}} {{.GlobalIPv6Address}}{{end}}";
  [address.v4 = "", address.v6 = ""] = docker("inspect", "--format", format, `${NAME}-pod`).split(" ");
  await eventually(async () => (await fromHost(address.v4, PORT.metrics)) !== "", "the metrics answer");
  await eventually(
    async () => (await fromHost(address.v4, PORT.gateway)) === "gateway",
    "the gateway answers",
  );
});

afterAll(() => {
  const parts = ["authorizer", "gateway", "pod"].map((part) => `${NAME}-${part}`);
  spawnSync("docker", ["rm", "--force", "--volumes", ...parts]);
  spawnSync("docker", ["network", "rm", NAME]);
});

function podImage(): string {
  const folder = mkdtempSync(join(tmpdir(), "pod-image-"));
  try {
    for (const file of ["Dockerfile", "entrypoint"])
      copyFileSync(`components/pod/image/${file}`, join(folder, file));
    writeFileSync(join(folder, "rules.nft"), renderFirewall(true));
    const args = ["--build-arg", `BASE_IMAGE=${images.base}`, "--build-arg", `STACK=${TEST_STACK}`];
    const tag = `comfy-${TEST_STACK}-pod:latest`;
    docker("build", "--quiet", ...args, "--tag", tag, folder);
    return tag;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function inside(part: string, ...command: string[]): number | null {
  return spawnSync("docker", ["exec", `${NAME}-${part}`, ...command]).status;
}

function url(host: string, port: number): string {
  return `http://${host.includes(":") ? `[${host}]` : host}:${port}/metrics`;
}

/** What the port answers; empty where it does not. */
async function fromHost(host: string, port: number): Promise<string> {
  try {
    return await (await fetch(url(host, port), { signal: AbortSignal.timeout(2000) })).text();
  } catch {
    return "";
  }
}

function fromContainer(options: string[], host: string, port: number): string {
  const ask = `fetch(${JSON.stringify(url(host, port))}, { signal: AbortSignal.timeout(2000) }).then(async (a) => console.log(await a.text()), () => {})`;
  return docker(
    "run",
    "--rm",
    ...LABEL,
    ...options,
    "--entrypoint",
    "node",
    images.authorizer,
    "-e",
    ask,
  ).trim();
}

describe("the metrics answer", () => {
  it("this host", async () => {
    const text = await fromHost(address.v4, PORT.metrics);
    expect(text).toContain("comfy_gateway_websockets_open 0");
    expect(text).toContain("comfy_gateway_nginx_up 0");
  });
});

describe("the metrics do not answer", () => {
  it.each(["v4", "v6"] as const)("a neighbour on the pod's network, over IP%s", (version) => {
    const ask = (port: number) => fromContainer(["--network", NAME], address[version], port);
    expect(ask(GATEWAY_PORT[version])).toBe("gateway");
    expect(ask(PORT.metrics)).toBe("");
  });

  it("a container on another network", () => {
    expect(fromContainer([], address.v4, PORT.metrics)).toBe("");
  });

  it("anybody over IPv6", async () => {
    expect(await fromHost(address.v6, GATEWAY_PORT.v6)).toBe("gateway");
    expect(await fromHost(address.v6, PORT.metrics)).toBe("");
  });

  it("ComfyUI, on whatever address of the pod", () => {
    const comfyui = ["--network", `container:${NAME}-pod`, "--user", String(UID.comfyui)];
    for (const host of ["127.0.0.1", address.v4]) {
      expect([host, fromContainer(comfyui, host, PORT.metrics)]).toEqual([host, ""]);
    }
  });

  it("whoever comes through a published port, since there is none", async () => {
    const published = docker("port", `${NAME}-pod`).split("\n");
    expect(published.map((line) => line.split("/")[0])).toEqual([String(PORT.gateway)]);
    const port = Number(published[0]?.split(":").pop());
    expect(await fromHost("127.0.0.1", port)).toBe("gateway");
  });
});
