import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { stageContext } from "../../components/comfyui/context";
import type { CustomNode } from "../../components/comfyui/custom-nodes";
import { readSettings } from "../../infra/settings";
import { baseImageFor } from "../support/base-image";
import { docker } from "../support/docker";

/**
 * Builds the image of a small ComfyUI without torch, by the Dockerfile that builds the real one. Needs the Docker Engine,
 * Debian's archive and a Python package index. Does not show that the real ComfyUI runs in it.
 */
const STACK = "image-test";
const TAG = `comfy-${STACK}-comfyui`;
const HARMLESS = { name: "harmless-node", url: "./test/containment/harmless-node" };
const { caBundles } = readSettings({
  stack: STACK,
  config: {},
  env: process.env,
  fileExists: existsSync,
}).build;

const CREATED = "2026-01-02T03:04:05Z";

let base: string;
let scratch: string;

interface Build {
  path?: string;
  customNodes?: CustomNode[];
  lock?: string;
}

/** Builds the image; `output` is what the build said. */
function build(
  tag: string,
  { path = "test/containment/small-comfyui", ...more }: Build = {},
  ...flags: string[]
) {
  const source = { kind: "checkout" as const, path: realpathSync(path), commit: "checkout-0123456789ab" };
  const context = stageContext(STACK, source, { caBundles, customNodes: [], ...more });
  const args = { BASE_IMAGE: base, STACK, SOURCE: source.kind, COMMIT: source.commit, CREATED };
  const run = spawnSync(
    "docker",
    [
      "build",
      ...Object.entries(args).flatMap(([name, value]) => ["--build-arg", `${name}=${value}`]),
      ...["--tag", `${TAG}:${tag}`, ...flags, context],
    ],
    { encoding: "utf8", maxBuffer: 64 * 1024 * 1024 },
  );
  return { status: run.status, output: `${run.stdout}\n${run.stderr}` };
}

/** Runs Python in a container of an image. */
function python(image: string, program: string, ...flags: string[]): string {
  return docker(
    "run",
    "--rm",
    "--network",
    "none",
    ...flags,
    "--entrypoint",
    "python3",
    image,
    "-c",
    program,
  );
}

function node(name: string, files: Record<string, string>): CustomNode {
  const url = join(scratch, name);
  mkdirSync(url, { recursive: true });
  for (const [file, content] of Object.entries(files)) {
    writeFileSync(join(url, file), content);
  }
  return { name, url };
}

beforeAll(() => {
  base = baseImageFor(STACK);
  scratch = mkdtempSync(join(tmpdir(), "comfyui-image-"));
  const built = build("main", { customNodes: [HARMLESS] });
  expect(built.status, built.output.slice(-2000)).toBe(0);
}, 1_200_000);

afterAll(() => {
  rmSync(scratch, { recursive: true, force: true });
  rmSync(`.comfy/build/${STACK}`, { recursive: true, force: true });
  const images = docker("image", "ls", "--quiet", "--filter", `label=comfy-fortress.stack=${STACK}`);
  spawnSync("docker", ["image", "rm", "--force", ...new Set(images.split("\n"))], { stdio: "ignore" });
});

/** Everything on the search path, every set-id file, and which modules can be imported. */
const INVENTORY = `
import importlib.util, json, os, stat
folders = ["bin", "sbin", "usr/bin", "usr/sbin", "usr/local/bin", "usr/local/sbin", "usr/games", "opt/venv/bin"]
programs = sorted({name for folder in folders if os.path.isdir("/" + folder) for name in os.listdir("/" + folder)})
set_ids = []
for folder, folders, files in os.walk("/"):
    if folder == "/":
        folders[:] = [name for name in folders if name not in ("proc", "sys", "dev")]
    for name in files:
        mode = os.lstat(os.path.join(folder, name)).st_mode
        if stat.S_ISREG(mode) and mode & 0o6000:
            set_ids.append(os.path.join(folder, name))
modules = [name for name in ("pip", "ensurepip", "setuptools", "comfyui_manager") if importlib.util.find_spec(name)]
print(json.dumps({"programs": programs, "setIds": set_ids, "modules": modules}))
`;

