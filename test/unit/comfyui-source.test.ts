import { execFileSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { isSourceFile, mayHoldSource } from "../../components/comfyui/checkout-filter";
import { IMAGE_FILES, resolveSource, stageCheckout } from "../../components/comfyui/source";

const COMMIT = "20ca544ee0436721d8eb5f544665e490609f72c8";
const COMFYUI = ["comfy/cli_args.py", "main.py", "nodes.py", "requirements.txt", "server.py"];

let root: string;
let checkout: string;
let staged: string;

beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), "comfyui-source-")));
  checkout = join(root, "ComfyUI");
  staged = join(root, "staged");
  for (const file of COMFYUI) {
    write(file);
  }
});

afterEach(() => rmSync(root, { recursive: true }));

function write(file: string, content = file): void {
  mkdirSync(dirname(join(checkout, file)), { recursive: true });
  writeFileSync(join(checkout, file), content);
}

function git(...args: string[]): string {
  const identity = ["-c", "user.name=test", "-c", "user.email=test@example.invalid"];
  return execFileSync("git", ["-C", checkout, ...identity, ...args], {
    encoding: "utf8",
    stdio: "pipe",
  }).trim();
}

function commitAll(): string {
  git("init", "--quiet");
  git("add", "--all", "--force");
  git("commit", "--quiet", "--message", "all");
  return git("rev-parse", "HEAD");
}

function stagedFiles(): string[] {
  return readdirSync(staged, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => relative(staged, join(entry.parentPath, entry.name)))
    .sort();
}

describe("the setting comfyui.source", () => {
  it("takes official and stand-in as they are", () => {
    expect(resolveSource("official", COMMIT)).toEqual({ kind: "official", commit: COMMIT });
    expect(resolveSource("stand-in", COMMIT)).toEqual({ kind: "stand-in", commit: "stand-in" });
  });

  it("takes a path relative to the project, or absolute, or through a link", () => {
    symlinkSync(checkout, join(root, "link"));
    const expected = {
      kind: "checkout",
      path: checkout,
      commit: expect.stringMatching(/^checkout-[0-9a-f]{12}$/),
    };
    expect(resolveSource("./ComfyUI", COMMIT, root)).toEqual(expected);
    expect(resolveSource(checkout, COMMIT)).toEqual(expected);
    expect(resolveSource("link", COMMIT, root)).toEqual(expected);
  });

  it("quotes a word that is none of the three, and says what is allowed", () => {
    expect(() => resolveSource("offical", COMMIT, root)).toThrow(
      `comfyui.source is "offical", and there is no folder ${join(root, "offical")}. Allowed: official, stand-in, or the path of a ComfyUI checkout.`,
    );
  });

  it("names what a folder lacks to be ComfyUI", () => {
    rmSync(join(checkout, "server.py"));
    rmSync(join(checkout, "comfy"), { recursive: true });
    expect(() => resolveSource("ComfyUI", COMMIT, root)).toThrow(
      'comfyui.source is "ComfyUI", and that folder is not a ComfyUI checkout: it has no server.py, comfy.',
    );
  });
});

describe("the commit of a checkout", () => {
  const commit = () => resolveSource(checkout, COMMIT).commit;

  it("is git's HEAD where the tracked files are exactly that", () => {
    const head = commitAll();
    write("notes.txt");
    expect(commit()).toBe(head);
  });

  it("is the content's hash where a tracked file was changed", () => {
    const head = commitAll();
    write("main.py", "changed");
    expect(commit()).not.toBe(head);
    expect(commit()).toMatch(/^checkout-[0-9a-f]{12}$/);
  });

  it("does not come from a repository that the checkout merely lies in", () => {
    execFileSync("git", ["init", "--quiet", root]);
    expect(commit()).toMatch(/^checkout-/);
  });

  it("follows content, names and modes, and no user data", () => {
    const before = commit();
    write("models/checkpoints/sd.safetensors");
    write("output/picture.png");
    write(".env");
    expect(commit()).toBe(before);
    const seen = new Set([before]);
    write("main.py", "changed");
    seen.add(commit());
    write("extra.py");
    seen.add(commit());
    chmodSync(join(checkout, "extra.py"), 0o755);
    seen.add(commit());
    expect(seen.size).toBe(4);
  });

  it("fails clearly where git tracks nothing or does not work", () => {
    git("init", "--quiet");
    expect(commit).toThrow("git tracks no main.py there");
    writeFileSync(join(checkout, ".git", "HEAD"), "nonsense");
    expect(commit).toThrow(/has a \.git, and git ls-files fails there: fatal: not a git repository/);
  });
});

