import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { command } from "../../infra/embedded/handlers/command";
import { contextDigest, image } from "../../infra/embedded/handlers/docker-image";
import type { Context } from "../../infra/embedded/handlers/handler";
import { provider } from "../../infra/embedded/handlers/provider";
import type { Properties } from "../../infra/embedded/values";

let folder: string;
let aborter: AbortController;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "comfy-command-"));
  aborter = new AbortController();
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const context = () => ({ name: "greet", signal: aborter.signal, detail: () => {} }) as unknown as Context;
const create = (inputs: Properties) => command.create(inputs, context(), () => {});

describe("a command", () => {
  it("runs in a shell with environment, folder and input, and loses one newline", async () => {
    const { id, outputs } = await create({
      create: 'cat; echo; echo "$WHO in $PWD"; echo; echo oops >&2',
      stdin: "secret",
      environment: { WHO: "me" },
      dir: folder,
    });
    expect(outputs).toEqual({ stdout: `secret\nme in ${folder}\n`, stderr: "oops" });
    expect(id).toMatch(/^greet[0-9a-f]{8}$/);
  });

  it("runs another interpreter", async () => {
    const { outputs } = await create({
      create: "process.stdout.write(String(6 * 7))",
      interpreter: [process.execPath, "-e"],
    });
    expect(outputs.stdout).toBe("42");
  });

  it("hands its former output to update and delete, unless told not to", async () => {
    const inputs = { create: "echo one", update: 'echo "was $PULUMI_COMMAND_STDOUT"' };
    const entry = { urn: "u", type: "t", dependencies: [], sequence: 1, inputs, ...(await create(inputs)) };
    expect((await command.update?.(entry, inputs, context()))?.outputs.stdout).toBe("was one");
    expect(
      (await command.update?.(entry, { ...inputs, addPreviousOutputInEnv: false }, context()))?.outputs
        .stdout,
    ).toBe("was ");
    expect((await command.update?.(entry, { create: "echo again" }, context()))?.outputs.stdout).toBe(
      "again",
    );
  });

  it("fails with what it said, not with its script", async () => {
    await expect(create({ create: "echo first; echo why >&2; exit 3 # hidden" })).rejects.toThrow(
      /^The command "greet" ended with code 3 and said:\nfirst\nwhy$/,
    );
    await expect(create({ create: "kill -9 $$" })).rejects.toThrow(/was killed/);
  });

  it("is stopped with its children", async () => {
    const mark = join(folder, "alive");
    const running = create({ create: `(sleep 1.2; touch ${mark}) & wait` });
    setTimeout(() => aborter.abort(), 200);
    await expect(running).rejects.toMatchObject({ exitCode: 130 });
    await sleep(1500);
    expect(() => rmSync(mark)).toThrow();
    await expect(create({ create: "true" })).rejects.toMatchObject({ exitCode: 130 });
  });
});

describe("an image's digest", () => {
  it("sees contents, names, links and the executable bit, and nothing else", async () => {
    const dockerfile = join(folder, "Dockerfile");
    writeFileSync(dockerfile, "FROM scratch\n");
    mkdirSync(join(folder, "sub"));
    writeFileSync(join(folder, "sub", "a"), "1");
    const digest = () => contextDigest(folder, dockerfile);
    const seen = [await digest()];
    const changes: (() => void)[] = [
      () => writeFileSync(join(folder, "sub", "a"), "2"),
      () => writeFileSync(join(folder, "sub", "b"), ""),
      () => symlinkSync("a", join(folder, "sub", "c")),
      () => writeFileSync(join(folder, "run"), "x", { mode: 0o755 }),
      () => writeFileSync(dockerfile, "FROM scratch\nLABEL a=b\n"),
    ];
    for (const change of changes) {
      change();
      seen.push(await digest());
    }
    expect(new Set(seen).size).toBe(changes.length + 1);
    writeFileSync(join(folder, "sub", "a"), "2");
    expect(await digest()).toBe(seen.at(-1));
    await expect(contextDigest(join(folder, "nowhere"), dockerfile)).rejects.toThrow(
      /nowhere", which cannot be read/,
    );
  });

  it("is not needed for an image that would be pushed", async () => {
    await expect(image.prepare?.({ imageName: "x" }, context())).rejects.toThrow(/needs skipPush: true/);
  });
});

describe("the docker provider", () => {
  it("may name no other engine than the one in use", async () => {
    await expect(provider.prepare?.({ host: "ssh://elsewhere" }, context())).rejects.toThrow(
      /Other hosts need the Pulumi CLI/,
    );
    await expect(provider.prepare?.({}, context())).resolves.toEqual({});
  });
});
