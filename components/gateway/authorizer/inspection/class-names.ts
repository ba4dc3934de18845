import { DENIED_CLASSES, type DeniedClass } from "./denied-classes";

/** Letters that look like Latin ones, after compatibility decomposition and without marks: each row over its reading. */
const LOOK_ALIKE_ROWS: readonly (readonly [string, string])[] = [
  // Cyrillic
  ["АВСЕНІЈКМОРЅТУХҺԀԚԜѴӀГПЬ", "ABCEHIJKMOPSTYXHDQWVLRNB"],
  ["авсеніјкморѕтухһԁԛԝѵӏгпьԍ", "abcehijkmopstyxhdqwvlrnbg"],
  // Greek
  ["ΑΒΕΖΗΙΚΜΝΟΡΤΥΧϹϜ", "ABEZHIKMNOPTYXCF"],
  ["αβγεηικνορτυχωςϲϳμσ", "abyenikvoptuxwccjuo"],
  // Armenian, Cherokee, Lisu
  ["օսոհցզԼՏ", "ounhgqLS"],
  ["ᎪᏴᏟᎠᎬᎻᎫᏦᏞᎷᎾᏢᏒᏚᎢᏙᏔᎩᏃ", "ABCDEHJKLMOPRSTVWYZ"],
  ["ꓮꓐꓚꓓꓰꓝꓖꓧꓲꓙꓗꓡꓟꓠꓳꓑꓣꓢꓔꓴꓦꓪꓫꓬꓜ", "ABCDEFGHIJKLMNOPRSTUVWXYZ"],
  // Latin letters that do not decompose
  ["ıłøđħŧɑɡɩɪʟɴᴀᴄᴅᴇᴊᴋᴍᴏᴘᴛᴜᴠᴡᴢꜰꜱʏʀʙɢʜ", "ilodhtagiilnacdejkmoptuvwzfsyrbgh"],
];

const LOOK_ALIKES: ReadonlyMap<string, string> = new Map(
  LOOK_ALIKE_ROWS.flatMap(([row, reading]) => {
    const letters = [...row];
    if (letters.length !== reading.length) throw new Error(`look-alikes of ${reading} are out of step`);
    return letters.map((letter, index) => [letter, reading.charAt(index)] as const);
  }),
);

/** Alphabets in which unlisted letters may be look-alikes too; a Chinese character is never one. */
const ALPHABETS =
  /[\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}\p{Script=Armenian}\p{Script=Cherokee}\p{Script=Coptic}\p{Script=Lisu}\p{Script=Georgian}\p{Script=Deseret}\p{Script=Osage}]/u;

/** Digits and letters that are taken for each other in many fonts: `FL_C0deNode`, `SrIEval`. */
const ASCII_LOOK_ALIKES: Readonly<Record<string, string>> = { "0": "o", "1": "l", i: "l" };

/** A letter of an alphabet that has look-alikes of Latin letters, but none that we know: may stand for any letter. */
const UNKNOWN = "?";

/** More ComfyUI classes than any installation has; a client that makes names up only empties the cache. */
const CACHE_CAPACITY = 8192;

/**
 * What a class_type looks like: without case, spaces, punctuation, marks, emoji and invisible characters, look-alikes
 * as the Latin letter.
 */
export function skeleton(name: string): string {
  const isAscii = /^[\x20-\x7e]*$/.test(name);
  const letters = isAscii ? name : latinised(name);
  return letters
    .toLowerCase()
    .replace(isAscii ? /[^a-z0-9]/g : /[^a-z0-9?\p{L}\p{N}]/gu, "")
    .replace(/[01i]/g, (character) => ASCII_LOOK_ALIKES[character] ?? character);
}

function latinised(name: string): string {
  let result = "";
  for (const letter of name.replace(/\?/g, "").normalize("NFKD").replace(/\p{M}/gu, "")) {
    const known = LOOK_ALIKES.get(letter);
    if (known !== undefined) result += known;
    else if (/[^\x20-\x7e]/.test(letter) && /[\p{L}]/u.test(letter) && ALPHABETS.test(letter))
      result += UNKNOWN;
    else result += letter;
  }
  return result;
}

/** Whether a skeleton may be read as one that begins like the denied one. */
function readsAs(candidate: string, denied: string): boolean {
  let known = 0;
  for (let index = 0; index < denied.length; index++) {
    if (candidate[index] === denied[index]) known++;
    else if (candidate[index] !== UNKNOWN) return false;
  }
  // A name in a foreign script throughout is a name, not a disguise.
  return known * 2 >= denied.length;
}

/** Finds the denied class that a class_type is, or is dressed up as. */
export class DeniedNames {
  readonly #exact = new Map<string, DeniedClass>();
  readonly #prefixes: (readonly [string, DeniedClass])[] = [];
  readonly #cache = new Map<string, DeniedClass | undefined>();

  /** @param additional class names that the operator denies, besides the list that comes with the gateway */
  constructor(additional: readonly string[] = []) {
    const operators = additional.map((name): DeniedClass => ({ name, reason: "denied by the operator" }));
    for (const denied of [...DENIED_CLASSES, ...operators]) {
      if (denied.name.endsWith("*")) this.#prefixes.push([skeleton(denied.name.slice(0, -1)), denied]);
      else this.#exact.set(skeleton(denied.name), denied);
    }
  }

  find(classType: string): DeniedClass | undefined {
    const known = this.#cache.get(classType);
    if (known !== undefined || this.#cache.has(classType)) return known;
    const found = this.#lookUp(skeleton(classType));
    if (this.#cache.size >= CACHE_CAPACITY) this.#cache.clear();
    this.#cache.set(classType, found);
    return found;
  }

  #lookUp(candidate: string): DeniedClass | undefined {
    const exact = this.#exact.get(candidate);
    if (exact) return exact;
    const prefixed = this.#prefixes.find(([prefix]) => readsAs(candidate, prefix));
    if (prefixed) return prefixed[1];
    if (!candidate.includes(UNKNOWN)) return undefined;
    for (const [name, denied] of this.#exact) {
      if (name.length === candidate.length && readsAs(candidate, name)) return denied;
    }
    return undefined;
  }
}