describe("staging a checkout", () => {
  it("copies the source, removes what an earlier staging left, and gives the same again", () => {
    chmodSync(join(checkout, "main.py"), 0o775);
    mkdirSync(join(staged, "gone"), { recursive: true });
    writeFileSync(join(staged, "gone", "stale.py"), "");
    stageCheckout(checkout, staged);
    stageCheckout(checkout, staged);
    expect(stagedFiles()).toEqual(COMFYUI);
    expect(existsSync(join(staged, "gone"))).toBe(false);
    expect(readFileSync(join(staged, "comfy/cli_args.py"), "utf8")).toBe("comfy/cli_args.py");
    expect(lstatSync(join(staged, "main.py")).mode & 0o777).toBe(0o755);
    expect(lstatSync(join(staged, "nodes.py")).mode & 0o777).toBe(0o644);
  });

  it("gives an empty folder without a checkout", () => {
    mkdirSync(staged);
    writeFileSync(join(staged, "stale.py"), "");
    stageCheckout(undefined, staged);
    expect(stagedFiles()).toEqual([]);
  });

  it("takes only what git tracks, and not what was deleted", () => {
    write("old.py");
    commitAll();
    write("untracked.py");
    rmSync(join(checkout, "old.py"));
    stageCheckout(checkout, staged);
    expect(stagedFiles()).toEqual(COMFYUI);
  });

  it("leaves a virtual environment of any name alone", () => {
    write("my-env/pyvenv.cfg");
    write("my-env/lib/site.py");
    stageCheckout(checkout, staged);
    expect(stagedFiles()).toEqual(COMFYUI);
  });

  it("keeps a link within the checkout, relative", () => {
    symlinkSync(join(checkout, "main.py"), join(checkout, "comfy", "start.py"));
    stageCheckout(checkout, staged);
    expect(readlinkSync(join(staged, "comfy", "start.py"))).toBe("../main.py");
  });

  it.each([
    ["a file outside", () => "/etc/hostname"],
    ["a folder beside that begins with the same name", () => join(root, "ComfyUI-secrets")],
    ["nothing", () => join(root, "nowhere")],
  ])("refuses a link to %s, and copies nothing", (_, target) => {
    mkdirSync(join(root, "ComfyUI-secrets"));
    symlinkSync(target(), join(checkout, "comfy", "sneaky.py"));
    expect(() => stageCheckout(checkout, staged)).toThrow(
      /sneaky\.py is a symbolic link to .* not to a file of the checkout/,
    );
    expect(existsSync(join(staged, "comfy", "sneaky.py"))).toBe(false);
  });

  it("does not mind links in the folders of user data", () => {
    symlinkSync("/etc", join(checkout, "models"));
    symlinkSync("/etc", join(checkout, "output"));
    stageCheckout(checkout, staged);
    expect(stagedFiles()).toEqual(COMFYUI);
  });
});

describe("what counts as source", () => {
  it.each([
    "main.py",
    "comfy/ldm/models/autoencoder.py",
    "alembic_db/env.py",
    "app/user_manager.py",
    "custom_nodes/websocket_image_save.py",
    "custom_nodes/example_node.py.example",
    "input/example.png",
    "models/checkpoints/put_checkpoints_here",
    "models/configs/v1-inference.yaml",
  ])("%s does", (path) => expect(isSourceFile(path)).toBe(true));

  it.each([
    ".git/config",
    ".env",
    "comfy/.secret",
    "venv/lib/python3.13/site-packages/torch/__init__.py",
    "comfy/__pycache__/sd.cpython-313.pyc",
    "comfyui.log",
    "extra_model_paths.yaml",
    "custom_nodes/ComfyUI-Manager/__init__.py",
    "custom_nodes/mine.py",
    "input/private.png",
    "models/checkpoints/sd.safetensors",
    "models/configs/deep/er.yaml",
    "output/picture.png",
    "temp/picture.png",
    "user/default/comfy.settings.json",
  ])("%s does not", (path) => expect(isSourceFile(path)).toBe(false));

  it("is looked for in folders that can hold it, and no others", () => {
    expect(
      ["comfy", "comfy/ldm", "models", "models/checkpoints", "custom_nodes"].filter(mayHoldSource),
    ).toHaveLength(5);
    expect([".git", "venv", "output", "user/default", "comfy/__pycache__"].filter(mayHoldSource)).toEqual([]);
  });
});

describe("the list of the image's files", () => {
  it("is what lies in the folder", () => {
    expect(
      readdirSync("components/comfyui/image")
        .filter((name) => name !== "__pycache__")
        .sort(),
    ).toEqual([...IMAGE_FILES]);
  });
});
