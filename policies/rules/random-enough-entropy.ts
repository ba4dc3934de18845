import type { Resource } from "../core/resource";
import { valueAt } from "../core/resource";
import type { ResourceRule } from "../core/rule";
import { isFalse, UNKNOWN } from "../core/value";
import { asNumber } from "../facts/docker";
import { isSet } from "../facts/machines";

const LEAST_BITS = 128;
const PASSWORD = "random:index/randomPassword:RandomPassword";
const ID = "random:index/randomId:RandomId";
/** Kinds of characters: the property that turns one off, the one that asks for some, and what the provider draws from. */
const KINDS = [
  { kind: "lower", least: "minLower", usual: "abcdefghijklmnopqrstuvwxyz" },
  { kind: "upper", least: "minUpper", usual: "ABCDEFGHIJKLMNOPQRSTUVWXYZ" },
  { kind: "numeric", least: "minNumeric", usual: "0123456789" },
  { kind: "special", least: "minSpecial", usual: "!@#$%&*()-_=+[]{}<>:?" },
] as const;
const PASSWORD_PATHS = ["overrideSpecial", "number", ...KINDS.flatMap(({ kind, least }) => [kind, least])];

/** Bits at least: characters that must be of one kind are drawn from that kind alone. NaN when it cannot be told. */
function passwordBits(resource: Resource): number {
  const override = valueAt(resource, "overrideSpecial");
  const kinds = KINDS.map(({ kind, least, usual }) => ({
    isOn: isOn(resource, kind) && (kind !== "numeric" || isOn(resource, "number")),
    forced: asNumber(valueAt(resource, least)) || 0,
    characters: kind === "special" && isSet(override) ? String(override) : usual,
  }));
  const all = kinds.map(({ isOn: on, characters }) => (on ? characters : "")).join("");
  const forced = kinds.reduce((sum, one) => sum + one.forced, 0);
  const ofForced = kinds.reduce((sum, one) => sum + one.forced * bitsOfOne(one.characters), 0);
  return (asNumber(valueAt(resource, "length")) - forced) * bitsOfOne(all) + ofForced;
}

function isOn(resource: Resource, kind: string): boolean {
  return !isFalse(valueAt(resource, kind));
}

/** Bits of one character that is drawn from a text: as many as a guess of the likeliest needs. */
function bitsOfOne(text: string): number {
  const counts = new Map<string, number>();
  for (const character of text) {
    counts.set(character, (counts.get(character) ?? 0) + 1);
  }
  const likeliest = Math.max(...counts.values());
  return text === "" ? 0 : Math.log2(text.length / likeliest);
}

const rule: ResourceRule = {
  description: "Random values have 128 bits or more, whatever alphabet they are drawn from.",
  why: "A shorter key is guessed by machines that are for rent.",
  fix: "set length to 22 or more for letters and digits (byteLength or length to 16 or more for bytes), and take min* down.",
  severity: "high",
  enforcement: "mandatory",
  references: [{ catalogue: "asvs", id: "11.5.1" }],
  types: [PASSWORD, ID, "random:index/randomBytes:RandomBytes"],
  checkResource(resource, report) {
    const path = resource.type === ID ? "byteLength" : "length";
    const unknown = [path, ...PASSWORD_PATHS].find((one) => valueAt(resource, one) === UNKNOWN);
    if (unknown !== undefined) {
      report.unknown(resource, unknown);
      return;
    }
    const length = valueAt(resource, path);
    const bits = resource.type === PASSWORD ? passwordBits(resource) : asNumber(length) * 8;
    if (!(bits >= LEAST_BITS)) {
      const found = `${String(length)} (${Math.floor(bits)} bits)`;
      report.violation({ resource, path, found, wanted: "128 bits or more" });
    }
  },
};
export default rule;
