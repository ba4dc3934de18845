import { isIPv6 } from "node:net";

/**
 * What failures of an address are counted under: an IPv4 address itself, an IPv6 address's /64, because one subscriber
 * has all of it. Text that is no address counts under itself.
 *
 * @param address as nginx writes `$remote_addr`
 */
export function addressGroup(address: string): string {
  if (!isIPv6(address) || address.includes("%")) return address;
  const mapped = /^::ffff:([\d.]+)$/i.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  // The URL parser writes every address in the one spelling of RFC 5952, without dotted parts.
  const [head = "", tail] = new URL(`http://[${address}]`).hostname.slice(1, -1).split("::");
  const before = head.split(":").filter(Boolean);
  const after = (tail ?? "").split(":").filter(Boolean);
  const zeros = Array<string>(8 - before.length - after.length).fill("0");
  return `${[...before, ...zeros, ...after].slice(0, 4).join(":")}::/64`;
}
