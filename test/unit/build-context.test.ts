import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { digestOfContext, stageBuildContext } from "../../components/shared/build-context";

let before: string;
let folder: string;

beforeEach(() => {
  before = process.cwd();
  folder = mkdtempSync(join(tmpdir(), "comfy-fortress-context-"));
  process.chdir(folder);
});
afterEach(() => {
  process.chdir(before);
  rmSync(folder, { recursive: true });
});

describe("a staged build context", () => {
  it("holds what it was given, copies with their mode, and lies out of others' sight", () => {
    writeFileSync("script", "#!/bin/sh\n");
    chmodSync("script", 0o755);
    const context = stageBuildContext("local", "pod", {
      Dockerfile: "FROM x\n",
      entrypoint: { copyOf: "script" },
    });
    expect(context).toBe(".comfy/build/local/pod");
    expect(readdirSync(context).sort()).toEqual(["Dockerfile", "entrypoint"]);
    expect(statSync(join(context, "entrypoint")).mode & 0o777).toBe(0o755);
    expect(statSync(".comfy").mode & 0o777).toBe(0o700);
  });

  it("loses what no longer belongs, but not what another fills", () => {
    const context = stageBuildContext("local", "comfyui", { old: "x" });
    mkdirSync(join(context, "source"));
    writeFileSync(join(context, "source", "main.py"), "");
    stageBuildContext("local", "comfyui", { Dockerfile: "FROM x\n" }, ["source"]);
    expect(readdirSync(context).sort()).toEqual(["Dockerfile", "source"]);
    expect(readdirSync(join(context, "source"))).toEqual(["main.py"]);
  });

  it("follows a changed content", () => {
    stageBuildContext("local", "pod", { Dockerfile: "FROM a\n" });
    const context = stageBuildContext("local", "pod", { Dockerfile: "FROM b\n" });
    expect(readFileSync(join(context, "Dockerfile"), "utf8")).toBe("FROM b\n");
  });

  it("has one digest, whenever it is laid down, until a content, name or mode changes", () => {
    const digest = (files: Record<string, string>) =>
      digestOfContext(stageBuildContext("local", "pod", files));
    const before = digest({ Dockerfile: "FROM a\n" });
    expect(digest({ Dockerfile: "FROM a\n" })).toBe(before);
    expect(digest({ Dockerfile: "FROM b\n" })).not.toBe(before);
    expect(digest({ dockerfile: "FROM a\n" })).not.toBe(before);
    const context = stageBuildContext("local", "pod", { Dockerfile: "FROM a\n" });
    expect(digestOfContext(context)).toBe(before);
    chmodSync(join(context, "Dockerfile"), 0o755);
    expect(digestOfContext(context)).not.toBe(before);
  });
});
