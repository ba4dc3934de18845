import { describe, expect, it } from "vitest";
import { UNKNOWN } from "../../../policies/core/value";
import { look, resource } from "../../support/policy";

const ID = "random-enough-entropy";

describe(ID, () => {
  it.each([
    [resource("random:index/randomPassword:RandomPassword", { length: 22, special: false })],
    [resource("random:index/randomBytes:RandomBytes", { length: 16 })],
    [resource("random:index/randomId:RandomId", { byteLength: 16 })],
    [resource("random:index/randomPassword:RandomPassword", { length: 21 })],
  ])("passes $name with $props", (it) => {
    expect(look(ID, it)).toEqual({ violations: [], unknown: [] });
  });

  it.each([
    {
      it: resource("random:index/randomPassword:RandomPassword", { length: 20, special: false }),
      messages: ['it: length is "20 (119 bits)"; wanted 128 bits or more.'],
    },
    {
      it: resource("random:index/randomBytes:RandomBytes", { length: 15 }),
      messages: ['it: length is "15 (120 bits)"; wanted 128 bits or more.'],
    },
    {
      it: resource("random:index/randomId:RandomId", { byteLength: 8 }),
      messages: ['it: byteLength is "8 (64 bits)"; wanted 128 bits or more.'],
    },
    {
      it: resource("random:index/randomPassword:RandomPassword", {
        length: 22,
        overrideSpecial: "aaaa",
        upper: false,
        lower: false,
        numeric: false,
      }),
      messages: ['it: length is "22 (0 bits)"; wanted 128 bits or more.'],
    },
    {
      it: resource("random:index/randomPassword:RandomPassword", { length: 30, minNumeric: 30 }),
      messages: ['it: length is "30 (99 bits)"; wanted 128 bits or more.'],
    },
    {
      it: resource("random:index/randomPassword:RandomPassword", {
        length: 38,
        special: false,
        upper: false,
        lower: false,
      }),
      messages: ['it: length is "38 (126 bits)"; wanted 128 bits or more.'],
    },
    {
      it: resource("random:index/randomPassword:RandomPassword", {
        length: 99,
        special: false,
        upper: false,
        lower: false,
        number: false,
      }),
      messages: ['it: length is "99 (0 bits)"; wanted 128 bits or more.'],
    },
  ])("refuses $it.props", ({ it, messages }) => {
    expect(look(ID, it).violations).toEqual(messages);
  });

  it.each([
    {
      it: resource("random:index/randomPassword:RandomPassword", { length: UNKNOWN }),
      paths: ["it: length"],
    },
  ])("looks again when $paths is known", ({ it, paths }) => {
    expect(look(ID, it)).toEqual({ violations: [], unknown: paths });
  });
});
