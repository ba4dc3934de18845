import type { Resource } from "../core/resource";
import { valueAt } from "../core/resource";
import type { ResourceRule } from "../core/rule";
import { UNKNOWN } from "../core/value";
import { asNumber } from "../facts/docker";

const LEAST_BITS = 128;
const SPECIAL = 21;

/** Bits at least: characters that must be of one kind are drawn from that kind alone. NaN when it cannot be told. */
function passwordBits(resource: Resource): number {
  const special = valueAt(resource, "overrideSpecial");
  const specials = typeof special === "string" && special !== "" ? new Set(special).size : SPECIAL;
  const kinds: [string, string, number][] = [
    ["lower", "minLower", 26],
    ["upper", "minUpper", 26],
    ["numeric", "minNumeric", 10],
    ["special", "minSpecial", specials],
  ];
  const isOn = (kind: string) =>
    valueAt(resource, kind) !== false && String(valueAt(resource, kind)) !== "false";
  const taken = kinds.filter(([kind]) => isOn(kind) && (kind !== "numeric" || isOn("number")));
  const alphabet = taken.reduce((sum, [, , size]) => sum + size, 0);
  const forced = kinds.map(([, least, size]) => ({ count: asNumber(valueAt(resource, least)) || 0, size }));
  const free = asNumber(valueAt(resource, "length")) - forced.reduce((sum, { count }) => sum + count, 0);
  const ofForced = forced.reduce((sum, { count, size }) => sum + count * Math.log2(size), 0);
  return alphabet === 0 ? 0 : Math.max(free, 0) * Math.log2(alphabet) + ofForced;
}

const rule: ResourceRule = {
  description: "Random values have 128 bits or more, whatever alphabet they are drawn from.",
  why: "A shorter key is guessed by machines that are for rent.",
  fix: "set length to 22 or more for letters and digits (byteLength or length to 16 or more for bytes), and take min* down.",
  severity: "high",
  enforcement: "mandatory",
  references: [{ catalogue: "asvs", id: "11.5.1" }],
  types: [
    "random:index/randomPassword:RandomPassword",
    "random:index/randomId:RandomId",
    "random:index/randomBytes:RandomBytes",
  ],
  checkResource(resource, report) {
    const path = resource.type.endsWith("RandomId") ? "byteLength" : "length";
    const length = valueAt(resource, path);
    if (length === UNKNOWN) {
      report.unknown(resource, path);
      return;
    }
    const bits = resource.type.endsWith("RandomPassword") ? passwordBits(resource) : asNumber(length) * 8;
    if (!(bits >= LEAST_BITS)) {
      report.violation({
        resource,
        path,
        found: `${length} (${Math.floor(bits)} bits)`,
        wanted: "128 bits or more",
      });
    }
  },
};
export default rule;
