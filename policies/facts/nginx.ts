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

/** The directives of a name, at any depth. */
export function all(block: readonly Directive[], name: string): Directive[] {
  return block.flatMap((one) => [...(one.name === name ? [one] : []), ...all(one.block, name)]);
}

/** What matches a path before all else: an exact location, then a regular expression, then the longest beginning. */
export function locationFor(server: Directive, path: string): Directive | undefined {
  const locations = all(server.block, "location");
  const [exact, regular, prefix] = [
    locations.find(({ args }) => args[0] === "=" && args[1] === path),
    locations.find(({ args }) => /^~\*?$/.test(args[0] ?? "") && matches(args[1] ?? "", path)),
    locations
      .filter(({ args }) => path.startsWith(args.at(-1) ?? "?") && !/^(=|~\*?)$/.test(args[0] ?? ""))
      .sort((a, b) => (b.args.at(-1)?.length ?? 0) - (a.args.at(-1)?.length ?? 0))[0],
  ];
  return exact ?? regular ?? prefix;
}

function matches(pattern: string, path: string): boolean {
  try {
    return new RegExp(pattern).test(path);
  } catch {
    return false;
  }
}
