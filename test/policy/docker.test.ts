import { describe, expect, it } from "vitest";
import type { Report } from "../../policies/core/rule";
import { UNKNOWN, type Value } from "../../policies/core/value";
import {
  asNumber,
  commandWords,
  isComfyUi,
  providerSettings,
  securityOptions,
  stringsAt,
  word,
} from "../../policies/facts/docker";
import { resource } from "../support/policy";

const container = (props: Record<string, Value>, name?: string) =>
  resource("docker:index/container:Container", props, name);

/** What a reading gives, and the paths that it says to be unknown. */
function read<T>(reading: (report: Report) => T): [T, string[]] {
  const unknown: string[] = [];
  const result = reading({ violation: () => {}, unknown: (_, path) => unknown.push(path) });
  return [result, unknown];
}

describe("values as the providers and the engine read them", () => {
  it.each<[Value, string]>([
    [" Host ", "host"],
    [5, ""],
    [undefined, ""],
  ])("%j is the word %j", (value, text) => {
    expect(word(value)).toBe(text);
  });

  it.each<[Value, number]>([
    [5, 5],
    ["5", 5],
    [" 0.5 ", 0.5],
    ["", Number.NaN],
    [" ", Number.NaN],
    ["all", Number.NaN],
    [true, Number.NaN],
    [null, Number.NaN],
    [[5], Number.NaN],
  ])("%j is the number %j", (value, number) => {
    expect(asNumber(value)).toBe(number);
  });
});

describe("stringsAt", () => {
  it("finds every string with its path, wherever it lies, and says what is not known", () => {
    const one = container({ a: ["x", { b: "y", c: UNKNOWN }, UNKNOWN], n: 5, nothing: null, e: "z" });
    expect(read((report) => stringsAt(one, "", report))).toEqual([
      [
        { path: "a[0]", text: "x" },
        { path: "a[1].b", text: "y" },
        { path: "e", text: "z" },
      ],
      ["a[1].c", "a[2]"],
    ]);
    expect(read((report) => stringsAt(one, "a[1]", report))).toEqual([
      [{ path: "a[1].b", text: "y" }],
      ["a[1].c"],
    ]);
    expect(read((report) => stringsAt(one, "none", report))).toEqual([[], []]);
  });
});

describe("providerSettings", () => {
  it("are what Pulumi hands over as JSON, and texts as they are", () => {
    const provider = resource("pulumi:providers:docker", {
      host: "ssh://h",
      context: "1",
      sshOpts: '["-p","1"]',
      registryAuth: [{ address: "h" }],
      caMaterial: "{",
      certPath: UNKNOWN,
    });
    expect(providerSettings(provider)).toEqual({
      ...provider,
      props: { ...provider.props, sshOpts: ["-p", "1"] },
    });
  });
});

describe("securityOptions", () => {
  it("takes = before : for the joint, and an option alone for a key", () => {
    const one = container({
      securityOpts: ["label=type:spc_t", "Label:Disable", " disable ", "a:b=c", UNKNOWN],
    });
    const [options, unknown] = read((report) => securityOptions(one, report));
    expect(options.map(({ key, value }) => [key, value])).toEqual([
      ["label", "type:spc_t"],
      ["label", "Disable"],
      ["disable", ""],
      ["a:b", "c"],
    ]);
    expect(options[2]).toEqual({ path: "securityOpts[2]", text: " disable ", key: "disable", value: "" });
    expect(unknown).toEqual(["securityOpts[4]"]);
  });
});