const ABSENT = [
  ...["sh", "bash", "dash", "perl", "awk", "sed", "env", "xargs", "busybox"],
  ...["pip", "pip3", "git", "curl", "wget", "nc", "ssh", "scp", "openssl"],
  ...[
    "gcc",
    "cc",
    "ld",
    "as",
    "make",
    "apt",
    "apt-get",
    "dpkg",
    "su",
    "mount",
    "passwd",
    "chattr",
    "crontab",
  ],
];

describe("the image of a ComfyUI that is built", () => {
  it("has no program but Python and the loader's, nothing set-id, and no installer", () => {
    const found = JSON.parse(python(`${TAG}:main`, INVENTORY));
    expect(found).toEqual({
      programs: ["comfyui", "ldconfig", "python", "python3", "python3.13"],
      setIds: [],
      modules: [],
    });
    expect(found.programs.filter((name: string) => ABSENT.includes(name))).toEqual([]);
  });

  it("is looked into by what does find programs and set-id files where there are some", () => {
    const built = build("builder", { customNodes: [HARMLESS] }, "--target", "builder");
    expect(built.status).toBe(0);
    const found = JSON.parse(python(`${TAG}:builder`, INVENTORY));
    expect(found.programs).toEqual(expect.arrayContaining(["sh", "perl", "dpkg"]));
    expect(found.setIds).toContain("/usr/bin/su");
    expect(found.modules).toContain("ensurepip");
  });

  it("says what it is made of, as CycloneDX's own validator accepts it", () => {
    const sbom = python(`${TAG}:main`, "print(open('/opt/comfyui/SBOM.json').read())");
    const validate = `
import sys
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
print(JsonStrictValidator(SchemaVersion.V1_6).validate_str(sys.stdin.read()))`;
    const validated = (text: string) =>
      spawnSync(
        "docker",
        [
          ...[
            "run",
            "--rm",
            "--interactive",
            "--network",
            "none",
            "--entrypoint",
            "/build/sbom-tool/bin/python",
          ],
          ...[`${TAG}:builder`, "-c", validate],
        ],
        { input: text, encoding: "utf8" },
      ).stdout.trim();
    expect(validated(sbom)).toBe("None");
    expect(validated(sbom.replace('"bomFormat": "CycloneDX"', '"bomFormat": "SPDX"'))).not.toBe("None");

    const { metadata, components } = JSON.parse(sbom);
    expect(metadata.component).toMatchObject({ name: "ComfyUI", version: "checkout-0123456789ab" });
    const purls = components.map(({ purl }: { purl?: string }) => purl);
    expect(purls).toContainEqual(expect.stringMatching(/^pkg:deb\/debian\/libc6@/));
    expect(purls).not.toContainEqual(expect.stringMatching(/perl-base/));
    expect(components).toContainEqual(expect.objectContaining({ name: "harmless-node" }));
  }, 120_000);

  it("has a lock of all it installed, and the bill has each hash of it", () => {
    const [lock = "", sbom = ""] = ["requirements.lock", "SBOM.json"].map((file) =>
      python(`${TAG}:main`, `print(open('/opt/comfyui/${file}').read())`),
    );
    const lines = lock.split("\n").filter(Boolean);
    expect(lines.map((line) => line.split("==")[0])).toEqual(
      expect.arrayContaining(["pyyaml", "requests", "tomli"]),
    );
    for (const line of lines) {
      expect(line).toMatch(/^[a-z0-9-]+==\S+ --hash=sha256:[0-9a-f]{64}$/);
      expect(sbom).toContain(line.slice(-64));
    }
  });

  it("lists its custom nodes, and where it comes from", () => {
    const listed = JSON.parse(python(`${TAG}:main`, "print(open('/opt/comfyui/CUSTOM_NODES.json').read())"));
    expect(listed).toEqual([
      {
        ...HARMLESS,
        commit: expect.stringMatching(/^checkout-/),
        tree: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
        classes: ["FortressNegative"],
        findings: [],
      },
    ]);
    const labels = JSON.parse(
      docker("image", "inspect", "--format", "{{json .Config.Labels}}", `${TAG}:main`),
    );
    expect(labels).toMatchObject({
      "org.opencontainers.image.revision": "checkout-0123456789ab",
      "org.opencontainers.image.created": CREATED,
      "comfy-fortress.comfyui-source": "checkout",
    });
  });
});

