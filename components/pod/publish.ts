import { createHash } from "node:crypto";
import { PORT } from "../shared/pod-layout";

/** Where the gateway's port is published: for this machine alone, or for everyone who reaches it. */
export type Audience = "machine" | "everyone";

/**
 * The ports to publish, as the docker provider takes them. IPv4 and IPv6 are named apart: Docker lets an address left
 * open mean both, and then hands IPv6 clients on through its own proxy, which hides their address.
 *
 * @param external port of the host
 */
export function publishedPorts(audience: Audience, ipv6: boolean, external: number) {
  const [ofIpv4, ofIpv6] = audience === "machine" ? ["127.0.0.1", "::1"] : ["0.0.0.0", "::"];
  const published = [
    { internal: PORT.gateway, ip: ofIpv4 },
    ...(ipv6 ? [{ internal: PORT.gatewayIpv6, ip: ofIpv6 }] : []),
  ];
  return published.map(({ internal, ip }) => ({ internal, external, ip, protocol: "tcp" }));
}

/** A stack's own IPv6 subnet: unique local (RFC 4193), and always the same. */
export function localSubnet(stack: string): string {
  const hex = createHash("sha256").update(`comfy-fortress ${stack}`).digest("hex");
  return `fd${hex.slice(0, 2)}:${hex.slice(2, 6)}:${hex.slice(6, 10)}::/64`;
}

/** First version of the Docker API (Engine 27) whose engine translates IPv6 addresses without being told to. */
const API_WITH_IP6TABLES = { major: 1, minor: 46 };

/**
 * Shell command that fails, and says what to do, where IPv6 clients would reach the pod through Docker's own proxy: all
 * of them under one address, so that neither an allowlist nor a limit could tell them apart.
 */
export function checkIpv6Command(): string {
  const { major, minor } = API_WITH_IP6TABLES;
  return `set -eu
server=$(docker version --format '{{.Server.APIVersion}} {{.Server.Experimental}} {{.Server.Version}}')
echo "$server" | awk '{
  split($1, api, ".")
  if (api[1] > ${major} || (api[1] == ${major} && api[2] >= ${minor}) || $2 == "true") exit 0
  print "ipv6: true publishes on every IPv6 address, but Docker " $3 " would hide who connects there behind its own proxy." > "/dev/stderr"
  print "Use Docker 27 or newer, or set \\"ip6tables\\": true and \\"experimental\\": true in /etc/docker/daemon.json and restart Docker, or remove ipv6." > "/dev/stderr"
  exit 1
}'`;
}
