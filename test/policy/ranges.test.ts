import { describe, expect, it } from "vitest";
import { type AddressRange, addressRange, covered, isWiderThan, isWorld } from "../../policies/facts/ranges";

const range = (cidr: string) => addressRange(cidr) as AddressRange;
const ranges = (text: string) => text.split(" ").map(range);
const v4 = (first: bigint, last: bigint) => ({ family: 4, first, last });

describe("addressRange", () => {
  it.each<[string, object]>([
    ["10.0.0.0/24", v4(0x0a000000n, 0x0a0000ffn)],
    ["10.0.0.7/24", v4(0x0a000000n, 0x0a0000ffn)],
    [" 10.0.0.7 ", v4(0x0a000007n, 0x0a000007n)],
    ["1.2.3.4/0", v4(0n, 0xffffffffn)],
    ["0/0", v4(0n, 0xffffffffn)],
    ["::ffff:10.0.0.0/120", v4(0x0a000000n, 0x0a0000ffn)],
    ["::ffff:0:0/96", v4(0n, 0xffffffffn)],
    ["2001:db8::1", { family: 6, first: (0x20010db8n << 96n) | 1n, last: (0x20010db8n << 96n) | 1n }],
    ["0::0/0", { family: 6, first: 0n, last: (1n << 128n) - 1n }],
    ["::ffff:0:0/95", { family: 6, first: 0xfffen << 32n, last: (0x10000n << 32n) - 1n }],
    ["::fffe:0:0/96", { family: 6, first: 0xfffen << 32n, last: (0xffffn << 32n) - 1n }],
    ["::1:0:0:0/96", { family: 6, first: 0x10000n << 32n, last: (0x10001n << 32n) - 1n }],
  ])("%s", (cidr, found) => {
    expect(addressRange(cidr)).toEqual(found);
  });

  it.each([
    "",
    "anywhere",
    "10.0.0.0/33",
    "::/129",
    "10.0.0.0/x",
    "10.0.0.0/",
    "10.0.0.0/8/8",
    "10.0.0.0/1000",
    "10.0.0.0/-1",
  ])("takes %j for none", (cidr) => {
    expect(addressRange(cidr)).toBeUndefined();
  });
});

describe("covered", () => {
  it("counts each address once, in whatever order and overlap the ranges come", () => {
    expect(covered(ranges("10.0.1.0/24 10.0.0.0/24 10.0.0.128/25 10.0.0.0/24 ::/64"), 4)).toBe(512n);
    expect(covered(ranges("10.0.0.0/16 10.0.5.0/24 10.1.0.0/32"), 4)).toBe(65537n);
    expect(covered(ranges("10.0.0.0/24 ::/64 ::/65"), 6)).toBe(1n << 64n);
    expect(covered([], 4)).toBe(0n);
  });

  it("counts the rest of a range that overlaps", () => {
    expect(
      covered(
        [
          { family: 4, first: 0n, last: 9n },
          { family: 4, first: 5n, last: 14n },
        ],
        4,
      ),
    ).toBe(15n);
    expect(
      covered(
        [
          { family: 4, first: 0n, last: 9n },
          { family: 4, first: 9n, last: 9n },
        ],
        4,
      ),
    ).toBe(10n);
    expect(
      covered(
        [
          { family: 4, first: 0n, last: 8n },
          { family: 4, first: 9n, last: 9n },
        ],
        4,
      ),
    ).toBe(10n);
  });
});

describe("isWorld", () => {
  it.each([
    "0.0.0.0/0",
    "0.0.0.0/1 128.0.0.0/1",
    "10.0.0.0/7",
    "10.0.0.0/8 20.0.0.0/8",
    "::/0",
    "2000::/19",
    "2000::/20 3000::/20",
    "::ffff:0:0/96",
    // All of IPv4 behind a translator, and within a range that holds the mapped addresses.
    "64:ff9b::/96",
    "64:ff9b::/103",
    "::ffff:0:0/90",
  ])("%s", (text) => {
    expect(isWorld(ranges(text))).toBe(true);
  });

  it.each([
    "10.0.0.0/8",
    "10.0.0.0/8 10.1.0.0/16",
    "2000::/20",
    "64:ff9b::/104",
    "64:ff9a::/32",
    "64:ff9b:1::/48",
    "2001:db8::/32",
  ])("not %s", (text) => {
    expect(isWorld(ranges(text))).toBe(false);
  });
});

describe("isWiderThan", () => {
  it.each<[string, boolean]>([
    ["10.0.0.0/24", false],
    ["10.0.0.0/23", true],
    ["2001:db8::/64", false],
    ["2001:db8::/63", true],
    ["64:ff9b::10.0.0.0/120", false],
    ["64:ff9b::10.0.0.0/119", true],
  ])("%s: %s", (cidr, wider) => {
    expect(isWiderThan(range(cidr), { 4: 24, 6: 64 })).toBe(wider);
  });
});
