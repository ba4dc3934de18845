import { isIPv6 } from "node:net";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonicalCidr, isCidr } from "../../components/gateway/nginx/cidr";

/** A number's bits beyond a prefix, counted by arithmetic alone. */
const rest = (value: bigint, bits: number, prefix: number) => value & ((1n << BigInt(bits - prefix)) - 1n);

const ipv4 = (value: bigint) => [24n, 16n, 8n, 0n].map((shift) => (value >> shift) & 255n).join(".");
const ipv6 = (value: bigint) =>
  Array.from({ length: 8 }, (_, at) => ((value >> BigInt(112 - 16 * at)) & 0xffffn).toString(16)).join(":");

describe("a range of addresses", () => {
  it.each([
    [32, ipv4],
    [128, ipv6],
  ] as const)("of %i bits has none set beyond its prefix", (bits, write) => {
    const value = fc.bigInt({ min: 0n, max: (1n << BigInt(bits)) - 1n });
    fc.assert(
      fc.property(value, fc.nat(bits), fc.boolean(), (any, prefix, masked) => {
        const address = masked ? any - rest(any, bits, prefix) : any;
        expect(isCidr(`${write(address)}/${prefix}`)).toBe(rest(address, bits, prefix) === 0n);
      }),
    );
  });

  it("may be any address without a prefix, in every spelling of IPv6", () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (address) => {
        expect(isCidr(address)).toBe(true);
        expect(isCidr(`${address}/${isIPv6(address) ? 128 : 32}`)).toBe(true);
      }),
    );
  });

  it("is nothing that could say more than an address to nginx", () => {
    const piece = fc.constantFrom(
      "1",
      "255",
      "256",
      "0",
      ".",
      ":",
      "::",
      "/",
      "f",
      "%",
      " ",
      ";",
      "\n",
      "{",
      "$",
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 14 }), (pieces) => {
        const text = pieces.join("");
        if (isCidr(text)) expect(text).toMatch(/^[0-9a-f.:]+(?:\/\d{1,3})?$/);
      }),
      { numRuns: 5000 },
    );
  });

  it.each([
    "",
    "/",
    "/8",
    "10.0.0.0/",
    "10.0.0.0/8/8",
    "10.0.0.0/+8",
    "10.0.0.0/08",
    "10.0.0.0/33",
    "010.0.0.0/8",
    "::/129",
    "fe80::1%eth0",
    "all",
    "unix:",
  ])("is not %j", (text) => expect(isCidr(text)).toBe(false));

  it.each([
    ["203.0.113.7", "203.0.113.7/32"],
    ["0.0.0.0/0", "0.0.0.0/0"],
    ["2001:DB8:0:0::1", "2001:db8::1/128"],
    ["2001:0db8::/32", "2001:db8::/32"],
    ["0::/0", "::/0"],
  ])("is written as EC2 does: %s as %s", (text, expected) => {
    expect(canonicalCidr(text)).toBe(expected);
  });
});