describe("a container of it", () => {
  const HARDENED = ["--read-only", "--cap-drop", "ALL", "--network", "none", "--tmpfs", "/tmp"];

  /** Starts a container, `touched` before it runs, until it serves or ends; gives its exit code and log. */
  async function start(flags: string[], touched?: (container: string) => void) {
    const container = docker("create", ...flags, `${TAG}:main`);
    try {
      touched?.(container);
      docker("start", container);
      for (;;) {
        const state = JSON.parse(docker("inspect", "--format", "{{json .State}}", container));
        const { stdout, stderr } = spawnSync("docker", ["logs", container], { encoding: "utf8" });
        const log = `${stdout}${stderr}`;
        if (!state.Running || log.includes("Starting server")) {
          return { running: state.Running, exitCode: state.ExitCode, log };
        }
        await setTimeout(200);
      }
    } finally {
      docker("rm", "--force", container);
    }
  }

  it("runs ComfyUI, read-only and as it was built", async () => {
    expect(await start(HARDENED)).toMatchObject({
      running: true,
      log: expect.stringContaining("Starting server"),
    });
  });

  it.each([
    ["a custom node was changed", "/data/custom_nodes/harmless-node/negative.py", "was changed"],
    ["a custom node came in", "/data/custom_nodes/harmless-node/extra.py", "was not built in"],
    ["ComfyUI itself was changed", "/opt/comfyui/server.py", "was changed"],
    ["model paths came in", "/opt/comfyui/extra_model_paths.yaml", "was not built in"],
  ])("does not start where %s", async (_what, to, difference) => {
    const file = join(scratch, "touched");
    writeFileSync(file, "touched = True\n");
    const { running, exitCode, log } = await start([], (container) =>
      docker("cp", file, `${container}:${to}`),
    );
    expect({ running, exitCode }).toEqual({ running: false, exitCode: 1 });
    expect(log).toContain("ComfyUI is not started, its code is not what was built:");
    expect(log).toContain(`${to} ${difference}`);
  });

  it("does not start with another custom_nodes mounted over its own", async () => {
    const { exitCode, log } = await start([...HARDENED, "--tmpfs", "/data/custom_nodes"]);
    expect(exitCode).toBe(1);
    expect(log).toContain("/data/custom_nodes/harmless-node/__init__.py is missing");
  });
});

describe("its part of the pod", () => {
  const NAMESPACE = "/run/pod/namespace";
  const member = (...args: string[]) => docker("exec", container, "/opt/launcher/pod-member.py", ...args);
  const stand = (where: string) =>
    docker("exec", "--user", "0", container, "python3", "-c", `open("${NAMESPACE}", "w").write(${where})`);
  const isRunning = () => docker("inspect", "--format", "{{.State.Running}}", container) === "true";
  let container: string;

  beforeAll(() => {
    const pod = ["--tmpfs", "/run/pod:mode=755", "--entrypoint", "/opt/launcher/pod-member.py"];
    const hardened = ["--init", "--network", "none", "--tmpfs", "/tmp", ...pod];
    container = docker("run", "--detach", ...hardened, `${TAG}:main`, "run", "/usr/local/bin/comfyui");
  });

  afterAll(() => docker("rm", "--force", container));

  const log = () => docker("logs", container);

  it("starts ComfyUI only where the firewall stands", async () => {
    await setTimeout(1_000);
    expect(() => member("check", "8188")).toThrow();
    stand('"net:[1]"');
    await setTimeout(1_000);
    expect(log()).toBe("");
    stand('__import__("os").readlink("/proc/self/ns/net")');
    await expect.poll(log, { timeout: 60_000 }).toContain("Starting server");
  }, 90_000);

  it("is well while ComfyUI listens there", async () => {
    await expect.poll(() => member("check", "8188"), { timeout: 10_000 }).toBe("");
    expect(() => member("check", "8187")).toThrow();
    expect(isRunning()).toBe(true);
  });

  it("ends where the pod is another", async () => {
    stand('"net:[1]"');
    expect(() => member("check", "8188")).toThrow();
    await expect.poll(isRunning, { timeout: 20_000 }).toBe(false);
  }, 30_000);
});

