import type { HostFile } from "./args";

/**
 * The SSH server's settings. Its first file wins, so ours comes before the image's.
 *
 * Docker over SSH opens a session for each request that is under way, and each command of the stack a connection.
 */
export function sshServer(user: string): HostFile {
  return {
    path: "/etc/ssh/sshd_config.d/10-comfy.conf",
    permissions: "0600",
    content: `HostKey /etc/ssh/ssh_host_ed25519_key
AllowUsers ${user}
PermitRootLogin no
AuthenticationMethods publickey
PasswordAuthentication no
KbdInteractiveAuthentication no
MaxAuthTries 3
LoginGraceTime 30
MaxStartups 100:30:200
MaxSessions 100
ClientAliveInterval 30
ClientAliveCountMax 10
AllowTcpForwarding local
AllowAgentForwarding no
X11Forwarding no
PermitTunnel no
`,
  };
}
