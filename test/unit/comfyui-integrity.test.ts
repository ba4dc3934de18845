import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

const IMAGE = "components/comfyui/image";
let tree: string;
let manifest: string;

beforeEach(() => {
  tree = mkdtempSync(join(tmpdir(), "comfyui-integrity-"));
  mkdirSync(join(tree, "pack"));
  writeFileSync(join(tree, "main.py"), "print(1)\n");
  writeFileSync(join(tree, "pack", "__init__.py"), "");
  symlinkSync("main.py", join(tree, "link.py"));
  manifest = join(tree, "INTEGRITY.json");
  const written = spawnSync("python3", ["-B", `${IMAGE}/integrity.py`, "write", manifest, `${tree}=${tree}`]);
  expect(written.status).toBe(0);
});

afterEach(() => rmSync(tree, { recursive: true }));

function differences(): string[] {
  const program =
    "import json, runpy, sys; print(json.dumps(runpy.run_path(sys.argv[1])['differences'](sys.argv[2])))";
  const run = spawnSync("python3", ["-B", "-c", program, `${IMAGE}/integrity.py`, manifest], {
    encoding: "utf8",
  });
  return (JSON.parse(run.stdout) as string[]).map((line) => line.replace(`${tree}/`, ""));
}

describe("the integrity of what was built", () => {
  it("holds as long as nothing is touched", () => {
    expect(differences()).toEqual([]);
    expect(JSON.parse(readFileSync(manifest, "utf8"))).toMatchObject({
      trees: [tree],
      files: {
        [`${tree}/link.py`]: "link:main.py",
        [`${tree}/main.py`]: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
      },
    });
  });

  it.each([
    ["a changed file", () => writeFileSync(join(tree, "main.py"), "print(2)\n"), "main.py was changed"],
    ["a missing file", () => rmSync(join(tree, "pack/__init__.py")), "pack/__init__.py is missing"],
    ["a new file", () => writeFileSync(join(tree, "pack/evil.py"), ""), "pack/evil.py was not built in"],
    ["a new link to a folder", () => symlinkSync("/", join(tree, "pack/root")), "pack/root was not built in"],
    [
      "a link that leads elsewhere",
      () => {
        rmSync(join(tree, "link.py"));
        symlinkSync("pack", join(tree, "link.py"));
      },
      "link.py was changed",
    ],
    [
      "a file in a link's place",
      () => {
        rmSync(join(tree, "link.py"));
        writeFileSync(join(tree, "link.py"), "print(1)\n");
      },
      "link.py was changed",
    ],
  ])("is broken by %s", (_what, touch, difference) => {
    touch();
    expect(differences()).toEqual([difference]);
  });

  it("is broken by a tree that is gone", () => {
    rmSync(join(tree, "pack"), { recursive: true });
    expect(differences()).toEqual(["pack/__init__.py is missing"]);
  });
});

describe("the lock", () => {
  const SHA = "ab".repeat(32);
  const item = (name: string, version: string, hashes: object = { sha256: SHA }) => ({
    metadata: { name, version },
    download_info: { archive_info: { hashes } },
  });
  function lock(install: object[], ...args: string[]) {
    const target = args.length > 0 ? args : [join(tree, "requirements.lock")];
    const run = spawnSync("python3", ["-B", `${IMAGE}/lock.py`, ...target], {
      input: JSON.stringify({ install }),
      encoding: "utf8",
    });
    return { status: run.status, stdout: run.stdout, stderr: run.stderr };
  }

  it("has every package once, by version and hash, in a fixed order", () => {
    expect(lock([item("PyYAML", "6.0.3"), item("aiohttp", "3.13.0")]).status).toBe(0);
    expect(readFileSync(join(tree, "requirements.lock"), "utf8")).toBe(
      `aiohttp==3.13.0 --hash=sha256:${SHA}\npyyaml==6.0.3 --hash=sha256:${SHA}\n`,
    );
  });

  it("gives torch's packages alone as constraints", () => {
    const report = [item("torch", "2.9.0+cu130"), item("sympy", "1.14"), item("torchvision", "0.24")];
    expect(lock(report, "--constraints", "torch", "torchvision", "torchaudio").stdout).toBe(
      "torch==2.9.0+cu130\ntorchvision==0.24\n",
    );
  });

  it.each([
    ["a package without a hash", item("x", "1", {}), "the index gives no sha256 for it"],
    ["ComfyUI-Manager", item("comfyui_manager", "4.0"), "ComfyUI-Manager is never installed"],
    ["a release that was taken over", item("ultralytics", "8.3.41"), "carries a crypto miner"],
  ])("refuses %s", (_what, entry, reason) => {
    expect(lock([entry])).toMatchObject({ status: 1, stderr: expect.stringContaining(reason) });
  });
});
