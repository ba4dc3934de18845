import { type SpawnOptions, spawn } from "node:child_process";
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";

const ROOT = join(__dirname, "../..");
const TARGET = "test/support/embedded-target.ts";
const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function launch(root: string, args: string[], env: Record<string, string> = {}, nodeArgs: string[] = []) {
  const options: SpawnOptions = {
    cwd: tmpdir(),
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  };
  const child = spawn(
    process.execPath,
    [...nodeArgs, join(root, "infra/embedded/bootstrap.mjs"), ...args],
    options,
  );
  let output = "";
  let heard = () => {};
  const speaks = new Promise<void>((resolve) => {
    heard = resolve;
  });
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on("data", (data) => {
      output += data;
      heard();
    });
  }
  const ended = new Promise<{ code: number | null; output: string }>((resolve) => {
    child.on("close", (code) => resolve({ code, output }));
  });
  return { child, speaks, ended };
}

/** A project of its own with a make-believe npm, whose "installation" is only a record and a link to our tsx. */
function project(): string {
  const root = realpathSync(mkdtempSync(join(tmpdir(), "comfy-bootstrap-")));
  folders.push(root);
  mkdirSync(join(root, "infra/embedded"), { recursive: true });
  mkdirSync(join(root, "bin"));
  copyFileSync(join(ROOT, "infra/embedded/bootstrap.mjs"), join(root, "infra/embedded/bootstrap.mjs"));
  copyFileSync(join(ROOT, TARGET), join(root, "target.ts"));
  writeFileSync(join(root, "package.json"), "{}");
  lock(root, "1.0.0");
  writeFileSync(
    join(root, "bin/npm"),
    `#!/bin/sh
echo "npm $*"
[ -z "$TEST_NPM_FAILS" ] || exit 1
mkdir -p node_modules && cp package-lock.json node_modules/.package-lock.json
sed -i '/left-out/d' node_modules/.package-lock.json
[ -e node_modules/tsx ] || ln -s ${join(ROOT, "node_modules/tsx")} node_modules/tsx
`,
    { mode: 0o755 },
  );
  return root;
}

function lock(root: string, version: string): void {
  writeFileSync(
    join(root, "package-lock.json"),
    `{"packages": {"": {},
"node_modules/left-out": {"version": "1.0.0", "optional": true},
"node_modules/a": {"version": "${version}"}}}`,
  );
}

describe("bootstrap.mjs", { timeout: 30_000 }, () => {
  it("hands arguments over in the project's folder, and the exit code back", async () => {
    const { code, output } = await launch(ROOT, [TARGET, "--x", "a b"], { TEST_END: "7" }).ended;
    expect(JSON.parse(output)).toEqual({ args: ["--x", "a b"], folder: ROOT });
    expect(code).toBe(7);
    expect((await launch(ROOT, [TARGET], { TEST_END: "killed" }).ended).code).toBe(137);
  });

  it("passes signals on", async () => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) {
      const { child, speaks, ended } = launch(ROOT, [TARGET], { TEST_END: "wait" });
      await speaks;
      await new Promise((resolve) => setTimeout(resolve, 100));
      child.kill(signal);
      expect(await ended).toMatchObject({ code: 130, output: expect.stringContaining(signal) });
    }
  });

  it("refuses a Node that is too old", async () => {
    const old = "data:text/javascript,Object.defineProperty(process.versions,'node',{value:'20.18.9'})";
    const { code, output } = await launch(ROOT, [TARGET], {}, ["--import", old]).ended;
    expect(code).toBe(1);
    expect(output).toMatch(/^This needs Node\.js 20\.19 or newer; this is 20\.18\.9\./);
  });

  it("installs the dependencies when they are missing or not those of the lock file, and only then", async () => {
    const root = project();
    const run = async (env = {}) =>
      await launch(root, ["target.ts"], {
        PATH: `${join(root, "bin")}${delimiter}${process.env.PATH}`,
        ...env,
      }).ended;
    const installed = "Installing dependencies (npm ci) ...\nnpm ci --no-audit --no-fund\n";
    expect((await run()).output).toContain(installed);
    expect((await run()).output).not.toContain("npm");
    lock(root, "1.0.1");
    expect(await run({ TEST_NPM_FAILS: "1" })).toMatchObject({
      code: 1,
      output: expect.stringContaining("could not be installed"),
    });
    expect((await run()).output).toContain(installed);
    expect(readFileSync(join(root, "node_modules/.package-lock.json"), "utf8")).toContain("1.0.1");
  });

  it("uses linked dependencies that fit, and never installs through the link", async () => {
    const root = project();
    const env = { PATH: `${join(root, "bin")}${delimiter}${process.env.PATH}` };
    const run = async () => await launch(root, ["target.ts"], env).ended;
    await run();
    const shared = join(root, "shared");
    renameSync(join(root, "node_modules"), shared);
    const before = readdirSync(shared);
    symlinkSync("shared", join(root, "node_modules"));
    expect((await run()).output).not.toContain("npm");
    lock(root, "1.0.1");
    for (const target of ["shared", "gone"]) {
      rmSync(join(root, "node_modules"));
      symlinkSync(target, join(root, "node_modules"));
      const { code, output } = await run();
      expect(code).toBe(1);
      expect(output).toContain(`node_modules is a link to ${target}, whose packages are not those of`);
      expect(output).not.toContain("npm ci --no-audit");
    }
    expect(readdirSync(shared)).toEqual(before);
    expect(readFileSync(join(shared, ".package-lock.json"), "utf8")).not.toContain("1.0.1");
  });
});
