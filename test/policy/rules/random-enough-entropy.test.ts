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
    [
      resource("random:index/randomPassword:RandomPassword", {
        length: "28",
        special: "false",
        upper: "False",
        minLower: "2",
        minNumeric: 2,
      }),
    ],
    [
      resource("random:index/randomPassword:RandomPassword", {
        length: 128,
        lower: false,
        upper: false,
        numeric: false,
        overrideSpecial: "-_",
      }),
    ],
    [resource("random:index/randomPassword:RandomPassword", { length: 21, overrideSpecial: "" })],
    [resource("random:index/randomPassword:RandomPassword", { length: 23, number: false, special: false })],
    [resource("random:index/randomPassword:RandomPassword", { length: 40, special: false, minUpper: 5 })],
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
      it: resource("random:index/randomPassword:RandomPassword", { length: 19 }),
      messages: ['it: length is "19 (121 bits)"; wanted 128 bits or more.'],
    },
    {
      it: resource("random:index/randomPassword:RandomPassword", {
        length: 127,
        lower: false,
        upper: false,
        numeric: false,
        overrideSpecial: "-_",
      }),
      messages: ['it: length is "127 (127 bits)"; wanted 128 bits or more.'],
    },
    // One character a thousand times over is nearly always the one that is drawn.
    {
      it: resource("random:index/randomPassword:RandomPassword", {
        length: 32,
        overrideSpecial: "-".repeat(1000),
      }),
      messages: ['it: length is "32 (2 bits)"; wanted 128 bits or more.'],
    },
    // Letters among the special characters make no more letters.
    {
      it: resource("random:index/randomPassword:RandomPassword", {
        length: 24,
        upper: false,
        numeric: false,
        overrideSpecial: "abcdefghijklmnopqrstuvwxyz",
      }),
      messages: ['it: length is "24 (112 bits)"; wanted 128 bits or more.'],
    },
    {
      it: resource("random:index/randomPassword:RandomPassword", { length: 24, minSpecial: 24 }),
      messages: ['it: length is "24 (105 bits)"; wanted 128 bits or more.'],
    },
    {
      it: resource("random:index/randomPassword:RandomPassword", {
        length: 24,
        special: false,
        minLower: 12,
        minUpper: 12,
      }),
      messages: ['it: length is "24 (112 bits)"; wanted 128 bits or more.'],
    },
    {
      it: resource("random:index/randomPassword:RandomPassword", {
        length: 24,
        lower: false,
        special: false,
      }),
      messages: ['it: length is "24 (124 bits)"; wanted 128 bits or more.'],
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
        length: 38,
        special: "0",
        upper: "f",
        lower: "F",
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
    { it: resource("random:index/randomId:RandomId", { byteLength: UNKNOWN }), paths: ["it: byteLength"] },
    {
      it: resource("random:index/randomPassword:RandomPassword", { length: 22, overrideSpecial: UNKNOWN }),
      paths: ["it: overrideSpecial"],
    },
    {
      it: resource("random:index/randomPassword:RandomPassword", { length: 22, lower: UNKNOWN }),
      paths: ["it: lower"],
    },
    {
      it: resource("random:index/randomPassword:RandomPassword", { length: 22, minNumeric: UNKNOWN }),
      paths: ["it: minNumeric"],
    },
    {
      it: resource("random:index/randomPassword:RandomPassword", { length: 22, number: UNKNOWN }),
      paths: ["it: number"],
    },
  ])("looks again when $paths is known", ({ it, paths }) => {
    expect(look(ID, it)).toEqual({ violations: [], unknown: paths });
  });
});
