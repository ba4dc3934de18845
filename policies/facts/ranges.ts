import * as ipaddr from "ipaddr.js";

/** Addresses from first to last, of IPv4 or IPv6. */
export interface AddressRange {
  readonly family: 4 | 6;
  readonly first: bigint;
  readonly last: bigint;
}

const BITS = { 4: 32n, 6: 128n } as const;
/** IPv4 addresses as IPv6 spells them: ::ffff:0:0/96. */
const MAPPED = 0xffffn << 32n;
/** The whole of IPv4 behind a translator: 64:ff9b::/96. */
const TRANSLATED = 0x64ff9bn << 96n;
const IPV4_SIZE = 1n << 32n;

/**
 * The addresses of a CIDR block as EC2 reads it: bits beyond the prefix do not count (`1.2.3.4/0` is everyone), an
 * address alone is itself, and IPv4 mapped into IPv6 is IPv4.
 * @returns undefined for text that is no CIDR block
 */
export function addressRange(cidr: string): AddressRange | undefined {
  const [address = "", prefix, ...rest] = cidr.trim().split("/");
  if (!ipaddr.isValid(address) || rest.length > 0 || (prefix !== undefined && !/^\d{1,3}$/.test(prefix))) {
    return undefined;
  }
  const parsed = ipaddr.parse(address);
  const family = parsed.kind() === "ipv4" ? 4 : 6;
  const bits = BITS[family];
  const length = prefix === undefined ? bits : BigInt(prefix);
  if (length > bits) {
    return undefined;
  }
  const value = parsed.toByteArray().reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  const size = 1n << (bits - length);
  const first = (value / size) * size;
  return unmapped({ family, first, last: first + size - 1n });
}

function unmapped(range: AddressRange): AddressRange {
  const isMapped = range.family === 6 && range.first >= MAPPED && range.last < MAPPED + IPV4_SIZE;
  return isMapped ? { family: 4, first: range.first - MAPPED, last: range.last - MAPPED } : range;
}

/** The range and the addresses of IPv4 that lie in it under another name. */
function withIpv4(range: AddressRange): AddressRange[] {
  const inside = [MAPPED, TRANSLATED].flatMap((base): AddressRange[] => {
    const first = range.first > base ? range.first : base;
    const last = range.last < base + IPV4_SIZE ? range.last : base + IPV4_SIZE - 1n;
    return range.family === 6 && first <= last ? [{ family: 4, first: first - base, last: last - base }] : [];
  });
  return [range, ...inside];
}

/** Addresses in at least one of the ranges of a family. */
export function covered(ranges: readonly AddressRange[], family: 4 | 6): bigint {
  const sorted = ranges
    .filter((range) => range.family === family)
    .sort((a, b) => (a.first < b.first ? -1 : a.first > b.first ? 1 : 0));
  let sum = 0n;
  let next = 0n;
  for (const { first, last } of sorted) {
    const from = first > next ? first : next;
    if (last >= from) {
      sum += last - from + 1n;
      next = last + 1n;
    }
  }
  return sum;
}

/**
 * Largest prefixes that are still somebody's own network: what is wider, in one block or in several together, counts as
 * the world. A /8 of IPv4 is the largest block ever given to one holder, a /20 of IPv6 the largest common one.
 */
const WORLD_PREFIX = { 4: 7n, 6: 19n } as const;

/** Whether the ranges together let a good part of the internet in, whatever they are cut into. */
export function isWorld(ranges: readonly AddressRange[]): boolean {
  const all = ranges.flatMap(withIpv4);
  return ([4, 6] as const).some(
    (family) => covered(all, family) >= 1n << (BITS[family] - WORLD_PREFIX[family]),
  );
}

/** Whether the range, or what lies of IPv4 in it, is wider than a prefix of its family. */
export function isWiderThan(
  range: AddressRange,
  prefix: { readonly 4: number; readonly 6: number },
): boolean {
  return withIpv4(range).some(
    ({ family, first, last }) => last - first + 1n > 1n << (BITS[family] - BigInt(prefix[family])),
  );
}
