import type { ResourceRule } from "../core/rule";
import { SCRIPT_TYPES, scripts } from "../facts/scripts";

/** Programs and options that let the outside in past gateway and security group, each with what it is. */
const WAYS: readonly (readonly [string, RegExp])[] = [
  ["a tunnel", /\b(localtunnel|frpc|pagekite|playit|inlets|sshuttle|gsocket|gs-netcat|boringproxy)\b/],
  ["a tunnel", /\b(ngrok (http|tcp|tls|start)|lt --port|bore local|chisel (client|server)|zrok share)\b/],
  ["a tunnel", /\b(tailscale (funnel|serve)|devtunnel host|code tunnel|loclx tunnel)\b/],
  ["a tunnel", /\bcloudflared\b.* (tunnel|access|service)\b/],
  ["a tunnel over SSH", /\bautossh\b|\bssh\b[^;&|\n]* -\w*R|\bRemoteForward\b/i],
  ["a tunnel over SSH", /\bssh\b[^;&|\n]* -\w*(g\b|[LD] ?["']?(\*|0\.0\.0\.0|\[::\]):)/],
  ["a tunnel over SSH", /\bGatewayPorts[ =](yes|clientspecified)\b/i],
  ["a forwarder", /\bsocat\b.*-LISTEN:/i],
  ["a forwarder", /\b(nc|ncat|netcat)\b.* -(\w*l|-listen)/],
  ["a forwarder", /\b(rinetd|redir|simpleproxy|haproxy) -/],
  ["a server of files", /\bpython[\d.]*\b.* -m (http\.server|SimpleHTTPServer)\b/],
  ["a firewall that is turned off", /\bufw (--force )?(disable|reset|default allow)\b/],
  ["a firewall that is turned off", /\bip6?tables\b.* (-F|--flush|-X)\b/],
  ["a firewall that is turned off", /\bip6?tables\b.* (-P|--policy) (INPUT|FORWARD|DOCKER-USER) ACCEPT\b/],
  ["a firewall that is turned off", /\bnft (flush (ruleset|table)|delete table)\b/],
  [
    "a firewall that is turned off",
    /\bsystemctl\b[^;&|\n]* (stop|disable|mask)\b[^;&|\n]* (ufw|nftables|firewalld|iptables)\b/,
  ],
  ["a firewall that is turned off", /\bservice (ufw|nftables|firewalld|iptables) stop\b/],
  ["a firewall that is turned off", /\b(setenforce 0|apparmor_parser -R|aa-(disable|complain|teardown))\b/],
  ["port forwarding to loopback", /\broute_localnet ?= ?1\b/],
  ["port forwarding to loopback", /\b(ip6?tables|nft)\b.*\b(DNAT|REDIRECT)\b.*\b8188\b/i],
  ["ComfyUI's port in the firewall", /\bufw (allow|route allow)\b.*\b8188\b|--add-port[ =]8188\b/],
  ["ComfyUI's port in the firewall", /\b(ip6?tables|nft)\b.*\bdport 8188\b.*\baccept\b/i],
  ["the engine on the network", /\bhosts["']? ?: ?\[[^\]]*tcp:\/\//],
  [
    "ComfyUI on every interface",
    /\b(main\.py|comfy launch)\b[^;&|\n]* --listen(?![ =]127\.0\.0\.1([ "']|$))/m,
  ],
  ["root or a password over SSH", /\bPermitRootLogin[ =]yes\b/i],
  ["root or a password over SSH", /\b(Password|KbdInteractive)Authentication[ =]yes\b/i],
  ["root or a password over SSH", /\bPermitEmptyPasswords[ =]yes\b|\bssh_pwauth: ?["']?(true|yes)\b/i],
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
      for (const [found, looks] of WAYS) {
        if (looks.test(text)) {
          report.violation({ resource, path, found, wanted: "the gateway as the only way in" });
        }
      }
    }
  },
};
export default rule;
