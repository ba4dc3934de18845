import { PORT, UID } from "../shared/pod-layout";

/**
 * The pod's nftables ruleset: what may cross its network namespace, IPv4 and IPv6 alike.
 *
 * In: the gateway's port, for the host the metrics' too, and nothing else. Out: answers to connections that came in, and on loopback the gateway to the
 * authorizer and to ComfyUI, and the authorizer to ComfyUI. ComfyUI's user opens no connection at all: no download, no
 * DNS, no metadata service, no way to the authorizer that trusts what the gateway tells it. What is refused is counted.
 */
export function renderFirewall(): string {
  return `flush ruleset

table inet pod {
  counter refused_in {}
  # The host's address on the pod's network; the entrypoint adds it.
  set host {
    type ipv4_addr
  }
  counter refused_out_comfyui {}
  counter refused_out_other {}

  chain input {
    type filter hook input priority filter; policy drop;
    ct state established,related accept
    iif "lo" accept
    tcp dport ${PORT.gateway} accept
    ip saddr @host tcp dport ${PORT.metrics} accept
    # Without neighbour discovery nothing arrives over IPv6.
    icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert, nd-router-advert } accept
    counter name refused_in drop
  }

  chain forward {
    type filter hook forward priority filter; policy drop;
  }

  chain output {
    type filter hook output priority filter; policy drop;
    ct state established,related accept
    oif "lo" meta skuid ${UID.gateway} tcp dport { ${PORT.authorizer}, ${PORT.comfyui} } accept
    # To itself, too: that is how \`apply\` learns that the server has taken a configuration over.
    oif "lo" meta skuid ${UID.authorizer} tcp dport { ${PORT.authorizer}, ${PORT.comfyui} } accept
    icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert, nd-router-solicit } accept
    meta skuid ${UID.comfyui} counter name refused_out_comfyui reject with icmpx admin-prohibited
    counter name refused_out_other reject with icmpx admin-prohibited
  }
}
`;
}
