import { describe, expect, it } from "vitest";
import type { Resource } from "../../policies/core/resource";
import type { Report } from "../../policies/core/rule";
import { UNKNOWN, type Value } from "../../policies/core/value";
import { SCRIPT_TYPES, scripts } from "../../policies/facts/scripts";
import { fleet, instance } from "../support/machines";
import { resource } from "../support/policy";

/** What is read as scripts of a resource, and the paths that are not known yet. */
function read(one: Resource) {
  const unknown: string[] = [];
  const report = { unknown: (_, path) => unknown.push(path), violation: () => {} } as Report;
  return { scripts: scripts(one, report).map(({ path, text }) => `${path}: ${text}`), unknown };
}
const command = (props: Record<string, Value>) => resource("command:remote:Command", props);
const container = (props: Record<string, Value>) => resource("docker:index/container:Container", props);
const line = (text: string) => read(command({ create: text })).scripts;
const base64 = (text: string) => Buffer.from(text).toString("base64");

describe("scripts", () => {
  it("are what a command runs and reads", () => {
    expect(
      read(command({ create: "a", update: "b", delete: "c", stdin: "d", environment: { X: "e" } })),
    ).toEqual({
      scripts: ["create: a", "update: b", "delete: c", "stdin: d"],
      unknown: [],
    });
    expect(read(resource("command:local:Command", { create: "a", update: UNKNOWN }))).toEqual({
      scripts: ["create: a"],
      unknown: ["update"],
    });
  });

  it("are the words of a container, as one line", () => {
    expect(read(container({ entrypoints: ["sh", "-c"], command: ["run it"] })).scripts).toEqual([
      "entrypoints: sh -c run it",
    ]);
    expect(read(container({ command: ["sh", "-c", "run"] })).scripts).toEqual(["command: sh -c run"]);
    expect(read(container({ command: ["sh", UNKNOWN] }))).toEqual({
      scripts: ["command: sh"],
      unknown: ["command[1]"],
    });
    expect(read(container({ image: "x" })).scripts).toEqual([]);
  });

  it("are a container's health check, as one line, and the files put into it, packed or not", () => {
    expect(
      read(container({ command: ["run"], healthcheck: { tests: ["CMD-SHELL", "a | b"] } })).scripts,
    ).toEqual(["command: run", "healthcheck.tests: a | b"]);
    expect(read(container({ healthcheck: { tests: ["CMD", "check", "CMD", "x"] } })).scripts).toEqual([
      "healthcheck.tests: check CMD x",
    ]);
    const packed = base64("a long enough script");
    expect(
      read(
        container({ uploads: [{ file: "/a", content: "run it", source: "c" }, { contentBase64: packed }] }),
      ).scripts,
    ).toEqual([
      "uploads[0].content: run it",
      `uploads[1].contentBase64: ${packed}`,
      "uploads[1].contentBase64: a long enough script",
    ]);
    expect(
      read(container({ healthcheck: { tests: UNKNOWN }, uploads: [{ file: UNKNOWN, content: UNKNOWN }] })),
    ).toEqual({ scripts: [], unknown: ["healthcheck.tests", "uploads[0].content"] });
  });

  it("are the user data of machines, packed or not", () => {
    expect(
      read(instance({ userData: "a b", userDataBase64: base64("a long enough script") })).scripts,
    ).toEqual([
      "userData: a b",
      `userDataBase64: ${base64("a long enough script")}`,
      "userDataBase64: a long enough script",
    ]);
    expect(read(fleet({ userData: "a" }, { userData: "b" })).scripts).toEqual([
      "launchSpecifications[0].userData: a",
      "launchSpecifications[1].userData: b",
    ]);
  });

  it("of a command see the variables of its environment", () => {
    const it = command({
      environment: { OPTS: "--privileged", LATER: UNKNOWN },
      create: "docker run $OPTS $LATER",
    });
    expect(read(it)).toEqual({ scripts: ["create: docker run --privileged $LATER"], unknown: [] });
    expect(read(container({ environment: { A: "b" }, command: ["$A"] })).scripts).toEqual(["command: $A"]);
  });

  it("are what a copy to a machine carries as text", () => {
    const source = { hash: "abc", text: "a  b", "4dabf18193072939515e22adb298388d": "c" };
    const folder = { assets: { x: { text: "c" }, y: { path: "d" } } };
    const copied = (one: Value) => read(resource("command:remote:CopyToRemote", { source: one })).scripts;
    expect(copied(source)).toEqual(["source.text: a b"]);
    expect(copied(folder)).toEqual(["source.assets.x.text: c"]);
  });

  it("are of no other kind", () => {
    expect(
      read(resource("random:index/randomId:RandomId", { create: "a", command: ["b"], userData: "c" })),
    ).toEqual({
      scripts: [],
      unknown: [],
    });
    expect(SCRIPT_TYPES).toEqual([
      ...["command:local:Command", "command:remote:Command", "command:remote:CopyToRemote"],
      "docker:index/container:Container",
      ...[
        "instance:Instance",
        "spotInstanceRequest:SpotInstanceRequest",
        "launchTemplate:LaunchTemplate",
      ].map((kind) => `aws:ec2/${kind}`),
      ...["launchConfiguration:LaunchConfiguration", "spotFleetRequest:SpotFleetRequest"].map(
        (kind) => `aws:ec2/${kind}`,
      ),
    ]);
  });

  it.each([
    ["a  b\t\tc", "a b c"],
    ["a \\\n  b", "a b"],
    ["a \\\r\n b", "a b"],
    ["a\n  b", "a\n b"],
    [`a\${IFS}b`, "a b"],
    [`a\${IFS%??}b`, "a b"],
    ["a$IFS$9b", "a b"],
    ["a$IFS b", "a b"],
    ["cu''rl", "curl"],
    ['cu""rl', "curl"],
    ['""curl', "curl"],
    ["curl''", "curl"],
    ['--password ""', '--password ""'],
    ["'' x", "'' x"],
    ["'docker' \"run\"", "docker run"],
    ["d\"ock\"er r'u'n", "docker run"],
    ["--net='host' --pid=\"host\"", "--net=host --pid=host"],
    ["'a b' \"$c\" '' ';'", "'a b' \"$c\" '' ';'"],
    ["do\\cker \\docker", "docker docker"],
    ["a\\;b \\$c", "a\\;b \\$c"],
    ["$'docker' run", "docker run"],
    ["[docker, run, -p, '8188:8188']", "[docker run -p 8188:8188]"],
    ['f(["docker", "run",\n  "x"])', "f([docker run x])"],
    ['if [ "$a" = b ]; then', 'if [ "$a" = b ]; then'],
    ["a=docker; $a run; a=x; $a", "a=docker; docker run; a=x; x"],
    ["$a; a=docker", "$a; a=docker"],
    [
      `export A='--privileged --net=host'\ndocker run \${A} x`,
      "export A='--privileged --net=host'\ndocker run --privileged --net=host x",
    ],
    [`a=doc b="\${a}ker"; $b run`, `a=doc b="\${a}ker"; docker run`],
    ["a=; $a; b=$(c); $b; d=/x:$PATH; $d", "a=; $a; b=$(c); $b; d=/x:$PATH; $d"],
    ["x.a=1; $a", "x.a=1; $a"],
  ])("reads %j as a shell does", (text, seen) => {
    expect(line(text)).toEqual([`create: ${seen}`]);
  });
});
