import { valueAt } from "../core/resource";
import type { ResourceRule } from "../core/rule";
import { UNKNOWN } from "../core/value";
import { CONTAINER, securityOptions } from "../facts/docker";

const rule: ResourceRule = {
  description: "A container cannot gain privileges by a set-user-id program.",
  why: "Without it one forgotten set-user-id file in the image makes an unprivileged process root.",
  fix: 'add "no-new-privileges:true" to securityOpts.',
  severity: "high",
  enforcement: "mandatory",
  references: [{ catalogue: "cis-docker", id: "5.26" }],
  types: [CONTAINER],
  checkResource(resource, report) {
    const options = securityOptions(resource, report).filter(({ key }) => key === "no-new-privileges");
    // The engine takes the last one, and the provider hands them over in an order of its own.
    for (const { path, text, value } of options) {
      // The engine reads the value as Go does.
      if (!(text === "no-new-privileges" || /^(1|t|T|TRUE|true|True)$/.test(value))) {
        report.violation({ resource, path, found: text, wanted: '"no-new-privileges:true"' });
      }
    }
    const list = valueAt(resource, "securityOpts");
    if (options.length === 0 && list !== UNKNOWN && !(Array.isArray(list) && list.includes(UNKNOWN))) {
      report.violation({
        resource,
        path: "securityOpts",
        found: undefined,
        wanted: '"no-new-privileges:true" among them',
      });
    }
  },
};
export default rule;
