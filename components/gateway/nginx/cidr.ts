import { isIPv4, isIPv6 } from "node:net";

/**
 * What is wrong with a text that is to be an IPv4 or IPv6 address, or a range of them in CIDR notation whose bits
 * beyond the prefix are zero: `203.0.113.7`, `203.0.113.0/24`, `2001:db8::/32`, `0.0.0.0/0`. Undefined where it is one.
 *
 * An IPv4 address in an IPv6 one (`::ffff:192.0.2.1`) is refused: no client has it, since IPv4 and IPv6 are listened to
 * apart, and nginx would look IPv4 up under the IPv4 ranges alone.
 */
export function cidrProblem(text: string): string | undefined {
  const [address = "", prefix, ...rest] = text.split("/");
  const bits = isIPv4(address) ? ipv4Bits(address) : isIPv6(address) ? ipv6Bits(address) : undefined;
  const isPrefix = prefix === undefined || /^(?:0|[1-9]\d{0,2})$/.test(prefix);
  if (bits === undefined || rest.length > 0 || !isPrefix) return "it is no IPv4 or IPv6 address or range";
  if (bits.startsWith(MAPPED)) return "it is IPv4 written as IPv6; write the IPv4 address or range itself";
  if (prefix === undefined) return undefined;
  if (Number(prefix) > bits.length) return `the longest prefix is /${bits.length}`;
  if (!bits.includes("1", Number(prefix))) return undefined;
  const range = bits.slice(0, Number(prefix)).padEnd(bits.length, "0");
  return `${address} is not where a /${prefix} begins; the range is ${addressOf(range)}/${prefix}, the address ${address}`;
}

export function isCidr(text: string): boolean {
  return cidrProblem(text) === undefined;
}

/**
 * An address or range that `cidrProblem` has nothing against, in the one spelling that EC2 gives back:
 * `203.0.113.7` is `203.0.113.7/32`, `2001:DB8:0::/32` is `2001:db8::/32`.
 */
export function canonicalCidr(text: string): string {
  const [address = "", prefix] = text.split("/");
  const bits = isIPv4(address) ? ipv4Bits(address) : ipv6Bits(address);
  return bits === undefined ? text : `${addressOf(bits)}/${prefix ?? bits.length}`;
}

/** The first 96 bits of `::ffff:0:0/96`. */
const MAPPED = `${"0".repeat(80)}${"1".repeat(16)}`;

function ipv4Bits(address: string): string {
  return address
    .split(".")
    .map((octet) => Number(octet).toString(2).padStart(8, "0"))
    .join("");
}

/** Undefined for an address with a zone, which no client has. */
function ipv6Bits(address: string): string | undefined {
  if (address.includes("%")) return undefined;
  // The URL parser writes every address in the one spelling of RFC 5952, without dotted parts.
  const [head = "", tail] = new URL(`http://[${address}]`).hostname.slice(1, -1).split("::");
  const before = head.split(":").filter(Boolean);
  const after = (tail ?? "").split(":").filter(Boolean);
  const zeros = Array<string>(8 - before.length - after.length).fill("0");
  return [...before, ...zeros, ...after]
    .map((group) => Number.parseInt(group, 16).toString(2).padStart(16, "0"))
    .join("");
}

function addressOf(bits: string): string {
  const parts = (size: number) =>
    Array.from({ length: bits.length / size }, (_, at) =>
      Number.parseInt(bits.slice(at * size, (at + 1) * size), 2),
    );
  if (bits.length === 32) return parts(8).join(".");
  const groups = parts(16).map((group) => group.toString(16));
  return new URL(`http://[${groups.join(":")}]`).hostname.slice(1, -1);
}
