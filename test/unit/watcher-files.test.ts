import { createHash } from "node:crypto";
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { UID } from "../../components/shared/pod-layout";
import { FOLDER } from "../../components/watcher/layout";
import { differences, FileReader } from "../../components/watcher/readers/files";
import { readProcesses } from "../../components/watcher/readers/processes";
import { safetensors } from "../support/model-files";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "comfy-watched-"));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function put(path: string, content: string | Buffer): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), content);
}
const digest = (text: string) => `sha256:${createHash("sha256").update(text).digest("hex")}`;

describe("the files of ComfyUI's container", () => {
  const node = "/data/custom_nodes/good/__init__.py";

  function build(): void {
    put(node, "NODES = {}");
    put("/opt/comfyui/main.py", "run()");
    symlinkSync("/etc/passwd", join(root, "data/custom_nodes/link"));
    const files = {
      [node]: digest("NODES = {}"),
      "/opt/comfyui/main.py": digest("run()"),
      "/data/custom_nodes/link": "link:/etc/passwd",
      "/opt/comfyui/INTEGRITY.json": "sha256:itself",
    };
    put(
      "/opt/comfyui/INTEGRITY.json",
      JSON.stringify({ trees: ["/opt/comfyui", "/data/custom_nodes"], files }),
    );
  }
  const code = (reader = new FileReader()) => reader.findings(root).code.map(({ reason }) => reason);

  it("are what the image's manifest says", () => {
    build();
    expect(new FileReader().findings(root)).toEqual({ code: [], pickle: [], preload: [] });
  });

  it.each<[string, () => void, string]>([
    ["a changed node", () => put(node, "NODES = {1}"), `${node} was changed`],
    ["a new node", () => put("/data/custom_nodes/PerformanceMonitor/__init__.py", ""), "was not built in"],
    ["a missing file", () => rmSync(join(root, "opt/comfyui/main.py")), "/opt/comfyui/main.py is missing"],
    [
      "a link in a file's place",
      () => {
        rmSync(join(root, node));
        symlinkSync("/tmp/x", join(root, node));
      },
      `${node} was changed`,
    ],
  ])("are told when they drift: %s", (_, change, message) => {
    build();
    const reader = new FileReader();
    expect(code(reader)).toEqual([]);
    change();
    expect(code(reader)).toEqual([expect.stringContaining(message)]);
  });

  it("are compared with the first look where there is no manifest", () => {
    put(node, "NODES = {}");
    const reader = new FileReader();
    expect(code(reader)).toEqual([]);
    put(node, "NODES = {2}");
    expect(code(reader)).toEqual([`${node} was changed`]);
  });

  it("are not called missing when the container ended meanwhile", () => {
    build();
    renameSync(root, `${root}-gone`);
    try {
      expect(() => new FileReader().findings(root)).toThrow("ENOENT");
    } finally {
      renameSync(`${root}-gone`, root);
    }
  });

  it("hold no pickle among the models, by content or by name, and links are not followed", () => {
    put("/data/models/checkpoints/good.safetensors", safetensors(100));
    put("/data/models/checkpoints/put_checkpoints_here", "");
    put("/data/models/loras/evil.safetensors", Buffer.from("80027d71002e", "hex"));
    put("/data/models/loras/zip.safetensors", Buffer.from("PK\x03\x04", "latin1"));
    put("/data/models/vae/old.CKPT", "anything");
    symlinkSync("/data/models/vae/old.CKPT", join(root, "data/models/vae/link.pt"));
    const found = new FileReader().findings(root).pickle;
    expect(found.map(({ subject }) => subject)).toEqual([
      "/data/models/loras/evil.safetensors",
      "/data/models/loras/zip.safetensors",
      "/data/models/vae/old.CKPT",
    ]);
  });

  it("have no preload: an empty file is none, a filled one and a link are", () => {
    const preload = () => new FileReader().findings(root).preload;
    put("/etc/ld.so.preload", "");
    expect(preload()).toEqual([]);
    put("/etc/ld.so.preload", "/lib/security/libpam_cache.so\n");
    expect(preload()).toMatchObject([{ facts: { content: "/lib/security/libpam_cache.so\n" } }]);
    rmSync(join(root, "etc/ld.so.preload"));
    symlinkSync("/tmp/x", join(root, "etc/ld.so.preload"));
    expect(preload()).toHaveLength(1);
  });

  it("do not fill the log when all of them differ", () => {
    const built = Object.fromEntries(Array.from({ length: 500 }, (_, at) => [`/f${at}`, "sha256:a"]));
    expect(differences(built, {})).toHaveLength(20);
  });
});

describe("the watcher's image", () => {
  it("gives each volume to who writes to it", () => {
    const dockerfile = readFileSync("components/watcher/image/Dockerfile", "utf8");
    for (const [folder, uid] of [
      [FOLDER.state, UID.comfyui],
      [FOLDER.queue, UID.authorizer],
    ]) {
      expect(dockerfile).toContain(`install -d -o ${uid} -g ${uid} -m 0755 ${folder}`);
    }
  });
});

describe("the processes of a container", () => {
  const ID = "5657de006a404deca2aebd8e28295273471e28aaa4ae164c6a98e2eb0bbd0b08";
  const stat = (name: string, state = "S") =>
    `4711 (${name}) ${state} 4700 4711 4711 0 -1 4194560 0 0 0 0 0 0 0 0 20 0 11 0 1458159 1000 50`;

  function process(cgroup: string, name = "node", state = "S"): void {
    put("4711/cgroup", cgroup);
    put("4711/cmdline", "node\0/opt/stand-in/stand-in.js\0");
    put("4711/stat", stat(name, state));
    put("4711/status", "Name:\tx\nUid:\t10002\t10002\t10002\t10002\nNSpid:\t4711\t7\n");
    symlinkSync("/usr/bin/node", join(root, "4711/exe"));
  }

  it.each([
    ["version 1", `9:name=systemd:/docker/${ID}\n0::/docker/${ID}\n`],
    ["version 2 with cgroupfs", `0::/../${ID}\n`],
    ["version 2 with systemd", `0::/../docker-${ID}.scope\n`],
  ])("are known by their control group: %s", (_, cgroup) => {
    process(cgroup, "a) S 1 (b");
    expect(readProcesses(ID, root)).toEqual([
      {
        pid: 4711,
        innerPid: 7,
        parent: 4700,
        uid: 10002,
        started: 1458159,
        program: "/usr/bin/node",
        argv: ["node", "/opt/stand-in/stand-in.js"],
      },
    ]);
  });

  it("are not another container's, and not what has ended", () => {
    process(`0::/docker/${"a".repeat(64)}\n`);
    expect(readProcesses(ID, root)).toEqual([]);
    rmSync(join(root, "4711"), { recursive: true });
    process(`0::/docker/${ID}\n`, "node", "Z");
    expect(readProcesses(ID, root)).toEqual([]);
  });

  it("are not the engine's runtime before it has entered the container's process namespace", () => {
    process(`0::/docker/${ID}\n`);
    const status = join("4711", "status");
    put(status, "Uid:\t0\t0\t0\t0\nNSpid:\t2822\nNSpgid:\t2822\t1\n");
    expect(readProcesses(ID, root)).toEqual([]);
    put(status, "Uid:\t0\t0\t0\t0\nNSpid:\t4711\t205\t1\nNSpgid:\t2822\n");
    expect(readProcesses(ID, root)).toMatchObject([{ innerPid: 1, uid: 0 }]);
  });
});
