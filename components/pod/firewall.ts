import { PORT, UID } from "../shared/pod-layout";

/** The firewall's counters, each of the packets it refused: by direction, and on the way out by who sent them. */
export const COUNTERS = [
  "refused_in",
  "refused_out_comfyui",
  "refused_out_gateway",
  "refused_out_authorizer",
  "refused_out_other",
] as const;

/**
 * The pod's nftables ruleset: what may cross its network namespace, IPv4 and IPv6 alike.
 *
 * In: the gateway's ports, for the host the metrics' too, and nothing else. Out: each user answers from its own port and from no other, and opens what
 * is written under its name: the gateway to the authorizer and to ComfyUI, the authorizer to ComfyUI. ComfyUI's user
 * opens no connection at all: no download, no DNS, no metadata service, no way to the authorizer that trusts what the
 * gateway tells it. Nor can it take a neighbour's place while that one restarts: on any port but its own, and on any
 * interface but loopback, its answers are refused too. What is refused is counted.
 *
 * @param ipv6 whether the gateway is reached over IPv6 too
 */
export function renderFirewall(ipv6: boolean): string {
  const counters = COUNTERS.map((counter) => `  counter ${counter} {}`).join("\n");
  return `flush ruleset

table inet pod {
${counters}
  # The host's address on the pod's network; the entrypoint adds it.
  set host {
    type ipv4_addr
  }

  chain input {
    type filter hook input priority filter; policy drop;
    ct state established,related accept
    iif "lo" accept
    ip saddr @host tcp dport ${PORT.metrics} accept
    # By family: where nginx does not listen, anybody in the pod could.
    meta nfproto ipv4 tcp dport ${PORT.gateway} accept
${ipv6 ? `    meta nfproto ipv6 tcp dport ${PORT.gatewayIpv6} accept\n` : ""}    # Without neighbour discovery nothing arrives over IPv6.
    icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert, nd-router-advert } accept
    counter name refused_in drop
  }

  chain forward {
    type filter hook forward priority filter; policy drop;
  }

  chain output {
    type filter hook output priority filter; policy drop;
    meta skuid vmap { ${UID.gateway} : goto gateway, ${UID.comfyui} : goto comfyui, ${UID.authorizer} : goto authorizer }
    # Whoever else has a socket here: root, or what somebody started in a container by hand.
    meta skuid >= 0 goto other
    # Packets of no process: the kernel's own, such as the last acknowledgement of a connection that was closed.
    ct state established,related accept
    icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert, nd-router-solicit } accept
    goto other
  }

  chain gateway {
    meta nfproto ipv4 tcp sport ${PORT.gateway} ct state established accept
${ipv6 ? `    meta nfproto ipv6 tcp sport ${PORT.gatewayIpv6} ct state established accept\n` : ""}    oif "lo" tcp dport { ${PORT.authorizer}, ${PORT.comfyui} } accept
    counter name refused_out_gateway reject with icmpx admin-prohibited
  }

  chain comfyui {
    oif "lo" tcp sport ${PORT.comfyui} ct state established accept
    counter name refused_out_comfyui reject with icmpx admin-prohibited
  }

  chain authorizer {
    oif "lo" tcp sport ${PORT.authorizer} ct state established accept
    tcp sport ${PORT.metrics} ct state established accept
    # To itself, too: that is how \`apply\` learns that the server has taken a configuration over, and the meter what the
    # metrics say.
    oif "lo" tcp dport { ${PORT.authorizer}, ${PORT.comfyui}, ${PORT.metrics} } accept
    counter name refused_out_authorizer reject with icmpx admin-prohibited
  }

  chain other {
    counter name refused_out_other reject with icmpx admin-prohibited
  }
}
`;
}
