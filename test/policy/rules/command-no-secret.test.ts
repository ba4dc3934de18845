import type { Resource } from "../../../policies/core/resource";
import { UNKNOWN, type Value } from "../../../policies/core/value";
import { resource } from "../../support/policy";
import { describeRule } from "../../support/rule-table";

const RANDOM = "9f86d081884c7d659a2feaa0c55ad015";
const command = (props: Record<string, Value>) => resource("command:local:Command", props);
const remote = (props: Record<string, Value>) => resource("command:remote:Command", props);
const kept = (it: Resource, ...secretPaths: string[]): Resource => ({ ...it, secretPaths });
const secret = (path: string) => `it: ${path} is (secret); wanted no secret.`;
const found = (path: string, what: string) => `it: ${path} is "(${what})"; wanted no secret.`;

describeRule("command-no-secret", {
  passes: [
    ["one on standard input", command({ create: "apply", stdin: "-----BEGIN PRIVATE KEY-----" })],
    ["a secret on standard input", kept(command({ create: "apply", stdin: "x" }), "stdin")],
    ["a harmless variable", command({ create: "apply", environment: { STACK: "dev" } })],
    ["a digest as a trigger", command({ create: "apply", triggers: [RANDOM] })],
    ["a secret that only begins alike", kept(command({ create: "apply" }), "creat", "environment2")],
    ["another kind of resource", resource("aws:ec2/instance:Instance", { create: "--password hunter22" })],
  ],
  refuses: [
    ["an option", command({ create: "login --password hunter22" }), found("create", "a value for password")],
    ["an assignment", command({ update: "TOKEN=hunter22 run" }), found("update", "a value for TOKEN")],
    [
      "a header",
      remote({ delete: "curl -H 'Authorization: Bearer abcdefghijk'" }),
      found("delete", "an Authorization header"),
    ],
    [
      "a variable by its name",
      command({ environment: { API_KEY: "hunter22" } }),
      found("environment.API_KEY", "a value for API_KEY"),
    ],
    [
      "a variable by its value",
      command({ environment: { X: RANDOM } }),
      found("environment.X", "a text of random characters"),
    ],
    [
      "random characters",
      command({ create: `login ${RANDOM}` }),
      found("create", "a text of random characters"),
    ],
    [
      "an interpreter's argument",
      command({ interpreter: ["sh", "-c", "PASSWORD=hunter22 sh"] }),
      found("interpreter[2]", "a value for PASSWORD"),
    ],
    ["a folder", command({ dir: "ftp://u:hunter22@h/" }), found("dir", "a URL with a password")],
    [
      "a token as a trigger",
      command({ triggers: ["TOKEN=hunter22"] }),
      found("triggers[0]", "a value for TOKEN"),
    ],
    ["a secret in a command", kept(command({ create: "login x" }), "create"), secret("create")],
    [
      "secret variables",
      kept(remote({ environment: { A: "x", B: "y" } }), "environment"),
      [secret("environment.A"), secret("environment.B")],
    ],
    [
      "a secret that the source does not show",
      kept(command({ create: UNKNOWN, environment: { A: UNKNOWN } }), "create", "environment.A"),
      [secret("create"), secret("environment.A")],
    ],
    ["one secret trigger", kept(command({ triggers: ["x", "y"] }), "triggers[1]"), secret("triggers[1]")],
  ],
  unknown: [
    ["the command", command({ create: UNKNOWN }), "it: create"],
    ["a variable", command({ environment: { A: UNKNOWN } }), "it: environment.A"],
  ],
});
