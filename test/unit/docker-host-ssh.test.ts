import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { environmentProblems } from "../../components/docker-host/operator-environment";
import { clientConfiguration, sshOptions, writeSshFiles } from "../../components/docker-host/ssh";

const HOST_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEdlYXI";
const TARGET = { stack: "production", instanceId: "i-0123456789abcdef0", hostPublicKey: `${HOST_KEY}\n` };

describe("the ssh client's files", () => {
  const home = process.cwd();
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "comfy-fortress-ssh-"));
    process.chdir(folder);
  });
  afterEach(() => {
    process.chdir(home);
    rmSync(folder, { recursive: true, force: true });
  });
  const mode = (path: string) => (statSync(path).mode & 0o777).toString(8);

  it("are the owner's alone, and name the host key by the stack", () => {
    writeSshFiles(TARGET, "PRIVATE KEY");
    expect(readFileSync(".comfy/ssh/production/key", "utf8")).toBe("PRIVATE KEY\n");
    expect(readFileSync(".comfy/ssh/production/known_hosts", "utf8")).toBe(
      `comfy-production-vm ${HOST_KEY}\n`,
    );
    expect(mode(".comfy/ssh/production/key")).toBe("600");
    expect(mode(".comfy/ssh/production/known_hosts")).toBe("600");
    expect(readFileSync(".comfy/ssh/production/config", "utf8")).toBe(clientConfiguration(TARGET));
    expect([".comfy", ".comfy/ssh", ".comfy/ssh/production"].map(mode)).toEqual(["700", "700", "700"]);
  });

  it("are written again where they are missing, and follow a new key", () => {
    writeSshFiles(TARGET, "PRIVATE KEY\n");
    rmSync(".comfy", { recursive: true });
    writeSshFiles(TARGET, "ANOTHER KEY\n");
    writeSshFiles(TARGET, "ANOTHER KEY\n");
    expect(readFileSync(".comfy/ssh/production/key", "utf8")).toBe("ANOTHER KEY\n");
  });
});

describe("the ssh client's configuration", () => {
  const valueIn = (configuration: string, name: string) =>
    new RegExp(`^${name} (.*)$`, "m").exec(configuration)?.[1];
  const configuration = clientConfiguration(TARGET);
  const value = (name: string) => valueIn(configuration, name);

  it("pins the host key and leaves nothing to the operator's own", () => {
    expect(sshOptions("production")).toEqual(["-F", ".comfy/ssh/production/config"]);
    expect(value("StrictHostKeyChecking")).toBe("yes");
    expect(value("UserKnownHostsFile")).toBe(".comfy/ssh/production/known_hosts");
    expect(value("GlobalKnownHostsFile")).toBe("/dev/null");
    expect(value("HostKeyAlias")).toBe("comfy-production-vm");
    expect(value("IdentitiesOnly")).toBe("yes");
  });

  it("shares one connection, which no other machine or stack has", () => {
    expect(value("ControlMaster")).toBe("auto");
    const control = (stack: string, instanceId: string) =>
      valueIn(clientConfiguration({ stack, instanceId }), "ControlPath");
    const all = [control("a", "i-1"), control("a", "i-2"), control("b", "i-1")];
    expect(new Set(all).size).toBe(3);
    expect(all).not.toContain(undefined);
  });

  it("keeps the socket's path under the 108 bytes that a socket may have, whatever the stack's name", () => {
    const path = valueIn(clientConfiguration({ ...TARGET, stack: "x".repeat(100) }), "ControlPath") ?? "";
    // ssh adds a suffix of 17 while it makes the socket.
    expect(path.length + 17).toBeLessThan(108);
    expect(path).not.toBe("");
  });

  it("holds no path of this machine", () => {
    expect(configuration.match(/ \/.*$/gm)).toEqual([" /dev/null"]);
  });
});

describe("the operator's environment", () => {
  const problems = (env: Record<string, string>) => environmentProblems(env, (path) => path === "/run/agent");

  it("may name an engine of its own and an agent that is there", () => {
    expect(
      problems({ DOCKER_HOST: "tcp://elsewhere", DOCKER_CONTEXT: "", SSH_AUTH_SOCK: "/run/agent" }),
    ).toEqual([]);
  });

  it.each([
    [{ DOCKER_CONTEXT: "desktop" }, /^DOCKER_CONTEXT is set to "desktop".*unset DOCKER_CONTEXT$/],
    [{ DOCKER_CERT_PATH: "/certs" }, /^DOCKER_CERT_PATH is set to "\/certs".*unset DOCKER_CERT_PATH$/],
    [{ SSH_AUTH_SOCK: "/gone" }, /^SSH_AUTH_SOCK names "\/gone".*unset SSH_AUTH_SOCK$/],
  ])("is refused with the fix: %j", (env: Record<string, string>, message) => {
    expect(problems(env)).toEqual([expect.stringMatching(message)]);
  });

  it("never shows a key", () => {
    expect(problems({ DOCKER_KEY_MATERIAL: "PRIVATE" }).join()).not.toContain("PRIVATE");
  });
});
