import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { renderUserData } from "../../components/gpu-vm/cloud-init";
import type { HostFile, UserDataArgs } from "../../components/gpu-vm/cloud-init/args";
import { baseImageFor } from "../support/base-image";
import { docker } from "../support/docker";
import { USER_DATA } from "../support/user-data";

const STACK = "test-user-data";
const IMAGE = `comfy-${STACK}-machine:1`;
/** What the machine's image brings and Debian's packages do not. */
const STUBS = ["/usr/bin/nvidia-ctk", "/usr/bin/dockerd"];
const DOCKER_UNITS = {
  "docker.service":
    "[Unit]\nAfter=docker.socket\nRequires=docker.socket\n[Service]\nExecStart=/usr/bin/dockerd\n",
  "docker.socket": "[Socket]\nListenStream=/run/docker.sock\n",
};

/** Runs a script in a container that is made anew each time and reaches nothing. */
function inMachine(script: string, ...options: string[]) {
  const args = ["run", "--rm", "--interactive", "--network", "none", ...options, IMAGE, "sh", "-s"];
  const { status, stdout, stderr } = spawnSync("docker", args, { input: script, encoding: "utf8" });
  return { status, stdout, stderr };
}

/** Script that writes the files as cloud-init does. */
function written(files: readonly HostFile[]): string {
  const lines = files.flatMap(({ path, content, permissions }) => [
    `mkdir -p "$(dirname '${path}')"`,
    `echo ${Buffer.from(content).toString("base64")} | base64 -d > '${path}'`,
    `chmod ${permissions} '${path}'`,
  ]);
  return `set -eu\n${lines.join("\n")}\n`;
}

const filesOf = (change: Partial<UserDataArgs> = {}): HostFile[] =>
  parse(renderUserData({ ...USER_DATA, ...change }), { version: "1.1" }).write_files;

beforeAll(() => {
  if (docker("image", "ls", "--quiet", IMAGE) !== "") return;
  const dockerfile = `FROM ${baseImageFor(STACK)}
LABEL comfy-fortress.stack=${STACK}
RUN apt-get update \\
 && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \\
      cloud-init openssh-server systemd unattended-upgrades xfsprogs e2fsprogs needrestart \\
 && rm -rf /var/lib/apt/lists/*
`;
  execFileSync("docker", ["build", "--quiet", "--tag", IMAGE, "-"], { input: dockerfile, stdio: "pipe" });
}, 600_000);

afterAll(() => {
  docker("image", "rm", "--force", IMAGE, `comfy-${STACK}-base:trixie`);
}, 60_000);

