import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { bornAt } from "../../infra/embedded/lock";
import { hasDocker, TestStack } from "../support/embedded";

let stack: TestStack;
beforeEach(() => {
  stack = new TestStack("embedded-failing");
});
afterEach(() => rmSync(stack.root, { recursive: true, force: true }));

// The engine looks for Docker before it runs a program, although these need none.
describe.skipIf(!hasDocker)("the embedded engine", { timeout: 60_000 }, () => {
  const start = (name: string, env = {}) => stack.run("start", { TEST_CASE: name, ...env });
  const lines = () => readFileSync(stack.log, "utf8").trim().split("\n");

  it("creates, says that nothing changed, replaces, and deletes in reverse order", async () => {
    expect(await start("works")).toMatchObject({
      code: 0,
      output: expect.stringContaining("Done: 2 created, 0 unchanged."),
    });
    expect(stack.outputs()).toMatchObject({
      secret: "hush",
      nested: { list: [expect.any(String), 1, true] },
    });
    expect(statSync(join(stack.folder, "outputs.json")).mode & 0o777).toBe(0o600);
    const again = await start("works");
    expect(again.output).toContain("Nothing changed (2 resources as they should be).");
    expect(again.seconds).toBeLessThan(10);
    expect((await start("works", { TEST_TRIGGER: "2" })).output).toContain("Done: 1 replaced, 1 unchanged.");
    expect((await stack.run("stop")).code).toBe(0);
    expect(lines()).toEqual([
      "created first",
      "created second",
      "deleted second",
      "created second",
      "deleted second",
      "deleted first",
    ]);
    expect(existsSync(stack.folder)).toBe(false);
    expect(await stack.run("stop")).toMatchObject({
      code: 0,
      output: expect.stringContaining("Nothing to remove."),
    });
  });

  it("deletes what the program no longer names, but not in a run that fails", async () => {
    await start("works");
    expect((await start("fails")).code).toBe(1);
    expect(lines()).toEqual(["created first", "created second"]);
    expect((await start("fewer")).output).toContain("Done: 1 created, 2 deleted, 1 unchanged.");
    expect(lines()).toEqual(["created first", "created second", "deleted second"]);
    expect(stack.resources().map((entry) => entry.urn.split("::")[3])).toEqual(["first", "third"]);
    await stack.run("stop");
  });

  it("lets what is under way end when another fails, begins nothing new, and says why once", async () => {
    const { code, output } = await start("fails");
    expect(code).toBe(1);
    expect(output.match(/no luck/g)).toHaveLength(1);
    expect(output).toContain('The command "bad" ended with code 5 and said:\nno luck');
    expect(output).not.toMatch(/unhandled|stack|at async/i);
    expect(stack.resources().map((entry) => entry.urn.split("::")[3])).toEqual(["slow"]);
    expect(existsSync(stack.log)).toBe(false);
    expect(readdirSync(stack.folder)).toEqual(["state.json"]);
  });

  it.each([
    ["settings", 2, /2 problems in the settings; nothing was created\./],
    ["throws", 1, /the program itself is broken/],
    ["apply", 1, /inside an apply/],
    [
      "type",
      1,
      /does not know the resource type random:index\/randomId:RandomId\. Supported: command:local:Command, docker/,
    ],
    [
      "key",
      1,
      /command:local:Command: the embedded engine does not support the input "assetPaths"\. Supported: addPrevious/,
    ],
    ["invoke", 1, /does not support the provider function docker:index\/getNetwork:getNetwork/],
    ["twice", 1, /two resources random:index\/randomBytes:RandomBytes named "same"/],
  ])("refuses %s with one message", async (name, code, message) => {
    const ended = await start(name);
    expect(ended.output).toMatch(message);
    expect(ended.output).not.toMatch(/\n\s+at /);
    expect(ended.code).toBe(code);
  });

  describe("judged by the policies before anything is made", () => {
    const DOWNLOAD = "command-no-piped-download";
    const judged = (name: string, config: object) => {
      const file = join(stack.root, "policies.json");
      writeFileSync(file, JSON.stringify(config));
      return start(name, { TEST_POLICIES: file });
    };
    const exception = (resource: string) => ({
      resource,
      reason: "The test's own download, never run.",
      owner: "tests",
      expires: new Date(Date.now() + 86_400_000).toISOString().slice(0, 10),
    });

    it("makes nothing of a program with a mandatory violation, and says each with its fix, no secret, exit code 1", async () => {
      const { code, output } = await judged("insecure", {});
      const said = (resource: string, found: string) =>
        `high  ${DOWNLOAD}\n    ${resource}: create is ${found}; wanted a download that is checked before it runs.\n` +
        "    fix: fetch to a file, compare its SHA-256, then run it.\n";
      expect(output).toContain("3 violations of mandatory policies; nothing was created.\n");
      expect(output).toContain(
        said(
          "setup",
          String.raw`"echo \"created setup\" >> \"$TEST_LOG\"; true || curl -s http://127.0.0.1:1/x | sh"`,
        ),
      );
      expect(output).toContain(said("again", "(secret)"));
      expect(output).not.toContain("hunter2");
      expect(output).toContain(`belongs into ${stack.root}/policies.json.`);
      expect(code).toBe(1);
      expect(existsSync(stack.log)).toBe(false);
      expect(existsSync(stack.folder)).toBe(false);
    });

    it("leaves what there is as it is when a later program is refused", async () => {
      await judged("works", {});
      expect((await judged("insecure", {})).code).toBe(1);
      expect(lines()).toEqual(["created first", "created second"]);
      expect(stack.resources()).toHaveLength(2);
      await stack.run("stop");
    });

    it("makes it once each violation has an exception in order", async () => {
      // The secret in the last one's text is a violation of its own.
      const excused = (...names: string[]) => ({
        [DOWNLOAD]: { exceptions: names.map(exception) },
        "command-no-secret": { exceptions: [exception("again")] },
      });
      expect((await judged("insecure", excused("setup"))).output).toContain(
        "1 violation of mandatory policies; nothing was created.",
      );
      const late = { [DOWNLOAD]: { exceptions: [{ ...exception("set*"), expires: "2026-01-31" }] } };
      expect((await judged("insecure", late)).output).toContain(
        'The exception for "set*" ended on 2026-01-31',
      );
      expect(existsSync(stack.log)).toBe(false);
      // The last of the three asks at a port where nobody answers, and fails in the making.
      await judged("insecure", excused("setup", "aga*"));
      expect(lines().sort()).toEqual(["created fine", "created setup"]);
      await stack.run("stop");
    });

    it("goes on past advisory violations, with one line on how to see them", async () => {
      const { code, output } = await judged("advised", {});
      expect(output).toMatch(
        new RegExp(
          `Policies: \\d+ violations? of advisory ones\\. See: npm run -s plan -- ${stack.stack} --json \\| npm run -s policy -- -\n`,
        ),
      );
      expect(output).toContain("Done: 2 created");
      expect(code).toBe(0);
      await stack.run("stop");
    });

    it("refuses a configuration that it cannot use, exit code 2", async () => {
      const { code, output } = await judged("works", { "no-such-rule": {} });
      expect(output).toContain(
        'policies.json cannot be used: there is no rule "no-such-rule"; docs/policies.md lists them.',
      );
      expect(code).toBe(2);
      expect(existsSync(stack.log)).toBe(false);
    });
  });

  it("stops on SIGINT and SIGTERM: children ended, state true, lock free, exit code 130", async () => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) {
      const { child, ended } = stack.spawn("start", { TEST_CASE: "hangs" });
      while (!existsSync(stack.log)) await sleep(50);
      await sleep(50);
      const pid = Number(readFileSync(stack.log, "utf8"));
      child.kill(signal);
      expect((await ended).code).toBe(130);
      expect(bornAt(pid)).toBe("");
      expect(existsSync(join(stack.folder, "lock"))).toBe(false);
      expect(stack.resources()).toEqual([]);
      rmSync(stack.log);
    }
  });

  it("tells a second run who is at work, and heals a run that was killed", async () => {
    const { child, ended } = stack.spawn("start", { TEST_CASE: "hangs" });
    while (!existsSync(stack.log)) await sleep(50);
    const second = await start("works");
    expect(second.code).toBe(1);
    expect(second.output).toMatch(
      new RegExp(`Another run is at work here: process ${child.pid}, since \\d{4}-`),
    );
    const script = Number(readFileSync(stack.log, "utf8"));
    child.kill("SIGKILL");
    await ended;
    process.kill(-script, "SIGKILL");
    rmSync(stack.log);
    expect((await start("works")).code).toBe(0);
    await stack.run("stop");
  });
});
