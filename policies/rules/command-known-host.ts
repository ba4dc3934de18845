import { expectAt } from "../core/expectation";
import { valueAt } from "../core/resource";
import type { ResourceRule } from "../core/rule";
import { isSet } from "../facts/machines";

const rule: ResourceRule = {
  description: "A command or a copy to another machine knows that machine's key.",
  why: "Without it whoever answers at the address is handed the command, and with it every secret on its standard input.",
  fix: "set connection.hostKey, and the proxy's, to the machine's public key.",
  severity: "high",
  enforcement: "mandatory",
  references: [],
  types: ["command:remote:Command", "command:remote:CopyToRemote", "command:remote:CopyFile"],
  checkResource(resource, report) {
    const hasProxy = isSet(valueAt(resource, "connection.proxy"));
    for (const path of ["connection.hostKey", ...(hasProxy ? ["connection.proxy.hostKey"] : [])]) {
      expectAt(report, resource, path, "the machine's public key", isSet);
    }
  },
};
export default rule;
