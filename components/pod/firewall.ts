import { PORT, UID } from "../shared/pod-layout";

/**
 * The pod's nftables ruleset: what may cross its network namespace, IPv4 and IPv6 alike.
 *
 * In: the gateway's ports and nothing else. Out: answers to connections that came in, and on loopback the gateway to the
 * authorizer and to ComfyUI, and the authorizer to ComfyUI. ComfyUI's user opens no connection at all: no download, no
 * DNS, no metadata service, no way to the authorizer that trusts what the gateway tells it. What is refused is counted.
 *
 * @param ipv6 whether the gateway is reached over IPv6 too
 */
export function renderFirewall(ipv6: boolean): string {
  return `flush ruleset

table inet pod {
  counter refused_in {}
  counter refused_out_comfyui {}
  counter refused_out_other {}

  chain input {
    type filter hook input priority filter; policy drop;
    ct state established,related accept
    iif "lo" accept
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
