import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { renderUserData } from "../../components/gpu-vm/cloud-init";
import type { HostFile, UserDataArgs } from "../../components/gpu-vm/cloud-init/args";
import { secretIn } from "../../policies/facts/secrets";
import { USER_DATA } from "../support/user-data";

const config = (change: Partial<UserDataArgs> = {}) =>
  parse(renderUserData({ ...USER_DATA, ...change }), { version: "1.1" });
const file = (path: string, change: Partial<UserDataArgs> = {}): HostFile =>
  config(change).write_files.find((one: HostFile) => one.path === path);
const daemon = (change: Partial<UserDataArgs> = {}) =>
  JSON.parse(file("/etc/docker/daemon.json", change).content);

describe("user data", () => {
  it("begins as cloud-init wants it, and leaves room for what others add", () => {
    const text = renderUserData(USER_DATA);
    expect(text).toMatch(/^#cloud-config\n/);
    expect(Buffer.byteLength(text)).toBeLessThan(8192);
  });

  it("lets one user in, with one key and no password, and root not at all", () => {
    const { users, disable_root, ssh_pwauth } = config();
    expect(users).toEqual([
      expect.objectContaining({
        name: "ubuntu",
        groups: ["adm", "docker"],
        lock_passwd: true,
        ssh_authorized_keys: [USER_DATA.authorizedKey],
      }),
    ]);
    expect({ disable_root, ssh_pwauth }).toEqual({ disable_root: true, ssh_pwauth: false });
  });

  it("shows the stack's host key and no other", () => {
    const { ssh_keys, ssh_deletekeys, ssh_genkeytypes } = config();
    expect(ssh_keys).toEqual({
      ed25519_private: `${USER_DATA.hostKey.private.trim()}\n`,
      ed25519_public: USER_DATA.hostKey.public,
    });
    expect({ ssh_deletekeys, ssh_genkeytypes }).toEqual({
      ssh_deletekeys: true,
      ssh_genkeytypes: ["ed25519"],
    });
  });

  it("holds no secret besides that key", () => {
    const text = renderUserData(USER_DATA);
    const indented = USER_DATA.hostKey.private.trim().split("\n").join("\n    ");
    expect(secretIn(text, { mayBeRandom: true })).toBe("(a private key)");
    expect(text).toContain(indented);
    expect(secretIn(text.replace(indented, ""), { mayBeRandom: true })).toBeUndefined();
  });

  it("keeps Docker down without the data volume, which it finds by its id", () => {
    const { content } = file("/etc/systemd/system/var-lib-docker-volumes.mount");
    const device = "/dev/disk/by-id/nvme-Amazon_Elastic_Block_Store_vol0123456789abcdef0";
    expect(content).toContain(`What=${device}\nWhere=/var/lib/docker/volumes\n`);
    expect(content).toMatch(/Options=\S*noexec\S*\bnofail\b/);
    expect(file("/etc/systemd/system/comfy-data-volume.service").content).toContain(device);
    expect(file("/etc/systemd/system/docker.service.d/10-comfy.conf").content).toContain(
      "RequiresMountsFor=/var/lib/docker/volumes",
    );
  });

  it("sets Docker up, with the GPU where there is one", () => {
    expect(daemon()).toMatchObject({
      "live-restore": true,
      "userland-proxy": false,
      "log-opts": { "max-size": "10m", "max-file": "5" },
      features: { cdi: true },
      runtimes: { nvidia: { path: "nvidia-container-runtime" } },
      "exec-opts": ["native.cgroupdriver=cgroupfs"],
    });
    expect(daemon({ gpu: false })).not.toHaveProperty("runtimes");
    expect(config().runcmd[1]).toEqual(["/usr/local/sbin/comfy-set-up", "ubuntu", "1.17.8"]);
    expect(config({ gpu: false }).runcmd[1]).toEqual(["/usr/local/sbin/comfy-set-up", "ubuntu"]);
    expect(file("/etc/systemd/system/comfy-cdi.service", { gpu: false })).toBeUndefined();
  });

  it("takes its time from Amazon's clock alone, and makes a swap file where one is wanted", () => {
    expect(config().ntp).toEqual({ enabled: true, servers: ["169.254.169.123"] });
    expect(config().swap).toEqual({ filename: "/swapfile", size: 8 * 1024 ** 3 });
    expect(config({ swapGiB: 0 }).swap).toBeUndefined();
  });

  it("adds what other parts want of the machine, last", () => {
    const extra = { path: "/etc/x", content: "a: #b\n", permissions: "0640" };
    const { write_files, runcmd } = config({ extraFiles: [extra], extraCommands: ["one 'a: b'", "two"] });
    expect(write_files.at(-1)).toEqual(extra);
    expect(runcmd[0]).toBe("set -eu");
    expect(runcmd.slice(-2)).toEqual(["one 'a: b'", "two"]);
  });

  it("leaves its programs' comments out, and nothing else", () => {
    const { content } = file("/usr/local/sbin/comfy-data-volume");
    expect(content).toMatch(/^#!\/bin\/sh\nset -eu\n/);
    expect(content.split("\n").filter((line) => /^ *#/.test(line))).toEqual(["#!/bin/sh"]);
  });

  it("names the machine as a host may be named", () => {
    expect(config({ hostName: "comfy-My_stack.1-vm" }).hostname).toBe("comfy-my-stack-1-vm");
  });

  it("is refused where AWS would cut it", () => {
    const big = { path: "/etc/x", content: "x".repeat(16_384), permissions: "0644" };
    expect(() => config({ extraFiles: [big] })).toThrow(/is \d+ bytes, and AWS takes 16384/);
  });

  it.each<[keyof UserDataArgs, Partial<UserDataArgs>, RegExp]>([
    ["user", { user: "root\nAllowUsers *" }, /^user: "root\nAllowUsers \*"/m],
    ["dataVolumeId", { dataVolumeId: "vol-1 /dev/sda" }, /^dataVolumeId: "vol-1 \/dev\/sda" is not an EBS/m],
    ["authorizedKey", { authorizedKey: "" }, /^authorizedKey: "" is not one public key/m],
    ["authorizedKey", { authorizedKey: "ssh-rsa A\nssh-rsa B" }, /^authorizedKey: /m],
    [
      "hostKey",
      { hostKey: { private: "BEGIN PRIVATE KEY", public: "ssh-rsa A" } },
      /^hostKey.private: .*\n*/m,
    ],
    ["swapGiB", { swapGiB: 1.5 }, /^swapGiB: 1.5 is not a whole/m],
    ["hostName", { hostName: "-x" }, /^hostName: "-x"/m],
    ["extraFiles", { extraFiles: [{ path: "x", content: "", permissions: "0644" }] }, /^extraFiles: "x"/m],
    ["extraFiles", { extraFiles: [{ path: "/x", content: "", permissions: "644" }] }, /octal ones like 0644/],
  ])("says what is wrong with %s", (_, change, message) => {
    expect(() => config(change)).toThrow(message);
  });

  it("never shows the host key in an error", () => {
    const hostKey = { private: "SECRET", public: "ssh-rsa A" };
    expect(() => config({ hostKey })).toThrow(/^(?!.*SECRET)/s);
  });
});
