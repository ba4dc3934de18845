import { describe, expect, it } from "vitest";
import {
  all,
  configuration,
  type Directive,
  directives,
  locationFor,
  within,
} from "../../policies/facts/nginx";

/** A directive as `name args { block }`. */
function show({ name, args, block }: Directive): string {
  const inner = block.map(show).join(" ");
  return [name, ...args, ...(inner === "" ? [] : [`{ ${inner} }`])].join(" ");
}

describe("directives", () => {
  it.each<[string, string[]]>([
    ["a;", ["a"]],
    ["a b  c;d;", ["a b c", "d"]],
    ["a { b c; d { e; } } f;", ["a { b c d { e } }", "f"]],
    ["# a;\nb; # c;\nd;", ["b", "d"]],
    ["a '# no; comment' \"it's {1}\";", ["a # no; comment it's {1}"]],
    ['a "b \\" c";', ['a b \\" c']],
    ["a 'b \\' c';", ["a b \\' c"]],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a variable of nginx
    ["a ${b}c \\;d x#y;", ["a ${b}c \\;d x#y"]],
    ["a '';", ["a "]],
    // A text that only holds a configuration: what is no directive harms nobody.
    ["} a; }", ["a"]],
    ["a b } c;", ["c"]],
    ["; ;", []],
    ["a { b; ", ["a { b }"]],
    ["a b", []],
  ])("%j", (text, found) => {
    expect(directives(text).map(show)).toEqual(found);
  });
});

describe("all", () => {
  it("finds a name at any depth, in order", () => {
    const root = directives("a 1; b { a 2 { a 3; } c; } a 4;");
    expect(all(root, "a").map(({ args }) => args[0])).toEqual(["1", "2", "3", "4"]);
  });
});

describe("within", () => {
  it("says what a directive stands in, from the inside", () => {
    const [outer] = directives("a { b { c; } d; }");
    const found = (name: string) =>
      outer && within(outer, all([outer], name)[0] ?? outer).map((one) => one.name);
    expect([found("c"), found("d"), found("a")]).toEqual([["c", "b", "a"], ["d", "a"], ["a"]]);
    expect(outer && within(outer, { name: "e", args: [], block: [] })).toEqual([]);
  });
});

describe("configuration", () => {
  it.each<[string, string[]]>([
    ["a 1;\nserver { b; }", ["a 1", "server { b }"]],
    ["cat <<E\na 1;\n  # c\n\nmap x {\n  '' y;\n}\nserver { b; }", ["a 1", "map x {  y }", "server { b }"]],
    ["a 1;\ncat <<E\nserver { b; }", ["server { b }"]],
    ["x 'a 1; server { b; }", ["a 1", "server { b }"]],
    ['x "a 1; http { b; }', ["a 1", "http { b }"]],
    ["x a 1; server { b; }", ["x a 1", "server { b }"]],
    ["-x a; server { b; }", ["server { b }"]],
    ["y 2;\nx 'a 1; server { b; }", ["a 1", "server { b }"]],
    ["a 1; b 2;", ["a 1", "b 2"]],
  ])("reads %j", (text, found) => {
    expect(configuration(text).map(show)).toEqual(found);
  });
});

describe("locationFor", () => {
  const found = (text: string, path = "/prompt") => {
    const [server] = directives(`server { ${text} }`);
    const location = server && locationFor(server, path);
    return location?.block[0]?.name;
  };

  it.each([
    ["the exact one", "location / { no; } location = /prompt { yes; } location ~ prompt { no; }"],
    [
      "the first regular expression",
      "location /prompt { no; } location ~ ^/prom { yes; } location ~ prompt { no; }",
    ],
    ["one in any case", "location /prompt { no; } location ~* ^/PROMPT$ { yes; }"],
    ["one in any case, said within", 'location /prompt { no; } location ~ "(?i)^/PROMPT$" { yes; }'],
    [
      "the longest beginning",
      "location / { no; } location /prom { yes; } location /p { no; } location /prompts { no; }",
    ],
    ["the longest beginning before expressions", "location ^~ /prom { yes; } location ~ prompt { no; }"],
    [
      "an expression before a longer beginning",
      "location ^~ /p { no; } location /prom { no; } location ~ prompt { yes; }",
    ],
    ["a location in another", "location / { yes; location /prompts { no; } }"],
    ["no expression in another case", "location / { yes; } location ~ ^/PROMPT$ { no; }"],
    ["no expression that cannot be read", 'location / { yes; } location ~ "(" { no; }'],
    ["no longer exact one", "location / { yes; } location = /prompts { no; } location = /p { no; }"],
    ["no named one", "location / { yes; } location @prompt { no; }"],
  ])("takes %s", (_, text) => {
    expect(found(text)).toBe("yes");
  });

  it("takes none where none matches", () => {
    expect(found("location /view { no; } location ~ ^/x { no; }")).toBeUndefined();
    expect(found("")).toBeUndefined();
  });
});
