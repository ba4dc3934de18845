/** Images by digest (`build.images`) on the embedded engine, from a registry on loopback: Debian's `docker-registry`. */
import { type ChildProcess, execSync, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Docker from "dockerode";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { remoteImage } from "../../infra/embedded/handlers/docker-remote-image";
import type { Context } from "../../infra/embedded/handlers/handler";
import { docker } from "../support/docker";
import { hasDocker } from "../support/embedded";
import { freePort } from "../support/free-port";

const hasRegistry = spawnSync("docker-registry", ["--version"]).status === 0;
if (!hasRegistry) {
  console.log("no `docker-registry`: no image is pulled from a registry");
}

describe.skipIf(!hasDocker || !hasRegistry)("an image by digest", { timeout: 60_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), "comfy-fortress-registry-"));
  let registry: ChildProcess;
  let repository: string;
  let name: string;
  let id: string;

  const context: Context = {
    stack: "test-registry",
    docker: new Docker(),
    signal: new AbortController().signal,
    name: "pod-image",
    detail: () => {},
  };
  const isThere = () => spawnSync("docker", ["image", "inspect", name]).status === 0;
  const pull = async () => {
    const inputs = { name, forceRemove: true };
    return { ...(await remoteImage.create(inputs, context, () => {})), inputs };
  };
  // biome-ignore lint/suspicious/noExplicitAny: what a handler reads of an entry
  const entry = (made: Awaited<ReturnType<typeof pull>>) => made as any;

  beforeAll(async () => {
    const port = await freePort();
    repository = `localhost:${port}/comfy/pod`;
    writeFileSync(
      join(folder, "config.yml"),
      `version: 0.1
storage: { filesystem: { rootdirectory: ${folder}/data } }
http: { addr: "127.0.0.1:${port}" }
`,
    );
    registry = spawn("docker-registry", ["serve", join(folder, "config.yml")], { stdio: "ignore" });
    id = execSync(`tar -cf - -C ${folder} config.yml | docker import - ${repository}:1`, {
      encoding: "utf8",
    }).trim();
    await vi.waitFor(() => docker("push", `${repository}:1`), { timeout: 20_000, interval: 500 });
    name = docker("image", "inspect", "--format", "{{index .RepoDigests 0}}", `${repository}:1`);
    docker("image", "rm", `${repository}:1`);
  });

  afterAll(() => {
    registry?.kill();
    spawnSync("docker", ["image", "rm", "--force", name]);
    rmSync(folder, { recursive: true, force: true });
  });

  it("is pulled, known by the id that containers name, and removed again", async () => {
    expect(isThere()).toBe(false);
    const made = await pull();
    expect(made).toMatchObject({ id, outputs: { name, imageId: id, repoDigest: name } });
    expect(await remoteImage.isIntact?.(entry(made), context)).toBe(true);
    await remoteImage.remove?.(entry(made), context);
    expect(isThere()).toBe(false);
    expect(await remoteImage.isIntact?.(entry(made), context)).toBe(false);
    await remoteImage.remove?.(entry(made), context);
  });

  it("stays where somebody else's container uses it", async () => {
    const made = await pull();
    const container = docker("create", name, "true");
    try {
      await remoteImage.remove?.(entry(made), context);
      expect(isThere()).toBe(true);
    } finally {
      docker("rm", container);
    }
  });

  it("that the registry does not have is an error that names it", async () => {
    const inputs = { name: `${repository}@sha256:${"0".repeat(64)}` };
    await expect(remoteImage.create(inputs, context, () => {})).rejects.toThrow(
      `The image ${inputs.name} could not be pulled`,
    );
  });
});
