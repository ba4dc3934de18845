import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

let tree: string;

beforeEach(() => {
  tree = mkdtempSync(join(tmpdir(), "comfyui-check-"));
  for (const file of ["main.py", "server.py", "nodes.py"]) {
    writeFileSync(join(tree, file), "");
  }
  mkdirSync(join(tree, "comfy"));
  mkdirSync(join(tree, "custom_nodes"));
});

afterEach(() => rmSync(tree, { recursive: true }));

/** Runs the check of the image build; `installed` is what it would install. */
function check(requirements: string) {
  writeFileSync(join(tree, "requirements.txt"), requirements);
  const outputs = [join(tree, "torch.txt"), join(tree, "others.txt")];
  for (const output of outputs) {
    writeFileSync(output, "");
  }
  const run = spawnSync("python3", ["-B", "components/comfyui/image/check-source.py", tree, ...outputs], {
    encoding: "utf8",
  });
  const [torch, installed] = outputs.map((output) =>
    readFileSync(output, "utf8").split("\n").filter(Boolean),
  );
  return { status: run.status, stderr: run.stderr, torch, installed };
}

describe("the source check of the image build", () => {
  it("sets torch and its kin apart, and nothing else", () => {
    const requirements =
      "torch\ntorchsde\ntorchvision>=0.20 # pictures\nTorchAudio\n\n#optional:\naiohttp>=3.11.8\n";
    expect(check(requirements)).toMatchObject({
      status: 0,
      torch: ["torch", "torchvision>=0.20", "TorchAudio"],
      installed: ["torchsde", "aiohttp>=3.11.8"],
    });
  });

  it.each(["comfyui-manager==4.2", "comfyui_manager", "ComfyUI.Manager>=3", "comfy-ui-manager"])(
    "refuses the requirement %s",
    (requirement) => {
      const { status, stderr } = check(`aiohttp\n${requirement}\n`);
      expect(status).toBe(1);
      expect(stderr).toContain(`"${requirement}" is ComfyUI-Manager, which is never installed`);
    },
  );

  it.each([
    "-r manager_requirements.txt",
    "--index-url http://x.test",
    "git+https://x.test/y",
    "y @ http://x.test",
  ])("refuses %s, which would fetch from elsewhere", (requirement) => {
    expect(check(requirement)).toMatchObject({ status: 1, installed: [] });
  });

  it.each(["ComfyUI-Manager", "comfyui_manager", "comfyui-manager.disabled"])(
    "refuses custom_nodes/%s",
    (name) => {
      mkdirSync(join(tree, "custom_nodes", name));
      writeFileSync(join(tree, "custom_nodes", name, "__init__.py"), "");
      expect(check("aiohttp").stderr).toContain(
        `custom_nodes/${name}/__init__.py (by the name of the folder) is ComfyUI-Manager`,
      );
    },
  );

  it.each([
    ["its project file", "pyproject.toml", '[project]\nname = "comfyui-manager"\n'],
    ["its display name", "pyproject.toml", "[tool.comfy]\nDisplayName = 'ComfyUI-Manager'\n"],
    [
      "its routes",
      "glob/helper.py",
      '@routes.get("/manager/reboot")\ndef a(r): pass\n@routes.post("/customnode/install/pip")\ndef b(r): pass\n',
    ],
  ])("finds ComfyUI-Manager by %s, whatever its folder is called", (_what, file, content) => {
    const folder = join(tree, "comfy", "nice_tools", dirname(file));
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, basename(file)), content);
    expect(check("aiohttp")).toMatchObject({
      status: 1,
      stderr: expect.stringContaining(`comfy/nice_tools/${file} (by `),
    });
  });

  it("takes a file that names one of its routes, and a project that only depends on it by text", () => {
    writeFileSync(join(tree, "comfy", "a.py"), 'KNOWN = "/manager/reboot"\n');
    writeFileSync(
      join(tree, "pyproject.toml"),
      '[project]\nname = "ComfyUI"\ndescription = "with ComfyUI-Manager"\n',
    );
    expect(check("aiohttp").status).toBe(0);
  });

  it("refuses what is not ComfyUI", () => {
    rmSync(join(tree, "server.py"));
    expect(check("aiohttp").stderr).toContain("this is not ComfyUI: it has no server.py");
  });
});
