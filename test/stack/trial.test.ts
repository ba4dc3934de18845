import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { docker, hasDocker, TestStack } from "../support/embedded";

// One story: each test goes on from where the one before it ended.
describe.skipIf(!hasDocker)("an upgrade", { timeout: 120_000 }, () => {
  const stack = new TestStack("trial-program");
  const name = (part: string) => `comfy-${stack.stack}-${part}`;
  const inspect = (part: string, format: string) => docker("inspect", "--format", format, name(part));
  /** The next version of the service: what it does in a trial, and, in the same way, in earnest. */
  const release = (version: string, tried: string) => {
    stack.writeContext(version);
    const file = join(stack.context, "root", "bin", "service");
    writeFileSync(file, `#!/bin/sh\n[ "$1" = trial ] || exec sleep 1000\n${tried}\n`);
    chmodSync(file, 0o755);
  };

  beforeAll(() => release("1", "exit 9"));
  afterAll(() => stack.destroy(), 120_000);

  it("tries nothing where nothing serves yet", async () => {
    const { code, output } = await stack.run("start");
    expect(code, output).toBe(0);
    expect(inspect("comfyui", "{{.State.Status}}")).toBe("running");
    expect(inspect("comfyui-trial", "{{.State.Status}}")).toBe("created");
  });

  it("is refused where the new image does not start, and the old container serves on", async () => {
    const before = inspect("comfyui", "{{.Id}} {{.State.StartedAt}}");
    release("2", 'echo "no GPU, or no key: $0" >&2; exit 3');
    const { code, output } = await stack.run("start");
    expect(code).toBe(1);
    expect(output).toContain("no GPU, or no key: /bin/service\n");
    expect(output).toContain(
      `The new ${name("comfyui")} is not put in place: its trial start ends with exit code 3, see above. The one before serves on.`,
    );
    expect(inspect("comfyui", "{{.Id}} {{.State.StartedAt}}")).toBe(before);
    expect(inspect("comfyui", "{{.State.Status}}")).toBe("running");
  });

  it("is refused again as long as nothing has changed", async () => {
    const before = inspect("comfyui", "{{.Id}}");
    expect((await stack.run("start")).code).toBe(1);
    expect(inspect("comfyui", "{{.Id}}")).toBe(before);
  });

  it("goes on as soon as an image starts", async () => {
    const before = inspect("comfyui", "{{.Id}}");
    release("1", "exit 0");
    const { code, output } = await stack.run("start");
    expect(code, output).toBe(0);
    expect(inspect("comfyui", "{{.Id}}")).not.toBe(before);
    expect((await stack.run("start")).output).toMatch(/Nothing changed/);
  });

  it("tries under the confinement that the container will have, without a network", async () => {
    expect(inspect("comfyui-trial", "{{.HostConfig.NetworkMode}} {{.HostConfig.RestartPolicy.Name}}")).toBe(
      "none no",
    );
    for (const format of [
      "{{.Config.User}} {{.HostConfig.ReadonlyRootfs}} {{.HostConfig.CapDrop}} {{.HostConfig.SecurityOpt}}",
      "{{.HostConfig.Memory}} {{.HostConfig.NanoCpus}} {{.HostConfig.Ulimits}} {{.HostConfig.Tmpfs}}",
    ]) {
      expect(inspect("comfyui-trial", format)).toBe(inspect("comfyui", format));
    }
    // A read-only root is only found out there.
    release("3", "echo x > /x");
    const { code, output } = await stack.run("start");
    expect(code).toBe(1);
    expect(output).toMatch(/Read-only file system/);
  });
});