describe("the machine's user data, by Debian's own tools", () => {
  it("is valid for cloud-init, with a GPU and without, and with others' files", () => {
    const extraFiles = [{ path: "/etc/x", content: "x", permissions: "0644" }];
    const texts = [
      renderUserData(USER_DATA),
      renderUserData({ ...USER_DATA, gpu: false, swapGiB: 0, extraFiles, extraCommands: ["true"] }),
      renderUserData(USER_DATA).replace("ssh_pwauth: false", "ssh_pwauth: [no]"),
    ];
    const check = (text: string) =>
      `echo ${Buffer.from(text).toString("base64")} | base64 -d > /u; cloud-init schema --config-file /u >/log 2>&1; echo $?; cat /log >&2`;
    const { stdout, stderr } = inMachine(texts.map(check).join("\n"));
    expect(stdout, stderr).toBe("0\n0\n1\n");
    expect(stderr).toMatch(/ssh_pwauth: \[.*is not/);
  }, 180_000);

  it("sets the SSH server up: one user, keys only, room for Docker's connections", () => {
    const { stdout, stderr, status } = inMachine(`${written(filesOf())}
useradd --create-home ubuntu
mkdir -p /run/sshd
# What Ubuntu's image has beside it.
printf 'PasswordAuthentication yes\\n' > /etc/ssh/sshd_config.d/60-cloudimg-settings.conf
/usr/sbin/sshd -t
/usr/sbin/sshd -T -C user=ubuntu,host=x,addr=203.0.113.1`);
    expect(stderr).toBe("");
    expect(status).toBe(0);
    expect(stdout.split("\n")).toEqual(
      expect.arrayContaining([
        "hostkey /etc/ssh/ssh_host_ed25519_key",
        "allowusers ubuntu",
        "permitrootlogin no",
        "passwordauthentication no",
        "kbdinteractiveauthentication no",
        "authenticationmethods publickey",
        "maxstartups 100:30:200",
        "maxsessions 100",
        "allowtcpforwarding local",
      ]),
    );
    expect(stdout.match(/^hostkey /gm)).toHaveLength(1);
  }, 60_000);

  it("has units that systemd takes, and that form no circle", () => {
    const stubs = [
      ...STUBS.map((path) => ({ path, content: "#!/bin/sh\n", permissions: "0755" })),
      ...Object.entries(DOCKER_UNITS).map(([name, content]) => ({
        path: `/lib/systemd/system/${name}`,
        content,
        permissions: "0644",
      })),
    ];
    const verify =
      "systemd-analyze verify --man=no --recursive-errors=yes $(ls /etc/systemd/system | grep comfy) var-lib-docker-volumes.mount docker.service";
    const withoutNofail = "sed -i s/,nofail// /etc/systemd/system/var-lib-docker-volumes.mount";
    expect(inMachine(`${written([...stubs, ...filesOf()])}\n${verify}`)).toMatchObject({ status: 0 });
    const wrong = inMachine(`${written([...stubs, ...filesOf()])}\n${withoutNofail}\n${verify}`);
    expect(wrong).toMatchObject({ status: 1, stderr: expect.stringContaining("ordering cycle") });
  }, 60_000);

  it("has programs that the shell takes", () => {
    const scripts = filesOf().filter(({ content }) => content.startsWith("#!"));
    expect(scripts.length).toBeGreaterThan(1);
    const checks = scripts.map(({ path }) => `sh -n ${path}`).join("\n");
    expect(inMachine(`${written(scripts)}\n${checks}`)).toMatchObject({ status: 0, stderr: "" });
  }, 60_000);

  it("holds back from the daily upgrades what the GPU and the containers hang on", () => {
    const { stdout, status } = inMachine(`${written(filesOf())}
perl -c -e 'our %nrconf; do "/etc/needrestart/conf.d/comfy.conf"; die $@ if $@;' 2>/dev/null
python3 - <<'PYTHON'
import importlib.machinery, importlib.util, apt_pkg
loader = importlib.machinery.SourceFileLoader("upgrade", "/usr/bin/unattended-upgrade")
upgrade = importlib.util.module_from_spec(importlib.util.spec_from_loader("upgrade", loader))
loader.exec_module(upgrade)
apt_pkg.init_config()
held = apt_pkg.config.value_list("Unattended-Upgrade::Package-Blacklist")
for name in ["nvidia-driver-580-server", "libnvidia-container1", "linux-image-6.8.0-1021-aws", "docker-ce", "docker.io", "containerd.io", "openssl", "openssh-server", "libc6"]:
    print(name, upgrade.is_pkgname_in_blacklist(name, held))
print("reboot", apt_pkg.config.find_b("Unattended-Upgrade::Automatic-Reboot", True))
print("daily", apt_pkg.config.find("APT::Periodic::Unattended-Upgrade"))
PYTHON`);
    expect(status).toBe(0);
    expect(stdout.trim().split("\n")).toEqual([
      "nvidia-driver-580-server True",
      "libnvidia-container1 True",
      "linux-image-6.8.0-1021-aws True",
      "docker-ce True",
      "docker.io True",
      "containerd.io True",
      "openssl False",
      "openssh-server False",
      "libc6 False",
      "reboot False",
      "daily 1",
    ]);
  }, 60_000);
});

/** Making loop devices needs root, and a kernel that has them. */
const canLoop = process.getuid?.() === 0 && spawnSync("losetup", ["--find"]).status === 0;

/** A master boot record with one Linux partition from the first MiB on. */
function partitionTable(): Buffer {
  const sector = Buffer.alloc(512);
  sector.writeUInt8(0x83, 446 + 4);
  sector.writeUInt32LE(2048, 446 + 8);
  sector.writeUInt32LE(4096, 446 + 12);
  sector.writeUInt16LE(0xaa55, 510);
  return sector;
}

describe.runIf(canLoop)("the data volume's program, on a loop device", () => {
  let folder: string;
  let image: string;
  let device: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "comfy-fortress-volume-"));
    image = join(folder, "disk");
    writeFileSync(image, "");
    truncateSync(image, 512 * 1024 * 1024);
    device = execFileSync("losetup", ["--find", "--show", image], { encoding: "utf8" }).trim();
  });
  afterEach(() => {
    spawnSync("losetup", ["--detach", device]);
    rmSync(folder, { recursive: true, force: true });
  });

  const digest = () => createHash("sha256").update(readFileSync(image)).digest("hex");
  const onDevice = (script: string, ...options: string[]) =>
    inMachine(`${written(filesOf())}\n${script}`, "--device", device, ...options);
  const prepare = () => onDevice(`/usr/local/sbin/comfy-data-volume ${device}`, "--cap-add", "SYS_ADMIN");

  it("formats a blank one, and leaves what it made alone from then on", () => {
    expect(prepare()).toMatchObject({ status: 0, stderr: "" });
    const known = spawnSync("blkid", ["--probe", "--output", "export", device], { encoding: "utf8" }).stdout;
    expect(known).toContain("TYPE=xfs\n");
    expect(known).toContain("LABEL=comfy-data\n");
    const before = digest();
    expect(prepare()).toMatchObject({ status: 0, stderr: "" });
    expect(digest()).toBe(before);
  }, 60_000);

  it("makes a file system that mounts with the unit's options, holds data and grows with its disk", () => {
    expect(prepare().status).toBe(0);
    truncateSync(image, 768 * 1024 * 1024);
    execFileSync("losetup", ["--set-capacity", device]);
    const unit = filesOf().find(({ path }) => path.endsWith("volumes.mount"))?.content ?? "";
    const options = /^Options=(.*)$/m.exec(unit)?.[1];
    const { status, stdout, stderr } = onDevice(
      `mkdir -p /v && mount -t xfs -o ${options} ${device} /v && echo kept > /v/file && ls -A /v
xfs_growfs /v >/dev/null && umount /v && mount -t xfs ${device} /v && cat /v/file && df -m --output=size /v | tail -1
umount /v`,
      ...["--cap-add", "SYS_ADMIN", "--security-opt", "apparmor=unconfined"],
    );
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    const [only, kept, size] = stdout.trim().split("\n");
    expect([only, kept]).toEqual(["file", "kept"]);
    expect(Number(size)).toBeGreaterThan(640);
  }, 60_000);

  it.each<[string, () => void, RegExp]>([
    ["another file system", () => execFileSync("mkfs.ext4", ["-q", image]), /holds .*TYPE=ext4/],
    ["a partition table", () => writeFileSync(image, partitionTable(), { flag: "r+" }), /holds .*PTTYPE=dos/],
    ["what nobody knows", () => writeFileSync(image, "precious", { flag: "r+" }), /holds something unknown/],
  ])(
    "refuses %s and leaves it as it is",
    (_, fill, message) => {
      fill();
      execFileSync("blockdev", ["--flushbufs", device]);
      const before = digest();
      const { status, stderr } = prepare();
      expect(status).toBe(1);
      expect(stderr).toMatch(message);
      expect(stderr).toContain("left as it is");
      expect(digest()).toBe(before);
    },
    60_000,
  );

  it("says so where none is attached, after the time it was given", () => {
    const { status, stderr } = onDevice("/usr/local/sbin/comfy-data-volume /dev/disk/by-id/none 2");
    expect(status).toBe(1);
    expect(stderr).toMatch(/none: not attached within 2 s\. Attach it/);
  }, 60_000);
});
