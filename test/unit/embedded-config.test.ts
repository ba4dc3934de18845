import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readOptions } from "../../infra/embedded/cli";
import { removeClientFiles, writeClientFiles } from "../../infra/embedded/client-files";
import { readConfig } from "../../infra/embedded/config";
import { type EngineFacts, planEngine } from "../../infra/embedded/docker-engine";
import { explain, UserError } from "../../infra/embedded/errors";
import { elapsed, summary } from "../../infra/embedded/progress";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "comfy-config-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const PROJECT = `name: p
runtime: nodejs
config:
  target: { type: string, default: local }
  port: { type: integer, default: 8443 }
  methods: { type: array, items: { type: string }, default: [apiKey] }
  domain: { type: string }
  aws:region: { value: eu-central-1 }
`;

function project(stackFile?: string): void {
  writeFileSync(join(folder, "Pulumi.yaml"), PROJECT);
  if (stackFile !== undefined) writeFileSync(join(folder, "Pulumi.local.yaml"), stackFile);
}

/** Exit code and message of the UserError that something throws. */
function refusal(work: () => unknown): { exitCode?: number; message?: string } {
  try {
    work();
  } catch (error) {
    if (error instanceof UserError) return { exitCode: error.exitCode, message: error.message };
    throw error;
  }
  return {};
}

describe("readConfig", () => {
  it("takes the project's defaults", () => {
    project();
    expect(readConfig(folder, "local")).toEqual({
      project: "p",
      config: {
        "p:target": "local",
        "p:port": "8443",
        "p:methods": '["apiKey"]',
        "aws:region": "eu-central-1",
      },
    });
  });

  it("lets the stack's file win over them, and the flags over both", () => {
    project(
      "encryptionsalt: v1:x\nconfig:\n  p:port: 9000\n  p:domain: a.example\n  p:comfyui:\n    source: official\n    commit: abc\n",
    );
    expect(readConfig(folder, "local").config).toMatchObject({ "p:port": "9000", "p:domain": "a.example" });
    const { config } = readConfig(folder, "local", { port: "7", domain: "b.example", comfyui: "stand-in" });
    expect(config).toMatchObject({ "p:port": "7", "p:domain": "b.example" });
    expect(JSON.parse(config["p:comfyui"] ?? "")).toEqual({ source: "stand-in", commit: "abc" });
  });

  it("takes a checkout's path from where the user stands", () => {
    project();
    const source = (flag: string) =>
      JSON.parse(readConfig(folder, "local", { comfyui: flag }, "/home/u").config["p:comfyui"] ?? "").source;
    expect(source("ComfyUI")).toBe("/home/u/ComfyUI");
    expect(source("/opt/ComfyUI")).toBe("/opt/ComfyUI");
    expect(source("official")).toBe("official");
  });

  it("refuses a secret that only the Pulumi CLI can read, wherever it is", () => {
    for (const [content, key] of [
      ["config:\n  p:token: { secure: v1:abc }\n", "p:token"],
      ["config:\n  p:a:\n    - b: { secure: v1:abc }\n", "p:a[0].b"],
    ] as const) {
      project(content);
      const { exitCode, message } = refusal(() => readConfig(folder, "local"));
      expect(exitCode).toBe(2);
      expect(message).toContain(`Pulumi.local.yaml: ${key} is a secret encrypted by the Pulumi CLI`);
    }
  });

  it("says which file is not as it should be", () => {
    project("config: [1]\n");
    expect(refusal(() => readConfig(folder, "local"))).toMatchObject({
      exitCode: 2,
      message: expect.stringContaining("Pulumi.local.yaml: config must be a mapping"),
    });
    project(": : :\n  - x: [");
    expect(refusal(() => readConfig(folder, "local")).message).toMatch(/Pulumi\.local\.yaml cannot be read/);
  });
});

describe("readOptions", () => {
  const options = { port: { type: "string" as const, help: "NUMBER  the port" } };

  it("refuses an unknown option with the list of all, exit code 2", () => {
    const { exitCode, message } = refusal(() => readOptions("start", options, ["--nope"]));
    expect(exitCode).toBe(2);
    expect(message).toMatch(/^Unknown option '--nope'\nUsage: npm start \[-- options\]\n {2}--port NUMBER/);
    expect(refusal(() => readOptions("start", options, ["--port"])).exitCode).toBe(2);
    expect(refusal(() => readOptions("start", options, ["stray"])).exitCode).toBe(2);
    expect(refusal(() => readOptions("start", options, ["--help"])).exitCode).toBe(0);
    expect(readOptions("start", options, ["--port", "1"])).toEqual({ port: "1" });
  });
});

describe("planEngine", () => {
  const facts = (over: Partial<EngineFacts>): EngineFacts => ({
    hosts: [{ host: "unix:///var/run/docker.sock", problem: "connect ENOENT /var/run/docker.sock" }],
    chosen: false,
    hasClient: false,
    hasDaemon: false,
    isRoot: true,
    hasApt: true,
    systemd: false,
    ...over,
  });
  const message = (over: Partial<EngineFacts>) => {
    const step = planEngine(facts(over));
    return step.kind === "refuse" ? step.message : `(${step.kind})`;
  };

  it("uses the first engine that answers", () => {
    const hosts = [
      { host: "ssh://old", problem: "gone" },
      { host: "unix:///b", problem: "" },
    ];
    expect(planEngine(facts({ hosts, hasClient: true }))).toEqual({ kind: "use", host: "unix:///b" });
  });

  it("installs as root on Debian, starts what is there", () => {
    expect(planEngine(facts({}))).toEqual({ kind: "install" });
    expect(planEngine(facts({ hasClient: true, hasDaemon: true }))).toEqual({ kind: "start" });
    expect(planEngine(facts({ hasDaemon: true }))).toEqual({ kind: "install" });
  });

  it("otherwise says exactly what to do", () => {
    expect(message({ isRoot: false })).toMatch(/sudo apt-get install docker\.io/);
    expect(message({ isRoot: false, hasApt: false })).toMatch(
      /Install the Docker Engine and its command line/,
    );
    expect(message({ isRoot: false, hasClient: true, hasDaemon: true })).toMatch(
      /sudo systemctl start docker/,
    );
    expect(message({ isRoot: false, hosts: [{ host: "unix:///x", problem: "permission denied" }] })).toMatch(
      /usermod -aG docker/,
    );
    expect(
      message({ chosen: true, hosts: [{ host: "tcp://h:1", problem: "connect ECONNREFUSED" }] }),
    ).toMatch(/DOCKER_HOST is tcp:\/\/h:1, and no Docker Engine answers there: connect ECONNREFUSED/);
  });
});

describe("the clients' files", () => {
  const outputs = {
    endpoint: "https://localhost:8443",
    caCertificate: "CA\n",
    clients: { me: { apiKey: "cf_1" }, worker: { apiKey: "cf_2" } },
  };

  it("are private, complete, and go with their client", () => {
    writeClientFiles(folder, outputs);
    const read = (path: string) => readFileSync(join(folder, path), "utf8");
    expect(JSON.parse(read("outputs.json"))).toEqual(outputs);
    expect(read("clients/me/api-key")).toBe("cf_1");
    expect(read("clients/me/ca.crt")).toBe("CA\n");
    expect(statSync(join(folder, "clients/me")).mode & 0o777).toBe(0o700);
    for (const path of ["outputs.json", "clients/me/api-key", "clients/me/ca.crt"]) {
      expect(statSync(join(folder, path)).mode & 0o777).toBe(0o600);
    }
    writeClientFiles(folder, { ...outputs, clients: { me: { apiKey: "cf_3" } } });
    expect(read("clients/me/api-key")).toBe("cf_3");
    expect(readdirSync(join(folder, "clients"))).toEqual(["me"]);
    removeClientFiles(folder);
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe("messages", () => {
  it("name a full disk and its cure", () => {
    expect(explain(new Error("write /x: no space left on device"))).toMatch(
      /^The disk is full\. Free some space/,
    );
    expect(explain(Object.assign(new Error("ENOSPC: no space left on device, write")))).toMatch(
      /^The disk is full/,
    );
    expect(explain(new UserError("plain"))).toBe("plain");
  });

  it("sum up a run", () => {
    const none = { created: 0, updated: 0, replaced: 0, deleted: 0, unchanged: 4 };
    expect(summary(none)).toBe("Nothing changed (4 resources as they should be).");
    expect(summary({ ...none, created: 2, deleted: 1 })).toBe("Done: 2 created, 1 deleted, 4 unchanged.");
    expect(elapsed(0, 4200)).toBe("4.2 s");
    expect(elapsed(0, 192_000)).toBe("3 min 12 s");
  });
});
