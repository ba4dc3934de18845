import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

const SCRIPT = "components/comfyui/image/choose-flags.py";

/** The head of what main.py --help prints; 0.3.64 as recorded, 0.38.1 put together from its declarations. */
function help(version: string): string {
  return readFileSync(`test/unit/comfyui-help-${version}.txt`, "utf8");
}

function choose(helpText: string, accelerator: string, nodes: readonly string[] = []) {
  const folder = mkdtempSync(join(tmpdir(), "comfyui-flags-"));
  const nodesFile = join(folder, "custom-nodes.json");
  writeFileSync(nodesFile, JSON.stringify(nodes.map((name) => ({ name }))));
  const run = spawnSync("python3", ["-B", SCRIPT, accelerator, nodesFile], {
    input: helpText,
    encoding: "utf8",
  });
  rmSync(folder, { recursive: true });
  return { status: run.status, flags: run.stdout.split("\n").filter(Boolean).join(" "), stderr: run.stderr };
}

const ALWAYS = "--listen 127.0.0.1 --port 8188 --base-directory /data --disable-all-custom-nodes";
const DATABASE = "--database-url sqlite:////data/user/comfyui.db";

describe("the flags of a ComfyUI", () => {
  it.each([
    ["0.3.64", "cpu", `${ALWAYS} --cpu --disable-api-nodes ${DATABASE}`],
    ["0.3.64", "cuda", `${ALWAYS} --disable-api-nodes ${DATABASE}`],
    ["0.38.1", "cpu", `${ALWAYS} --cpu --offline --disable-assets ${DATABASE}`],
    ["0.38.1", "cuda", `${ALWAYS} --offline --disable-assets ${DATABASE}`],
  ])("of %s on %s are those it knows", (version, accelerator, expected) => {
    expect(choose(help(version), accelerator)).toMatchObject({ status: 0, flags: expected });
  });

  it.each(["0.3.64", "0.38.1"])(
    "of %s name the custom nodes that were built in, and no others",
    (version) => {
      const { flags } = choose(help(version), "cpu", ["some-nodes", "Other_Nodes"]);
      expect(flags).toContain(`${ALWAYS} --whitelist-custom-nodes some-nodes Other_Nodes --cpu `);
    },
  );

  it("are refused where custom nodes cannot be named", () => {
    const old = help("0.3.64").replace("--whitelist-custom-nodes", "--whitelist");
    expect(choose(old, "cpu", ["some-nodes"]).stderr).toContain("does not know --whitelist-custom-nodes");
    expect(choose(old, "cpu").status).toBe(0);
  });

  it("do not include one whose name is only the start of a flag", () => {
    const between = help("0.38.1").replace("[--disable-assets]", "[--disable-assets-autoscan]");
    expect(choose(between, "cpu").flags).toBe(`${ALWAYS} --cpu --offline ${DATABASE}`);
  });

  it("do not include one that only a description names", () => {
    const described = `${help("0.3.64")}\n  --multi-user  Not --offline, and not --disable-assets.\n`;
    expect(choose(described, "cpu").flags).toBe(`${ALWAYS} --cpu --disable-api-nodes ${DATABASE}`);
  });

  it("are refused where one that must be there is unknown", () => {
    const old = help("0.3.64").replace("[--base-directory BASE_DIRECTORY]", "[--base DIRECTORY]");
    const { status, flags, stderr } = choose(old, "cpu");
    expect({ status, flags }).toEqual({ status: 1, flags: "" });
    expect(stderr).toContain("does not know --base-directory: it is too old");
  });

  it("are refused where the help is none", () => {
    expect(choose("Traceback (most recent call last):", "cpu").stderr).toContain("shows no usage");
  });
});

describe("the launcher", () => {
  it.each([["--listen", "0.0.0.0"], ["trial", "--listen", "0.0.0.0"], ["trial2"]])(
    "takes no arguments but trial, so that no second --listen gets in: %s %s %s",
    (...args) => {
      const { status, stderr } = spawnSync("python3", ["-B", "components/comfyui/image/launch.py", ...args], {
        encoding: "utf8",
      });
      expect(status).toBe(1);
      expect(stderr).toContain("takes no argument but trial");
    },
  );
});

describe("where torch comes from", () => {
  /** choose() of the script, with an index that answers or not. */
  function chooseTorch(accelerator: string, indexUrl: string, problem: string | null) {
    const program = `
import json, runpy, sys
choose = runpy.run_path("components/comfyui/image/choose-torch.py")["choose"]
accelerator, index_url, problem = json.loads(sys.argv[1])
try:
    print(json.dumps(choose(accelerator, index_url, lambda url: problem)))
except SystemExit as refusal:
    print(json.dumps(str(refusal)))`;
    const argument = JSON.stringify([accelerator, indexUrl, problem]);
    const lines = execFileSync("python3", ["-B", "-c", program, argument], { encoding: "utf8" })
      .trim()
      .split("\n");
    return JSON.parse(lines.at(-1) ?? "");
  }

  it.each([
    ["cpu", "", null, [expect.stringMatching(/\/whl\/cpu$/), ["python3"]]],
    ["cuda", "", null, [expect.stringMatching(/\/whl\/cu130$/), ["python3"]]],
    ["cuda", "http://mirror.test/whl", null, ["http://mirror.test/whl", ["python3"]]],
    [
      "cpu",
      "",
      "no such host",
      ["debian", ["python3", "python3-torch", "python3-torchvision", "python3-torchaudio"]],
    ],
    [
      "cpu",
      "http://mirror.test/whl",
      "no such host",
      expect.stringContaining("Correct it or leave it empty"),
    ],
    ["cuda", "", "no such host", expect.stringContaining("Debian's torch has no CUDA")],
    ["rocm", "", null, expect.stringContaining('ACCELERATOR is "rocm"; allowed: cpu, cuda')],
  ])("%s, index %j, which says %j", (accelerator, indexUrl, problem, expected) => {
    expect(chooseTorch(accelerator, indexUrl, problem)).toEqual(expected);
  });
});
