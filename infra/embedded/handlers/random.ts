import { randomBytes, randomInt } from "node:crypto";
import { UserError } from "../errors";
import { type Handler, number, text } from "./handler";

/** random:index/randomBytes:RandomBytes */
export const bytes: Handler = {
  noun: "random bytes",
  keys: { length: true, keepers: "map" },
  async create(inputs) {
    const length = number(inputs, "length") ?? 0;
    if (!Number.isInteger(length) || length < 1) {
      throw new UserError(
        `RandomBytes: length is ${JSON.stringify(inputs.length)}; it must be a whole number of at least 1.`,
      );
    }
    const value = randomBytes(length);
    return { id: "none", outputs: { hex: value.toString("hex"), base64: value.toString("base64") } };
  },
};

const DIGITS = "0123456789";
const LOWER = "abcdefghijklmnopqrstuvwxyz";
const SPECIAL = "!@#$%&*()-_=+[]{}<>:?";

/** random:index/randomPassword:RandomPassword, without bcryptHash: nothing here needs it and it would need a library. */
export const password: Handler = {
  noun: "password",
  keys: {
    length: true,
    keepers: "map",
    lower: true,
    upper: true,
    numeric: true,
    special: true,
    overrideSpecial: true,
    minLower: true,
    minUpper: true,
    minNumeric: true,
    minSpecial: true,
  },
  async create(inputs) {
    const classes = [
      { name: "Lower", on: inputs.lower !== false, characters: LOWER },
      { name: "Upper", on: inputs.upper !== false, characters: LOWER.toUpperCase() },
      { name: "Numeric", on: inputs.numeric !== false, characters: DIGITS },
      {
        name: "Special",
        on: inputs.special !== false,
        characters: text(inputs, "overrideSpecial") ?? SPECIAL,
      },
    ];
    const length = number(inputs, "length") ?? 0;
    const all = classes.map((one) => (one.on ? one.characters : "")).join("");
    const pick = (characters: string) => characters[randomInt(characters.length)] as string;
    const drawn = classes.flatMap((one) =>
      Array.from({ length: number(inputs, `min${one.name}`) ?? 0 }, () => pick(one.characters)),
    );
    if (!Number.isInteger(length) || length < Math.max(1, drawn.length) || all === "") {
      throw new UserError(
        `RandomPassword: length is ${JSON.stringify(inputs.length)}; it must be a whole number of at least 1 and of at least ` +
          "the sum of the minimums, with at least one class of characters allowed.",
      );
    }
    while (drawn.length < length) drawn.push(pick(all));
    // Shuffle (Fisher-Yates), so that the classes' places do not tell anything.
    for (let i = drawn.length - 1; i > 0; i--) {
      const j = randomInt(i + 1);
      [drawn[i], drawn[j]] = [drawn[j] as string, drawn[i] as string];
    }
    return { id: "none", outputs: { result: drawn.join("") } };
  },
};
