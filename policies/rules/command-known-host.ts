import { expectAt } from "../core/expectation";
import { valueAt } from "../core/resource";
import type { ResourceRule } from "../core/rule";
import { stringsAt } from "../facts/docker";
import { isSet } from "../facts/machines";

const ENGINE = "pulumi:providers:docker";
/** Options of ssh by which it takes any key, or forgets the one that it took. */
const UNCHECKED = /(StrictHostKeyChecking[ =](no|off)|UserKnownHostsFile[ =]\/dev\/null)\b/i;

const rule: ResourceRule = {
  description: "What runs on another machine, or commands its engine, knows that machine's key.",
  why: "Without it whoever answers at the address is handed the command, and with it every secret on its standard input.",
  fix: "set connection.hostKey, and the proxy's, to the machine's public key; leave StrictHostKeyChecking on.",
  severity: "high",
  enforcement: "mandatory",
  references: [],
  types: ["command:remote:Command", "command:remote:CopyToRemote", "command:remote:CopyFile", ENGINE],
  checkResource(resource, report) {
    if (resource.type === ENGINE) {
      for (const { path, text } of stringsAt(resource, "sshOpts", report)) {
        if (UNCHECKED.test(text)) {
          report.violation({ resource, path, found: text, wanted: "a check of the host's key" });
        }
      }
      return;
    }
    const hasProxy = isSet(valueAt(resource, "connection.proxy"));
    for (const path of ["connection.hostKey", ...(hasProxy ? ["connection.proxy.hostKey"] : [])]) {
      expectAt(report, resource, path, "the machine's public key", isSet);
    }
  },
};
export default rule;
