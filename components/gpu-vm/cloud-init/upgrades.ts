import type { HostFile } from "./args";

/** What a running container's GPU or the containers themselves hang on; the next image of the machine brings these. */
const HELD_BACK = ["nvidia", "libnvidia", "cuda", "linux-", "docker", "containerd"];

/** Security upgrades, daily and by themselves, of everything but what would detach the GPU or stop containers. */
export function securityUpgrades(): HostFile[] {
  return [
    {
      path: "/etc/apt/apt.conf.d/20auto-upgrades",
      permissions: "0644",
      content: `APT::Periodic::Update-Package-Lists "1";\nAPT::Periodic::Unattended-Upgrade "1";\n`,
    },
    {
      path: "/etc/apt/apt.conf.d/52-comfy-upgrades",
      permissions: "0644",
      content: `Unattended-Upgrade::Package-Blacklist { ${HELD_BACK.map((name) => `"${name}";`).join(" ")} };
Unattended-Upgrade::Automatic-Reboot "false";
`,
    },
    {
      // After an upgrade of a library it restarts the services that use it.
      path: "/etc/needrestart/conf.d/comfy.conf",
      permissions: "0644",
      content: "$nrconf{override_rc}{qr(^(docker|containerd)\\.service$)} = 0;\n",
    },
  ];
}
