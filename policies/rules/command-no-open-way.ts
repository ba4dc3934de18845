import type { ResourceRule } from "../core/rule";
import { SCRIPT_TYPES, scripts } from "../facts/scripts";

/** Programs and options that let the outside in past gateway and security group, each with what it is. */
const WAYS: readonly (readonly [string, RegExp])[] = [
  [
    "a tunnel",
    /\b(ngrok\s+(http|tcp|tls|start)|cloudflared\s+(tunnel|access|service)|localtunnel\b|lt\s+--port|bore\s+local|frpc\b|chisel\s+(client|server)|tailscale\s+(funnel|serve)|zrok\s+share|pagekite\b|playit\b|inlets\b|sshuttle\b|gsocket\b|gs-netcat\b)/,
  ],
  ["a tunnel over SSH", /\bssh\b[^\n;&|]*\s(-[a-zA-Z]*R|-o\s*RemoteForward)\s*=?\s*\S+|\bautossh\b/],
  [
    "a forwarder",
    /\bsocat\b[^\n]*\b(TCP[46]?|OPENSSL|SSL)-LISTEN:|\b(rinetd|redir|haproxy\s+-)\b|\b(nc|ncat|netcat)\b[^\n]*\s-[a-zA-Z]*l/i,
  ],
  [
    "a firewall that is turned off",
    /\bufw\s+(--force\s+)?(disable|reset|default\s+allow)|\bip6?tables\b[^\n]*\s(-F|--flush|-X)\b|\bip6?tables\b[^\n]*\s-P\s+(INPUT|FORWARD|DOCKER-USER)\s+ACCEPT|\bnft\s+(flush\s+ruleset|delete\s+table)|\b(systemctl|service)\b[^\n]*\b(stop|disable|mask)\b[^\n]*\b(ufw|nftables|firewalld|iptables)|\b(systemctl|service)\s+(ufw|nftables|firewalld|iptables)\s+stop|\bsetenforce\s+0|\bapparmor_parser\s+-R|\baa-(disable|complain|teardown)\b/,
  ],
  [
    "port forwarding to loopback",
    /route_localnet\s*=\s*1|\bip6?tables\b[^\n]*\bDNAT\b[^\n]*8188|\bufw\s+allow\b[^\n]*\b8188\b/,
  ],
  ["the engine on the network", /["']?hosts["']?\s*:\s*\[[^\]]*tcp:\/\//],
  ["ComfyUI on every interface", /\bmain\.py\b[^\n;&|]*\s--listen(?![ =]127\.0\.0\.1(\s|$|["']))/],
  [
    "root or a password over SSH",
    /PermitRootLogin\s+yes|PasswordAuthentication\s+yes|PermitEmptyPasswords\s+yes/i,
  ],
];

const rule: ResourceRule = {
  description:
    "No command and no user data opens a way in past the gateway, the firewall or the security group.",
  why: "A tunnel, a forwarder or a flushed firewall makes ComfyUI public while every port of the stack is shut.",
  fix: "remove it; what must be reached goes through the gateway, what only you need through ssh -L.",
  severity: "critical",
  enforcement: "mandatory",
  references: [],
  types: SCRIPT_TYPES,
  checkResource(resource, report) {
    for (const { path, text } of scripts(resource, report)) {
      for (const [what, looks] of WAYS) {
        if (looks.test(text)) {
          report.violation({ resource, path, found: what, wanted: "the gateway as the only way in" });
        }
      }
    }
  },
};
export default rule;
