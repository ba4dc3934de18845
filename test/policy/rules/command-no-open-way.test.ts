import { UNKNOWN, type Value } from "../../../policies/core/value";
import { instance } from "../../support/machines";
import { resource } from "../../support/policy";
import { describeRule } from "../../support/rule-table";

const runs = (create: Value) => resource("command:remote:Command", { create });
const refused = (line: string, what: string): [string, ReturnType<typeof runs>, string] => [
  line,
  runs(line),
  `it: create is "${what}"; wanted the gateway as the only way in.`,
];

describeRule("command-no-open-way", {
  passes: [
    ["a tunnel towards oneself", runs("ssh -L 8443:127.0.0.1:8443 host")],
    ["ComfyUI on loopback", runs("python main.py --listen 127.0.0.1")],
    ["a firewall that is loaded", runs("nft -f /etc/nftables.conf && systemctl enable nftables")],
  ],
  refuses: [
    refused("ngrok http 8188", "a tunnel"),
    refused("cloudflared tunnel --url http://localhost:8188", "a tunnel"),
    refused("tailscale funnel 8188", "a tunnel"),
    refused("ssh -fN -R 0.0.0.0:8188:localhost:8188 x", "a tunnel over SSH"),
    refused("socat TCP-LISTEN:8188,fork TCP:127.0.0.1:8188", "a forwarder"),
    refused("ufw --force disable", "a firewall that is turned off"),
    refused("iptables -t filter -F", "a firewall that is turned off"),
    refused("nft flush ruleset", "a firewall that is turned off"),
    refused("sysctl net.ipv4.conf.all.route_localnet=1", "port forwarding to loopback"),
    refused(
      'echo \'{"hosts": ["tcp://0.0.0.0:2375"]}\' > /etc/docker/daemon.json',
      "the engine on the network",
    ),
    refused("python main.py --listen 0.0.0.0", "ComfyUI on every interface"),
    refused("echo PasswordAuthentication yes >> /etc/ssh/sshd_config", "root or a password over SSH"),
    [
      "in user data",
      instance({ userData: "#cloud-config\nruncmd:\n  - ufw disable\n" }),
      'it: userData is "a firewall that is turned off"; wanted the gateway as the only way in.',
    ],
  ],
  unknown: [["the command", runs(UNKNOWN), "it: create"]],
});
