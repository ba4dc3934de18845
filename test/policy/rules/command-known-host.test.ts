import type { Resource } from "../../../policies/core/resource";
import { UNKNOWN, type Value } from "../../../policies/core/value";
import { resource } from "../../support/policy";
import { describeRule } from "../../support/rule-table";

const KEY = "ssh-ed25519 AAAA";
const command = (connection: Value) => resource("command:remote:Command", { connection });
const unknown = (path: string, found = "is absent") =>
  `it: connection.${path} ${found}; wanted the machine's public key.`;

describeRule("command-known-host", {
  passes: [
    ["a machine whose key is known", command({ host: "h", hostKey: KEY })],
    ["one behind another", command({ host: "h", hostKey: KEY, proxy: { host: "p", hostKey: KEY } })],
    ["a command of this machine", resource("command:local:Command", {})],
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
  ],
  unknown: [
    ["the connection", command(UNKNOWN), ["it: connection.hostKey", "it: connection.proxy.hostKey"]],
    ["the key", command({ host: "h", hostKey: UNKNOWN }), "it: connection.hostKey"],
    ["the proxy", command({ host: "h", hostKey: KEY, proxy: UNKNOWN }), "it: connection.proxy.hostKey"],
  ],
});
