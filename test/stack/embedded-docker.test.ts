import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { docker, hasDocker, TestStack } from "../support/embedded";

// One story: each test goes on from where the one before it ended.
describe.skipIf(!hasDocker)("the embedded engine with Docker", { timeout: 120_000 }, () => {
  const stack = new TestStack();
  const name = (part: string) => `${stack.stack}-${part}`;
  const inspect = (object: string, format: string) => docker("inspect", "--format", format, object);
  const everything = () =>
    ["container inside", "container pod", "network network", "volume data"].map((one) =>
      one.replace(" ", ` ${stack.stack}-`),
    );

  beforeAll(() => stack.writeContext());
  afterAll(() => stack.destroy(), 120_000);

  it("creates everything, with the provider's outputs", async () => {
    const { code, output } = await stack.run("start");
    expect(output).toContain("Done: 14 created, 0 unchanged.");
    expect(code).toBe(0);
    const outputs = stack.outputs();
    expect(outputs).toMatchObject({
      network: name("network"),
      networks: [name("network")],
      port: expect.any(Number),
      image: inspect(name("image"), "{{.Id}}"),
      command: `created with ${outputs.key}`,
      commandIsSecret: true,
      keyIsSecret: true,
      pod: inspect(name("pod"), "{{.Id}}"),
    });
    expect(inspect(name("inside"), "{{.HostConfig.NetworkMode}}")).toBe(`container:${outputs.pod}`);
    expect(
      inspect(
        name("pod"),
        "{{.HostConfig.ReadonlyRootfs}} {{.Config.User}} {{.HostConfig.CapDrop}} {{.HostConfig.Init}}",
      ),
    ).toBe("true 10001 [ALL] true");
    expect(inspect(name("inside"), "{{.State.Health.Status}}")).toBe("healthy");
    for (const [file, key] of [
      ["ca.pem", "ca"],
      ["leaf.pem", "leaf"],
    ] as const)
      writeFileSync(join(stack.root, file), outputs[key]);
    expect(
      execFileSync("openssl", ["verify", "-CAfile", "ca.pem", "leaf.pem"], {
        cwd: stack.root,
        encoding: "utf8",
      }),
    ).toContain("leaf.pem: OK");
  });

  it("changes nothing the second time, quickly", async () => {
    const before = readFileSync(join(stack.folder, "state.json"), "utf8");
    const { code, output, seconds } = await stack.run("start");
    expect({ code, output }).toEqual({
      code: 0,
      output: expect.stringContaining("Nothing changed (14 resources"),
    });
    expect(seconds).toBeLessThan(10);
    expect(readFileSync(join(stack.folder, "state.json"), "utf8")).toBe(before);
  });

  it("brings back a container that was removed or stopped by hand", async () => {
    const { pod, inside } = stack.outputs();
    docker("rm", "-f", name("inside"));
    expect((await stack.run("start")).output).toContain("Done: 2 replaced, 12 unchanged.");
    expect(stack.outputs()).toMatchObject({ pod, inside: expect.not.stringMatching(inside) });
    // Who shares the pod's network follows it.
    docker("kill", name("pod"));
    expect((await stack.run("start")).output).toContain("Done: 3 replaced, 11 unchanged.");
    expect(inspect(name("inside"), "{{.HostConfig.NetworkMode}}")).toBe(`container:${stack.outputs().pod}`);
  });

  it("sees that a restarted pod has left its containers behind", async () => {
    docker("restart", "-t", "0", name("pod"));
    expect((await stack.run("start")).output).toContain("Done: 2 replaced, 12 unchanged.");
  });

  it("brings back an image and a network", async () => {
    docker("rm", "-f", name("inside"), name("pod"));
    docker("rmi", "-f", name("image"));
    docker("network", "rm", name("network"));
    const { code, output } = await stack.run("start");
    expect(output).toMatch(/image image: updated/);
    expect(output).toMatch(/network network: replaced/);
    expect(code).toBe(0);
    expect(stack.leftovers().filter((one) => !one.startsWith("image"))).toEqual(everything());
  });

  it("updates in place and replaces as the inputs ask for it", async () => {
    const { pod } = stack.outputs();
    const { output } = await stack.run("start", { TEST_GREETING: "moin" });
    expect(output).toContain("Done: 2 replaced, 12 unchanged.");
    expect(stack.outputs().pod).toBe(pod);
    expect(inspect(name("inside"), "{{.Config.Env}}")).toContain("GREETING=moin");
    expect((await stack.run("start")).output).toContain("2 replaced");

    stack.writeContext("2");
    expect((await stack.run("start")).output).toContain("Done: 1 updated, 3 replaced, 10 unchanged.");
    expect(inspect(name("pod"), "{{.Image}}")).toBe(stack.outputs().image);
  });

  it("makes a certificate anew in its early-renewal window", async () => {
    const { leaf, leafKey, ca } = stack.outputs();
    expect((await stack.run("start", { TEST_EARLY: "2" })).output).toContain(
      "Done: 1 updated, 13 unchanged.",
    );
    expect(stack.outputs().leaf).toBe(leaf);
    await stack.run("start", { TEST_EARLY: "24" });
    expect(stack.outputs()).toMatchObject({ ca, leafKey, leaf: expect.not.stringMatching(/^$/) });
    expect(stack.outputs().leaf).not.toBe(leaf);
    await stack.run("start");
  });

  it("never removes a volume in an update, only with npm stop", async () => {
    await stack.run("start", { TEST_EXTRA: "1" });
    expect((await stack.run("start")).code).toBe(0);
    expect(stack.leftovers()).toContain(`volume ${name("extra")}`);
  });

  it("shows the last lines of a container that does not get healthy, and keeps the state true", async () => {
    const broken = await stack.run("start", { TEST_INSIDE: "echo the reason; exit 7" });
    expect(broken.code).toBe(1);
    expect(broken.output).toMatch(
      /The container ".*-inside" ended with code 7\. Its last lines:\nthe reason/,
    );
    expect(stack.resources().find((entry) => entry.urn.endsWith("::inside"))).toMatchObject({
      incomplete: true,
    });
    expect((await stack.run("start")).code).toBe(0);
  });

  it("shows the end of the log of a build that fails", async () => {
    const path = join(stack.context, "Dockerfile");
    const good = readFileSync(path, "utf8");
    writeFileSync(path, `${good}RUN ["sh", "-c", "echo the reason >&2; exit 9"]\n`);
    const { code, output } = await stack.run("start");
    expect(code).toBe(1);
    expect(output).toMatch(/Building the image .* failed\. The end of its log:\n[\s\S]*the reason/);
    writeFileSync(path, good);
    expect((await stack.run("start")).output).toMatch(/Nothing changed/);
  });

  it("heals a run that was killed in the middle", async () => {
    const { child, ended } = stack.spawn("start", { TEST_GREETING: "killed", TEST_COMMAND: "sleep 5" });
    while (!/GREETING=killed/.test(inspectOrNothing())) await sleep(50);
    child.kill("SIGKILL");
    await ended;
    const { code, output } = await stack.run("start");
    expect(output).not.toMatch(/Another run/);
    expect(code).toBe(0);
    expect(inspect(name("inside"), "{{.Config.Env}}")).toContain("GREETING=hello");

    function inspectOrNothing(): string {
      try {
        return inspect(name("inside"), "{{.Config.Env}}");
      } catch {
        return "";
      }
    }
  });

  it("tells the second of two runs at once, and breaks nothing", async () => {
    const [one, two] = await Promise.all([stack.run("start"), stack.run("start")]);
    expect([one.code, two.code].sort()).toEqual([0, 1]);
    expect(`${one.output}${two.output}`).toContain("Another run is at work here");
    expect((await stack.run("start")).output).toContain("Nothing changed");
  });

  it("finds what it made again when its memory is lost", async () => {
    rmSync(join(stack.folder, "state.json"));
    const { code, output } = await stack.run("start");
    expect(output).toContain("Done: 14 created");
    expect(code).toBe(0);
    expect(stack.leftovers().filter((one) => !one.startsWith("image"))).toContain(`volume ${name("data")}`);
  });

  it("keeps data when asked to, and uses it again", async () => {
    const { code, output } = await stack.run("stop-keep-data");
    expect(code).toBe(0);
    expect(output).toMatch(/Kept the data: .*-data/);
    expect(stack.leftovers()).toContain(`volume ${name("data")}`);
    expect(stack.leftovers().every((one) => one.startsWith("volume "))).toBe(true);
    expect(readdirSync(stack.folder)).toEqual(["state.json"]);
    expect(readFileSync(join(stack.folder, "state.json"), "utf8")).not.toMatch(/PRIVATE KEY|hex/);
    expect((await stack.run("start")).output).toMatch(/Done: 13 created, 1 unchanged/);
  });

  it("leaves nothing behind after npm stop, not even of a run that was killed", async () => {
    docker(
      "create",
      "--name",
      name("stray"),
      "--label",
      `comfy-fortress.stack=${stack.stack}`,
      name("image"),
      "sh",
    );
    const { code } = await stack.run("stop");
    expect(code).toBe(0);
    expect(stack.leftovers()).toEqual([]);
    expect(existsSync(stack.folder)).toBe(false);
    expect(await stack.run("stop")).toMatchObject({
      code: 0,
      output: expect.stringContaining("Nothing to remove."),
    });
  });

  it("leaves alone what is not its own", async () => {
    // Any image will do for a container that never runs.
    execFileSync("docker", ["import", "--change", "CMD sh", "-", name("foreign")], {
      input: execFileSync("tar", ["-cf", "-", "-T", "/dev/null"]),
    });
    docker("create", "--name", name("pod"), name("foreign"));
    docker("volume", "create", name("data"));
    const id = inspect(name("pod"), "{{.Id}}");
    try {
      const { code, output } = await stack.run("start");
      expect(code).toBe(1);
      expect(output).toMatch(
        /A Docker (container|volume) named ".*" exists and is not of this stack .* It was left alone\./,
      );
      docker("volume", "rm", name("data"));
      expect((await stack.run("start")).output).toContain(
        `A Docker container named "${name("pod")}" exists and is not of this stack`,
      );
      await stack.run("stop");
      expect(inspect(name("pod"), "{{.Id}}")).toBe(id);
    } finally {
      docker("rm", "-f", name("pod"));
      docker("rmi", name("foreign"));
    }
  });
});
