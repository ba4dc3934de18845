import type { Resource } from "../../../policies/core/resource";
import { UNKNOWN, type Value } from "../../../policies/core/value";
import { resource } from "../../support/policy";
import { describeRule } from "../../support/rule-table";

const KEY = "ssh-ed25519 AAAA";
const command = (connection: Value) => resource("command:remote:Command", { connection });
const engine = (sshOpts: Value) => resource("pulumi:providers:docker", { host: "ssh://u@h", sshOpts });
const unknown = (path: string, found = "is absent") =>
  `it: connection.${path} ${found}; wanted the machine's public key.`;

describeRule("command-known-host", {
  passes: [
    ["a machine whose key is known", command({ host: "h", hostKey: KEY })],
    ["one behind another", command({ host: "h", hostKey: KEY, proxy: { host: "p", hostKey: KEY } })],
    ["a command of this machine", resource("command:local:Command", {})],
    ["an engine with options of its own", engine(["-F", "config", "-o", "StrictHostKeyChecking=yes"])],
    ["an engine without any", engine(undefined)],
  ],
  refuses: [
    ["a machine whose key is not known", command({ host: "h" }), unknown("hostKey")],
    ["an empty key", command({ host: "h", hostKey: "" }), unknown("hostKey", 'is ""')],
    [
      "a proxy whose key is not known",
      command({ host: "h", hostKey: KEY, proxy: { host: "p" } }),
      unknown("proxy.hostKey"),
    ],
    ...["CopyToRemote", "CopyFile"].map((kind): [string, Resource, string] => [
      `${kind} to one`,
      resource(`command:remote:${kind}`, { connection: { host: "h" } }),
      unknown("hostKey"),
    ]),
    ...["StrictHostKeyChecking=no", "stricthostkeychecking off", "UserKnownHostsFile=/dev/null"].map(
      (option): [string, Resource, string] => [
        `an engine with ${option}`,
        engine(["-o", option]),
        `it: sshOpts[1] is "${option}"; wanted a check of the host's key.`,
      ],
    ),
    [
      "an engine's options as the state has them",
      engine(JSON.stringify(["-oStrictHostKeyChecking=no"])),
      'it: sshOpts is "[\\"-oStrictHostKeyChecking=no\\"]"; wanted a check of the host\'s key.',
    ],
  ],
  unknown: [
    ["the connection", command(UNKNOWN), ["it: connection.hostKey", "it: connection.proxy.hostKey"]],
    ["the key", command({ host: "h", hostKey: UNKNOWN }), "it: connection.hostKey"],
    ["the proxy", command({ host: "h", hostKey: KEY, proxy: UNKNOWN }), "it: connection.proxy.hostKey"],
    ["the options", engine(["-o", UNKNOWN]), "it: sshOpts[1]"],
  ],
});
