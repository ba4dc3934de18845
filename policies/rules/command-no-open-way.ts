import type { ResourceRule } from "../core/rule";
import { SCRIPT_TYPES, scripts } from "../facts/scripts";

/** Programs and options that let the outside in past gateway and security group, each with what it is. */
const WAYS: readonly (readonly [string, RegExp])[] = [
  ["a tunnel", /\b(localtunnel|frpc|pagekite|playit|inlets|sshuttle|gsocket|gs-netcat|boringproxy)\b/],
  [
    "a tunnel",
    /\b(ngrok\b.* (http|tcp|tls|start)\b|lt --port|bore local|chisel (client|server)|zrok share)\b/,
  ],
  ["a tunnel", /\b(tailscale (funnel|serve)|devtunnel host|code tunnel|loclx tunnel)\b/],
  ["a tunnel", /\bcloudflared\b.* (tunnel|access|service|--url|--hello-world)\b/],
  ["a private network of others", /\b(tailscale (up|login)|wg-quick up|zerotier-cli join|netbird up)\b/],
  ["a tunnel over SSH", /\bautossh\b|\bssh\b[^;&|\n]* -\w*R|\bRemoteForward\b/i],
  ["a tunnel over SSH", /\bssh\b[^;&|\n]* -\w*(g\b|[LD] ?["']?(\*|0\.0\.0\.0|\[::\]):)/],
  ["a tunnel over SSH", /\bssh\b[^;&|\n]* -\w*w ?(\d|any\b)/],
  ["a tunnel over SSH", /\bGatewayPorts[ =](yes|clientspecified)\b/i],
  ["a forwarder", /\bsocat\b.*-L(ISTEN)?:/i],
  ["a forwarder", /\b(nc|ncat|netcat)\b.* -(\w*l|-listen)/],
  ["a forwarder", /\b(rinetd|redir|simpleproxy|haproxy) -/],
  ["a server of files", /\bpython[\d.]*\b.* -m ?(http\.server|SimpleHTTPServer)\b/],
  ["a server of files", /\b(busybox httpd|php -S|caddy (file-server|reverse-proxy))\b/],
  [
    "a shell for others",
    /\b(ttyd|gotty|wetty|shellinaboxd?)\b|\b(jupyter|code-server)\b.*(\b0\.0\.0\.0\b|\*)/,
  ],
  ["a shell for others", /sh -i\b.*\/dev\/(tcp|udp)\/|\b(nc|ncat|netcat)\b.* -(\w*[ec] \S*sh\b|-(sh-)?exec)/],
  ["a firewall that is turned off", /\bufw (--force )?(disable|reset|default allow)\b/],
  ["a firewall that is turned off", /\bip6?tables\b.* (-F|--flush|-X)\b/],
  ["a firewall that is turned off", /\bip6?tables\b[^;&|\n]* (-D|--delete) \S+\b[^;&|\n]* (DROP|REJECT)\b/],
  ["a firewall that is turned off", /\bip6?tables\b.* (-P|--policy) (INPUT|FORWARD|DOCKER-USER) ACCEPT\b/],
  ["a firewall that is turned off", /\bnft (flush (ruleset|table|chain)|delete table)\b/],
  ["a firewall that is turned off", /\bfirewall-cmd\b.* --set-default-zone[ =]trusted\b/],
  // Without a port, a source, a device or a state it lets everything in.
  [
    "a firewall that is turned off",
    /\bip6?tables\b(?![^;&|\n]{0,999} (-s|--source|-i|--in-interface|--s?ports?|--dports?|-m|icmp\S*)[ =])[^;&|\n]{0,99} (-I|-A|--insert|--append) (INPUT|FORWARD|DOCKER-USER)\b[^;&|\n]{0,99} (-j|--jump) ACCEPT\b/,
  ],
  [
    "a firewall that is turned off",
    /\bsystemctl\b[^;&|\n]* (stop|disable|mask)\b[^;&|\n]* (ufw|nftables|firewalld|iptables|apparmor)\b/,
  ],
  ["a firewall that is turned off", /\bservice (ufw|nftables|firewalld|iptables) stop\b/],
  ["a firewall that is turned off", /\b(setenforce 0|apparmor_parser -R|aa-(disable|complain|teardown))\b/],
  ["port forwarding to loopback", /\broute_localnet ?= ?1\b/],
  ["port forwarding to loopback", /\b(ip6?tables|nft)\b.*\b(DNAT|REDIRECT)\b.*\b8188\b/i],
  ["ComfyUI's port in the firewall", /\bufw (allow|route allow)\b.*\b8188\b|--add-port[ =]8188\b/],
  ["ComfyUI's port in the firewall", /\b(ip6?tables|nft)\b.*\bdport 8188\b.*\baccept\b/i],
  [
    "the engine for everybody",
    /\bchmod\b[^;&|\n]* (0?[0-7]{2}[2367]|\S*[ao]\S*\+\w*w\w*) \S*\bdocker\.sock\b/,
  ],
  ["the engine on the network", /\bhosts["']? ?: ?\[[^\]]*tcp:\/\//],
  [
    "ComfyUI on every interface",
    /\b(main\.py|comfy launch)\b[^;&|\n]* --listen(?![ =]127\.0\.0\.1([ "']|$))/m,
  ],
  ["root or a password over SSH", /\bPermitRootLogin[ =]yes\b/i],
  ["root or a password over SSH", /\b(Password|KbdInteractive)Authentication[ =]yes\b/i],
  ["root or a password over SSH", /\bPermitEmptyPasswords[ =]yes\b|\bssh_pwauth: ?(true|yes)\b/i],
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
