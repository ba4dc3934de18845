import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { stageContext } from "../../components/comfyui/context";
import { listCustomNodes, stageCustomNodes } from "../../components/comfyui/custom-nodes";
import { repositoryOf } from "../../components/comfyui/denied-repositories";

const COMMIT = "0123456789abcdef0123456789abcdef01234567";
let root: string;
let url: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "comfyui-custom-nodes-"));
  url = join(root, "pack");
  for (const file of ["__init__.py", "models/net.py", "input/example.py", ".env", "__pycache__/a.pyc"]) {
    mkdirSync(dirname(join(url, file)), { recursive: true });
    writeFileSync(join(url, file), file);
  }
});

afterEach(() => rmSync(root, { recursive: true }));

function commitAll(): string {
  const git = (...args: string[]) =>
    execFileSync("git", ["-C", url, "-c", "user.name=t", "-c", "user.email=t@example.invalid", ...args], {
      encoding: "utf8",
    }).trim();
  git("init", "--quiet");
  git("add", "--all");
  git("commit", "--quiet", "--message", "all");
  return git("rev-parse", "HEAD");
}

describe("custom nodes", () => {
  it("with a URL are left to the build", () => {
    const node = { name: "pack", url: "https://git.example.com/a/pack", commit: COMMIT };
    expect(listCustomNodes([node])).toEqual([{ ...node, local: false }]);
  });

  it("of this machine have the hash of their content for a commit, or the one that git says", () => {
    const [before] = listCustomNodes([{ name: "pack", url }]);
    expect(before).toMatchObject({ local: true, commit: expect.stringMatching(/^checkout-[0-9a-f]{12}$/) });
    const commit = commitAll();
    expect(listCustomNodes([{ name: "pack", url, commit }])).toMatchObject([{ local: true, commit }]);
  });

  it("of this machine at another commit than asked for are refused", () => {
    commitAll();
    expect(() => listCustomNodes([{ name: "pack", url, commit: COMMIT }])).toThrow(
      `pack asks for commit ${COMMIT}`,
    );
  });

  it("are copied whole, but for hidden files and what tools make", () => {
    const staged = join(root, "staged");
    mkdirSync(join(staged, "old"), { recursive: true });
    stageCustomNodes(listCustomNodes([{ name: "mine", url }]), staged);
    expect(readdirSync(staged)).toEqual(["mine"]);
    expect(readdirSync(join(staged, "mine"), { recursive: true }).sort()).toEqual([
      "__init__.py",
      "input",
      "input/example.py",
      "models",
      "models/net.py",
    ]);
  });

  it("are refused by the stand-in that auto fell back to", () => {
    const standIn = { kind: "stand-in", commit: "stand-in" } as const;
    const customNodes = [{ name: "pack", url }];
    expect(() => stageContext("custom-nodes-test", standIn, { caBundles: [], customNodes })).toThrow(
      "comfyui.customNodes are given, and the stand-in",
    );
  });

  it("that link to something outside themselves are refused", () => {
    symlinkSync("/etc/passwd", join(url, "data.txt"));
    const listed = [{ name: "pack", url, commit: "", local: true }];
    expect(() => stageCustomNodes(listed, join(root, "staged"))).toThrow(
      "data.txt is a symbolic link to /etc/passwd",
    );
    expect(existsSync(join(root, "staged/pack/data.txt"))).toBe(false);
  });
});

describe("the name of a repository", () => {
  it.each([
    ["https://Git.example.com/Owner/Name", "owner/name"],
    ["https://git.example.com/owner/name.git/", "owner/name"],
    ["https://git.example.com:8443/group/owner/name", "owner/name"],
    ["/srv/owner/name", "owner/name"],
  ])("of %s is %s", (url, name) => expect(repositoryOf(url)).toBe(name));
});
