import { isIPv4, isIPv6 } from "node:net";

/**
 * Whether the text is an IPv4 or IPv6 address, or a range of them in CIDR notation whose bits beyond the prefix are
 * zero: `203.0.113.7`, `203.0.113.0/24`, `2001:db8::/32`, `0.0.0.0/0`.
 */
export function isCidr(text: string): boolean {
  const [address = "", prefix, ...rest] = text.split("/");
  const bits = isIPv4(address) ? ipv4Bits(address) : isIPv6(address) ? ipv6Bits(address) : undefined;
  if (bits === undefined || rest.length > 0) return false;
  if (prefix === undefined) return true;
  return (
    /^(?:0|[1-9]\d{0,2})$/.test(prefix) &&
    Number(prefix) <= bits.length &&
    !bits.includes("1", Number(prefix))
  );
}

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
