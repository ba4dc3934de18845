/** Needs Docker. Proves that the built gateway takes its certificate from the volume that the certificate container fills. */
import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { renderNginxBundle } from "../../components/gateway/nginx/render";
import { TALLY_FOLDER, TALLY_VOLUME } from "../../components/gateway/tally";
import { shownCertificate } from "../certificate/serving";
import { docker } from "../support/docker";
import { gatewayImages, TEST_STACK } from "../support/gateway-images";
import { testCertificate } from "../support/test-certificate";

const HOST = "comfy.example.com";
const NAME = `comfy-${TEST_STACK}-${randomBytes(4).toString("hex")}-installed`;
const LABEL = ["--label", `comfy-fortress.stack=${TEST_STACK}`];
const BUNDLE = renderNginxBundle({ hostNames: [HOST], publicPort: 443, installedCertificate: true });
let image: string;

function apply() {
  return spawnSync("docker", ["exec", "--interactive", NAME, "apply-config"], {
    input: BUNDLE,
    encoding: "utf8",
  });
}

/** Offers a certificate as the certificate container does. @returns its PEM */
async function offer(generation: string): Promise<string> {
  const { certificate, key } = await testCertificate([HOST]);
  const script = `mkdir -p /export/generations/${generation} && cd /export/generations/${generation}
    printf %s "$CERTIFICATE" > fullchain.pem && printf %s "$KEY" > privkey.pem && chmod 0440 *
    chown -R 10004:10001 /export && ln -sfn generations/${generation} /export/current`;
  docker(
    ...["run", "--rm", ...LABEL, "--user", "0", "--entrypoint", "sh", "--volume", `${NAME}-export:/export`],
    ...["--env", `CERTIFICATE=${certificate}`, "--env", `KEY=${key}`, image, "-euc", script],
  );
  return certificate;
}

async function served(): Promise<{ name: string; pem: string }> {
  const address = docker(
    "inspect",
    "--format",
    "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}",
    NAME,
  );
  const { subject, raw } = await shownCertificate(address, HOST);
  return { name: String(subject.CN), pem: raw.toString("base64") };
}

async function becomes(certificate: string): Promise<void> {
  const expected = certificate.replace(/-----[^-]+-----|\s/g, "");
  const deadline = Date.now() + 15_000;
  for (;;) {
    const pem = await served().then((shown) => shown.pem, String);
    if (pem === expected) return;
    if (Date.now() > deadline) throw new Error(`still served: ${pem}`);
    await sleep(100);
  }
}

beforeAll(() => {
  image = gatewayImages().nginx;
  for (const part of ["export", "config"]) docker("volume", "create", ...LABEL, `${NAME}-${part}`);
  docker(
    ...["run", "--detach", "--name", NAME, ...LABEL, "--init", "--read-only", "--cap-drop", "ALL"],
    ...["--security-opt", "no-new-privileges", "--tmpfs", "/tmp:rw,nosuid,nodev,noexec,size=64m,mode=1777"],
    ...["--tmpfs", `${TALLY_FOLDER}:${TALLY_VOLUME.o}`],
    ...["--volume", `${NAME}-config:/etc/comfy-gateway`, "--volume", `${NAME}-export:/run/certificate:ro`],
    ...["--env", `CERTIFICATE_HOST=${HOST}`, "--env", "CERTIFICATE_POLL_SECONDS=0.2", image],
  );
});

afterAll(() => {
  spawnSync("docker", ["rm", "--force", NAME]);
  spawnSync("docker", ["volume", "rm", `${NAME}-export`, `${NAME}-config`]);
});

describe("the gateway with an installed certificate", () => {
  it("takes its configuration at once, however early, and serves a placeholder", async () => {
    const { status, stderr } = apply();
    expect(stderr).not.toContain("refused");
    expect(status).toBe(0);
    await expect.poll(() => served().then((shown) => shown.name, String)).toBe("placeholder");
  });

  it("serves what is offered, and what is offered next", async () => {
    await becomes(await offer("1"));
    await becomes(await offer("2"));
    expect(apply().stdout).toContain("unchanged");
  });

  it("serves it again after a restart, without a placeholder in between", async () => {
    const before = await served();
    docker("restart", NAME);
    await expect
      .poll(() => served().then((shown) => shown.pem, String), { timeout: 10_000 })
      .toBe(before.pem);
    const { stderr } = spawnSync("docker", ["logs", NAME], { encoding: "utf8" });
    expect(stderr.match(/placeholder-in-service/g)).toHaveLength(1);
  });
});
