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
 * In: the gateway's port and nothing else. Out: each user answers from its own port and from no other, and opens what
 * is written under its name: the gateway to the authorizer and to ComfyUI, the authorizer to ComfyUI. ComfyUI's user
 * opens no connection at all: no download, no DNS, no metadata service, no way to the authorizer that trusts what the
 * gateway tells it. Nor can it take a neighbour's place while that one restarts: on any port but its own, and on any
 * interface but loopback, its answers are refused too. What is refused is counted.
 */
export function renderFirewall(): string {
  const counters = COUNTERS.map((counter) => `  counter ${counter} {}`).join("\n");
  return `flush ruleset

table inet pod {
${counters}

  chain input {
    type filter hook input priority filter; policy drop;
    ct state established,related accept
    iif "lo" accept
    tcp dport ${PORT.gateway} accept
    # Without neighbour discovery nothing arrives over IPv6.
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
    tcp sport ${PORT.gateway} ct state established accept
    oif "lo" tcp dport { ${PORT.authorizer}, ${PORT.comfyui} } accept
    counter name refused_out_gateway reject with icmpx admin-prohibited
  }

  chain comfyui {
    oif "lo" tcp sport ${PORT.comfyui} ct state established accept
    counter name refused_out_comfyui reject with icmpx admin-prohibited
  }

  chain authorizer {
    oif "lo" tcp sport ${PORT.authorizer} ct state established accept
    # To itself, too: that is how \`apply\` learns that the server has taken a configuration over.
    oif "lo" tcp dport { ${PORT.authorizer}, ${PORT.comfyui} } accept
    counter name refused_out_authorizer reject with icmpx admin-prohibited
  }

  chain other {
    counter name refused_out_other reject with icmpx admin-prohibited
  }
}
`;
}
