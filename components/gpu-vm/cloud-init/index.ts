import { stringify } from "yaml";
import { TOOLKIT_FLOOR } from "../../shared/gpu-floor";
import type { HostFile, UserDataArgs } from "./args";
import { dataVolume } from "./data-volume";
import { dockerSettings, gpuDescription } from "./docker";
import { program } from "./program";
import { sshServer } from "./ssh";
import { securityUpgrades } from "./upgrades";

/** AWS takes no more, before base64. */
const MAX_BYTES = 16_384;
/** Amazon's clock, by a link-local address: no way out of the network is needed. */
const TIME_SERVER = "169.254.169.123";
const FILE_BITS = /^0[0-7]{3}$/;

/**
 * Cloud-init's user data for the stack's machine: who may log in, which host key it shows, where Docker's volumes lie, how
 * Docker is set up, and which upgrades it takes by itself. Everybody who may read the instance's attributes can read it, and
 * so can root on the machine; its one secret is the SSH host key.
 *
 * @throws with everything that is wrong with the arguments, or where the whole is more than AWS takes
 */
export function renderUserData(args: UserDataArgs): string {
  const problems = argumentProblems(args);
  if (problems.length > 0) {
    throw new Error(`No user data can be written like this:\n${problems.join("\n")}`);
  }
  const { user, authorizedKey, hostKey, gpu, swapGiB, extraFiles = [], extraCommands = [] } = args;
  const files: HostFile[] = [
    sshServer(user),
    dockerSettings(gpu),
    ...dataVolume(args.dataVolumeId),
    ...(gpu ? [gpuDescription()] : []),
    ...securityUpgrades(),
    // An older kernel does not know it.
    { path: "/etc/sysctl.d/60-comfy.conf", permissions: "0644", content: "-vm.memfd_noexec = 1\n" },
    program("comfy-set-up"),
    ...extraFiles,
  ];
  const config = {
    hostname: args.hostName
      .toLowerCase()
      .replace(/[^a-z0-9-]/g, "-")
      .slice(0, 63),
    manage_etc_hosts: true,
    users: [
      {
        name: user,
        groups: ["adm", "docker"],
        sudo: "ALL=(ALL) NOPASSWD:ALL",
        shell: "/bin/bash",
        lock_passwd: true,
        ssh_authorized_keys: [authorizedKey.trim()],
      },
    ],
    disable_root: true,
    ssh_pwauth: false,
    // The image's own go, and none but ours is made.
    ssh_deletekeys: true,
    ssh_genkeytypes: ["ed25519"],
    ssh_keys: { ed25519_private: `${hostKey.private.trim()}\n`, ed25519_public: hostKey.public.trim() },
    ntp: { enabled: true, servers: [TIME_SERVER] },
    ...(swapGiB > 0 && { swap: { filename: "/swapfile", size: swapGiB * 1024 ** 3 } }),
    write_files: files.map(({ path, permissions, content }) => ({ path, permissions, content })),
    // One script: what fails ends it, and is cloud-init's own failure then.
    runcmd: [
      "set -eu",
      ["/usr/local/sbin/comfy-set-up", user, ...(gpu ? [TOOLKIT_FLOOR] : [])],
      ...extraCommands,
    ],
  };
  const text = `#cloud-config\n${stringify(config, { lineWidth: 0, version: "1.1" })}`;
  const size = Buffer.byteLength(text);
  if (size > MAX_BYTES) {
    throw new Error(
      `The machine's user data is ${size} bytes, and AWS takes ${MAX_BYTES}; shorten extraFiles or extraCommands.`,
    );
  }
  return text;
}

function argumentProblems(args: UserDataArgs): string[] {
  const { hostName, user, authorizedKey, hostKey, dataVolumeId, swapGiB, extraFiles = [] } = args;
  const line = (text: string) => /^[^\n]+$/.test(text.trim());
  const checks: [boolean, string][] = [
    [/^[A-Za-z0-9]/.test(hostName), `hostName: "${hostName}" does not begin with a letter or digit.`],
    [/^[a-z][a-z0-9_-]{0,31}$/.test(user), `user: "${user}" is not a name that Linux takes, e.g. ubuntu.`],
    [
      /^(ssh|ecdsa)-\S+ \S+/.test(authorizedKey) && line(authorizedKey),
      `authorizedKey: "${authorizedKey}" is not one public key in OpenSSH's form, e.g. ssh-ed25519 AAAA….`,
    ],
    [
      /^ssh-ed25519 \S+/.test(hostKey.public) && line(hostKey.public),
      `hostKey.public: "${hostKey.public}" is not one ed25519 key in OpenSSH's form, e.g. ssh-ed25519 AAAA….`,
    ],
    [
      hostKey.private.trim().startsWith("-----BEGIN OPENSSH PRIVATE KEY-----"),
      "hostKey.private: it is not a private key in OpenSSH's form; take tls.PrivateKey's privateKeyOpenssh.",
    ],
    [
      /^vol-[0-9a-f]{8,17}$/.test(dataVolumeId),
      `dataVolumeId: "${dataVolumeId}" is not an EBS volume's id, e.g. vol-0123456789abcdef0.`,
    ],
    [
      Number.isInteger(swapGiB) && swapGiB >= 0,
      `swapGiB: ${swapGiB} is not a whole number of GiB; 0 makes no swap.`,
    ],
    ...extraFiles.map(({ path, permissions }): [boolean, string] => [
      path.startsWith("/") && FILE_BITS.test(permissions),
      `extraFiles: "${path}" with permissions "${permissions}"; an absolute path and octal ones like 0644 are allowed.`,
    ]),
  ];
  return checks.filter(([isRight]) => !isRight).map(([, problem]) => problem);
}