describe("the build", () => {
  /** The content of an image: the hash of every file, link and mode, but what Docker itself puts there. */
  const CONTENT = `
import hashlib, os
lines = []
for folder, folders, files in os.walk("/"):
    if folder == "/":
        folders[:] = [name for name in folders if name not in ("proc", "sys", "dev")]
    for name in files + [name for name in folders if os.path.islink(os.path.join(folder, name))]:
        path = os.path.join(folder, name)
        if path in ("/etc/hosts", "/etc/hostname", "/etc/resolv.conf", "/.dockerenv"):
            continue
        content = os.readlink(path).encode() if os.path.islink(path) else open(path, "rb").read()
        lines.append(f"{path} {os.lstat(path).st_mode:o} {hashlib.sha256(content).hexdigest()}")
print("\\n".join(sorted(lines)))`;

  it("gives the same content again from the lock, without anything cached", () => {
    const lock = join(scratch, "requirements.lock");
    writeFileSync(
      lock,
      `${python(`${TAG}:main`, "print(open('/opt/comfyui/requirements.lock').read(), end='')")}\n`,
    );
    const again = build("again", { customNodes: [HARMLESS], lock }, "--no-cache");
    expect(again.status, again.output.slice(-2000)).toBe(0);
    const [first, second] = ["main", "again"].map((tag) =>
      python(`${TAG}:${tag}`, CONTENT, "--user", "0").split("\n"),
    );
    const differing = second?.filter((line) => !first?.includes(line));
    expect(differing).toEqual([]);
    expect(second?.length).toBe(first?.length);
  }, 1_200_000);

  it("fails at a lock that does not hold what is required, or not the hash of what the index has", () => {
    const lock = join(scratch, "requirements.lock");
    const lines = python(`${TAG}:main`, "print(open('/opt/comfyui/requirements.lock').read())").split("\n");
    writeFileSync(lock, `${lines.filter((line) => !line.startsWith("tomli")).join("\n")}\n`);
    const without = build("fails", { customNodes: [HARMLESS], lock });
    expect(without).toMatchObject({
      status: 1,
      output: expect.stringContaining("requirements.lock does not satisfy the requirements"),
    });
    writeFileSync(lock, `${lines.join("\n").replace(/[0-9a-f]{64}/, "0".repeat(64))}\n`);
    const forged = build("fails", { customNodes: [HARMLESS], lock });
    expect(forged.status).not.toBe(0);
    expect(forged.output).toContain("DO NOT MATCH THE HASHES");
  }, 1_200_000);

  const LOADS = "class Node:\n    pass\n\n\n";
  it.each([
    [
      "code that runs what it is given",
      () => [node("shady", { "__init__.py": "def f(x):\n    exec(x)\n\n\nNODE_CLASS_MAPPINGS = {}\n" })],
      /custom node shady \(.*\): __init__\.py:2: exec runs what it is given/,
    ],
    [
      "a denied class that only running it shows",
      () => [
        node("hidden", {
          "__init__.py": `${LOADS}name = "%s_%s" % ("FL", "CodeNode")\nNODE_CLASS_MAPPINGS = dict([(name, Node)])\n`,
        }),
      ],
      /custom node hidden: its node class "FL_CodeNode" runs Python from the workflow/,
    ],
    [
      "code that needs the network to load",
      () => [
        node("caller", {
          "__init__.py": `import socket\n\nsocket.socket(socket.AF_INET, socket.SOCK_DGRAM)\n${LOADS}NODE_CLASS_MAPPINGS = {"Caller": Node}\n`,
        }),
      ],
      /PermissionError[\s\S]*custom node caller \(.*\) does not load/,
    ],
    [
      "ComfyUI-Manager under another name",
      () => [
        node("nice-tools", { "__init__.py": "", "pyproject.toml": '[project]\nname = "comfyui-manager"\n' }),
      ],
      /custom node nice-tools \(.*\): pyproject\.toml \(by the name of the project\) is ComfyUI-Manager/,
    ],
  ])(
    "fails at %s, and says where",
    (_what, customNodes, reason) => {
      const { status, output } = build("fails", { customNodes: customNodes() });
      expect(status).not.toBe(0);
      expect(output).toMatch(reason);
    },
    300_000,
  );

  it("fails at ComfyUI-Manager inside a checkout", () => {
    const path = join(scratch, "checkout");
    cpSync("test/containment/small-comfyui", path, { recursive: true });
    writeFileSync(
      join(path, "comfy", "helper.py"),
      'ROUTES = ["/manager/queue/install", "/customnode/install/git_url"]\n',
    );
    const { status, output } = build("fails", { path });
    expect(status).not.toBe(0);
    expect(output).toContain("comfy/helper.py (by the routes it serves) is ComfyUI-Manager");
  }, 600_000);
});
