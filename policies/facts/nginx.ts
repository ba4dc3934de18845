/** A directive of an nginx configuration, e.g. `ssl_protocols TLSv1.3;`, with the block that it opens. */
export interface Directive {
  readonly name: string;
  readonly args: readonly string[];
  readonly block: readonly Directive[];
}

const TOKEN = /#[^\n]*|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|[{};]|(?:\\.|\$\{[^}]*\}|[^\s{};"'#\\])[^\s{};]*/g;

/** Reads a configuration, also one within another text: what is no directive is read as one and harms nobody. */
export function directives(text: string): readonly Directive[] {
  const root: Directive[] = [];
  const open: Directive[][] = [root];
  let words: string[] = [];
  const end = (block: Directive[]) => {
    const [name, ...args] = words;
    if (name !== undefined) {
      (open.at(-1) ?? root).push({ name, args, block });
    }
    words = [];
  };
  for (const [token] of text.matchAll(TOKEN)) {
    if (token === ";") {
      end([]);
    } else if (token === "{") {
      const block: Directive[] = [];
      end(block);
      open.push(block);
    } else if (token === "}") {
      words = [];
      if (open.length > 1) {
        open.pop();
      }
    } else if (!token.startsWith("#")) {
      words.push(token.replace(/^(["'])(.*)\1$/s, "$2"));
    }
  }
  return root;
}

/** Files that a bundle of several carries: `file PATH LINES`, then so many lines. */
const CARRIED = /^file (\S+) (\d+)$/gm;

/** The block with which a configuration in a text begins. */
const FIRST_BLOCK = /\b(http|server|upstream)\b[^;{}]*\{/;
const ON_ITS_LINE = /^\s*([a-z_]\w*\s[^;{}'"]*;\s*)*$/;
/** What may be a line of directives, of a block or a comment; most lines of a shell are none. */
const LINE = /^\s*(#.*|.*[;{}]\s*(#.*)?)?$/;

/** Where the configuration in a text begins: the directives right before its first block are of it. */
function beginning(text: string): number {
  const block = Math.max(text.search(FIRST_BLOCK), 0);
  const lines = text.slice(0, block).split("\n");
  const last = lines.pop() ?? "";
  const near = last.slice(Math.max(last.lastIndexOf("'"), last.lastIndexOf('"')) + 1);
  if (!ON_ITS_LINE.test(near)) {
    return block;
  }
  const foreign = near === last ? lines.map((line) => LINE.test(line)).lastIndexOf(false) : lines.length - 1;
  const before = lines.slice(0, foreign + 1).map((line) => `${line}\n`);
  return before.join("").length + last.length - near.length;
}

/** The configuration that a text holds, with the files of the same text in the place of each include. */
export function configuration(text: string): readonly Directive[] {
  const files = new Map<string, readonly Directive[]>();
  for (const { 0: head, 1: name = "", 2: lines, index } of text.matchAll(CARRIED)) {
    const body = text.slice(index + head.length + 1).split("\n");
    files.set(name, directives(body.slice(0, Number(lines)).join("\n")));
  }
  const expand = (block: readonly Directive[], within: readonly string[]): Directive[] =>
    block.flatMap((one) => {
      const [name = ""] = one.name === "include" ? one.args : [];
      const carried = within.includes(name) ? undefined : files.get(name);
      return carried === undefined
        ? [{ ...one, block: expand(one.block, within) }]
        : expand(carried, [...within, name]);
    });
  const main = [...files].find(([name]) => /(^|\/)nginx\.conf$/.test(name))?.[1];
  return expand(main ?? directives(text.slice(beginning(text))), []);
}

/** A directive within another, and those that it stands in up to that one; the innermost first. */
export function within(outer: Directive, one: Directive): Directive[] {
  if (outer === one) {
    return [one];
  }
  const path = outer.block.map((inner) => within(inner, one)).find((found) => found.length > 0);
  return path === undefined ? [] : [...path, outer];
}

/** The directives of a name, at any depth. */
export function all(block: readonly Directive[], name: string): Directive[] {
  return block.flatMap((one) => [...(one.name === name ? [one] : []), ...all(one.block, name)]);
}

/**
 * What nginx takes for a path: an exact location, then the longest beginning where it says ^~, then the first regular
 * expression, then the longest beginning.
 */
export function locationFor(server: Directive, path: string): Directive | undefined {
  const locations = all(server.block, "location").map((one) => ({ one, ...modified(one) }));
  const ofKind = (...kinds: string[]) => locations.filter(({ kind }) => kinds.includes(kind));
  const exact = ofKind("=").find(({ pattern }) => pattern === path);
  const regular = ofKind("~", "~*").find(({ kind, pattern }) => matches(pattern, kind === "~*", path));
  const prefix = ofKind("", "^~")
    .filter(({ pattern }) => path.startsWith(pattern))
    .sort((a, b) => b.pattern.length - a.pattern.length)[0];
  return (exact ?? (prefix?.kind === "^~" ? prefix : (regular ?? prefix)))?.one;
}

export function modified({ args }: Directive): { kind: string; pattern: string } {
  const [first = "", second] = args;
  return second === undefined ? { kind: "", pattern: first } : { kind: first, pattern: second };
}

function matches(pattern: string, ignoresCase: boolean, path: string): boolean {
  const [, inline = "", rest = ""] = /^(\(\?i\))?(.*)$/.exec(pattern) ?? [];
  try {
    return new RegExp(rest, ignoresCase || inline !== "" ? "i" : "").test(path);
  } catch {
    return false;
  }
}