describe("commandWords", () => {
  const words = (props: Record<string, Value>) => read((report) => commandWords(container(props), report))[0];

  it("takes entrypoint, command and variables of options apart, in this order", () => {
    expect(
      words({
        envs: ["CLI_ARGS=--listen 0.0.0.0", "NAME=--no"],
        command: ["-c", "a 'b';c&d|(e)>f<`g`"],
        entrypoints: ["sh"],
      }),
    ).toEqual([
      { path: "entrypoints[0]", text: "sh", at: "entrypoints" },
      { path: "command[0]", text: "-c", at: "command" },
      ...["a", "b", "c", "d", "e", "f", "g"].map((text) => ({ path: "command[1]", text, at: "command" })),
      { path: "envs[0]", text: "--listen", at: "envs" },
      { path: "envs[0]", text: "0.0.0.0", at: "envs" },
    ]);
  });

  it.each(
    ["ARGS", "ARGUMENTS", "FLAGS", "OPTS", "OPTIONS", "COMMAND", "CMD", "PARAMS"].flatMap((end) => [
      end,
      `COMFYUI_${end}`,
    ]),
  )("reads the variable %s", (name) => {
    expect(words({ envs: [`${name}=x`, `${name.toLowerCase()}2=y`] }).map(({ text }) => text)).toEqual([
      "x",
      "y",
    ]);
  });

  it.each(["ARG=x", "NO ARGS=x", "A-ARGS=x", "ARGS"])("reads no variable %s", (text) => {
    expect(words({ envs: [text] })).toEqual([]);
  });

  it("takes data as JSON for no line, but a line for one that only looks like it", () => {
    const texts = (...command: string[]) => words({ command }).map(({ text }) => text);
    expect(texts('{"a":"main.py"}')).toEqual([]);
    expect(texts('[{"a":"main.py"}]')).toEqual([]);
    expect(texts('{"";} ; python main.py')).toContain("main.py");
    for (const shell of ["sh", "/bin/bash", "env sh -c"]) {
      expect(texts(shell, "-c", '{"a":"$(python main.py)"}')).toContain("main.py");
      expect(texts(shell, "-c", '{"a":"`python main.py`"}')).toContain("main.py");
      expect(texts(shell, "-c", '{"a":"main.py"}')).not.toContain("main.py");
    }
    // No shell is there to run anything in it.
    expect(texts("watch", '{"a":"$(python main.py)"}')).toEqual(["watch"]);
    expect(texts("sshd", '{"a":"`python main.py`"}')).toEqual(["sshd"]);
    expect(texts('"main.py"')).toEqual(["main.py"]);
  });
});

describe("isComfyUi", () => {
  const labels = (value: string, label = "comfy-fortress.stack") => [
    { label: "other", value: "x" },
    { label, value },
  ];

  it.each<[string, Record<string, Value>, string?]>([
    ["its logical name", {}, "my-comfyui"],
    ["its name", { name: "Comfy-UI" }],
    ["its image", { image: "x/comfyui-boot@sha256:1" }],
    ["its name in a stack of that name", { name: "comfy-comfyui-comfyui", labels: labels("comfyui") }],
    [
      "a name that only another's label begins",
      { name: "comfy-comfyui-nginx", labels: labels("comfyui", "mine") },
    ],
    ["a name without a label", { name: "comfy-comfyui-nginx" }],
    ["main.py", { command: ["python", "main.py"] }],
    ["main.py by its path", { entrypoints: ["/opt/Main.py"] }],
    ["the module", { command: ["python", "-m", "main"] }],
    ["its command line", { command: ["comfy", "launch"] }],
    ["its command", { command: ["/usr/bin/comfyui"] }],
    ["its option, where the image has its start", { command: ["--listen", "0.0.0.0", "--port", "8188"] }],
    ["its option with a sign", { command: ["--listen=::1"] }],
    ["its option in a variable", { command: ["./start"], envs: ["CLI_ARGS=--listen 0.0.0.0,::"] }],
    ...["::", "::1", "fe80::1", "1.2.3.4,10.0.0.1", "127.0.0.1,::1", "::1,fe80::a:1"].map(
      (addresses): [string, Record<string, Value>] => [addresses, { command: ["--listen", addresses] }],
    ),
    ["its option alone", { command: ["--cpu", "--listen"] }],
    ["its option before another", { command: ["--listen", "--cpu"] }],
  ])("tells by %s", (_, props, name = "it") => {
    expect(read((report) => isComfyUi(container(props, name), report))).toEqual([true, []]);
  });

  it.each<[string, Record<string, Value>]>([
    ["another container of a stack of that name", { name: "comfy-comfyui-nginx", labels: labels("comfyui") }],
    [
      "another program",
      { name: "nginx", image: "nginx", command: ["nginx", "main.pyc", "domain.py", "comfyx"] },
    ],
    ["a program that is named", { command: ["serve", "--listen", "0.0.0.0"] }],
    ...["host", "x::1", "::x", "1.2.3.4,host", "::1,x::1", "::1,::x", "1.2.3.4,", "z=1.2.3.4"].map(
      (address): [string, Record<string, Value>] => [
        `a server at ${address}`,
        { command: ["--listen", address] },
      ],
    ),
    ["one whose option only ends alike", { command: ["-x--listen=::1"] }],
    ["a server that takes a port alone", { command: ["--listen", ":80"] }],
    ["one that takes both", { command: ["--listen", "0.0.0.0:80"] }],
    ["one that takes them with a sign", { command: ["--listen=tcp://0.0.0.0:80"] }],
    ["one with a longer option", { command: ["--listen-address", "127.0.0.1", "--list"] }],
    ["a word main", { command: ["-m", "http.server", "main"] }],
  ])("takes not for it %s", (_, props) => {
    expect(read((report) => isComfyUi(container(props), report))).toEqual([false, []]);
  });
});
