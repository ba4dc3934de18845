import { describe, expect, it } from "vitest";
import { isSensitivePath } from "../../policies/facts/host-paths";

describe("isSensitivePath", () => {
  it.each([
    // What holds the host's own folders, but not all that lies in it.
    ...["/", "/var", "/var/lib", "/home", "/Users", "/mnt", "/host", "/media", "/opt", "/tmp"],
    // The host's own folders, with what lies in them.
    ...[
      "/bin",
      "/boot/grub",
      "/dev/sda",
      "/etc",
      "/lib/x",
      "/lib32",
      "/lib64",
      "/proc/1/root/srv",
      "/root",
      "/run",
    ],
    ...["/sbin", "/snap", "/sys/fs/cgroup", "/usr/local/bin", "/var/run", "/var/log", "/var/snap/x"],
    ...["/var/backups", "/var/spool/cron", "/var/spool/at", "/var/lib/cloud/instance", "/var/lib/dpkg/info"],
    ...["/var/lib/docker", "/var/lib/docker/volumes", "/var/lib/kubelet/pods", "/var/lib/systemd"],
    // Homes, what a login runs, and credentials.
    ...[
      "/home/me",
      "/Users/me",
      "/home/me/.bashrc",
      "/home/me/.local/bin",
      "/srv/me/.ssh",
      "/srv/.aws/credentials",
    ],
    ...["/srv/.docker", "/srv/.kube", "/srv/.gnupg", "/srv/.config", "/srv/.azure", "/srv/.pulumi"],
    // Engines.
    ...["/srv/x.sock", "//./pipe/docker_engine", "//./pipe/containerd_engine", "//./pipe/podman_engine"],
    ...["\\\\.\\pipe\\docker_engine"],
    // The host of a desktop's virtual machine.
    ...[
      "/host_mnt",
      "/host_mnt/etc",
      "/host_mnt/Users/me",
      "/host_mnt/c/Users/me",
      "/mnt/c",
      "/mnt/c/Users/me",
    ],
    ...["/mnt/host", "/mnt/host/c", "/mnt/host/c/Users/me", "/mnt/host/etc"],
    // What a Mac's own names lead to.
    ...["/private", "/private/etc", "/private/var", "/private/tmp", "/host_mnt/private/etc"],
    // Other spellings.
    ...["//etc/", "/etc/", "/srv/../etc", "/srv/./../root/", " /etc ", "/./", "\\etc", "/srv//../etc//ssh"],
    // From a folder that nobody knows here.
    ...["", "etc", "./data", "../etc", "~/.ssh", "C:\\Users"],
  ])("is %j", (path) => {
    expect(isSensitivePath(path)).toBe(true);
  });

  it.each([
    ...["/srv", "/srv/models", "/data", "/home/me/models", "/home/me/.bashrc/../models", "/Users/me/a/b"],
    ...[
      "/opt/comfyui",
      "/mnt/models",
      "/mnt/models/c",
      "/media/disk",
      "/tmp/x",
      "/var/www",
      "/var/lib/comfyui",
    ],
    ...[
      "/etcetera",
      "/usrlocal",
      "/srv/etc",
      "/srv/home/me",
      "/srv/x.socket",
      "/srv/x.sock/y",
      "/srv/ssh",
      "/srv/.sshx",
    ],
    ...[
      "/srv/mnt/c/etc",
      "/srv/private/etc",
      "/srv/host_mnt/etc",
      "/mnt/host/c/srv",
      "/mnt/cd/etc",
      "/mnt/hosts/etc",
      "/host_mnts/etc",
      "/private/tmp/x",
      "/privates/etc",
      "/host_mnt/srv/a",
    ],
    ...["/srv/docker_engine.txt", "/srv/x.ssh"],
    // What the engine itself keeps for a volume.
    ...["/var/lib/docker/volumes/models/_data", "/var/lib/docker/volumes/models/_data/"],
  ])("is not %j", (path) => {
    expect(isSensitivePath(path)).toBe(false);
  });

  it("takes no other folder for a volume's", () => {
    for (const path of [
      "/var/lib/docker/volumes/_data",
      "/var/lib/docker/volumes/a/b/_data",
      "/etc/volumes/a/_data/b",
    ]) {
      expect(isSensitivePath(path)).toBe(true);
    }
  });
});
