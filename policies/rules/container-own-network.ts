import { expectAt, membersAt } from "../core/expectation";
import { valueAt } from "../core/resource";
import type { ResourceRule } from "../core/rule";
import { UNKNOWN } from "../core/value";
import { CONTAINER, NETWORK, stringsAt, word } from "../facts/docker";

const DEFAULTS = ["", "bridge", "default", "nat"];
/** Any other driver, a plugin's too, puts containers into the host's network or into one of many machines. */
const OWN_DRIVERS = ["", "bridge"];

const rule: ResourceRule = {
  description: "A container is in a network of its stack, in another container's, or in none.",
  why: "On the engine's default bridge every container of the machine reaches every other.",
  fix: 'set networkMode to a docker.Network of the stack, to "none", or to container:ID.',
  severity: "high",
  enforcement: "mandatory",
  references: [{ catalogue: "cis-docker", id: "5.30" }],
  types: [CONTAINER, NETWORK],
  checkResource(resource, report) {
    if (resource.type === NETWORK) {
      const wanted = "a bridge of its own, not the host's network";
      expectAt(report, resource, "driver", wanted, (value) => OWN_DRIVERS.includes(word(value)));
      for (const { path, text } of stringsAt(resource, "options", report)) {
        // The name of the engine's own bridge, and the gateway modes without a filter.
        if (word(text) === "docker0") {
          report.violation({ resource, path, found: text, wanted });
        } else if (["nat-unprotected", "routed"].includes(word(text))) {
          const bridge = "a bridge that lets in published ports alone";
          report.violation({ resource, path, found: text, wanted: bridge });
        }
      }
      return;
    }
    const list = valueAt(resource, "networksAdvanced");
    const isNetworkListed = list === UNKNOWN || (Array.isArray(list) && list.length > 0);
    for (const { path } of membersAt(report, resource, "networksAdvanced")) {
      const wanted = "a network of the stack";
      expectAt(report, resource, `${path}.name`, wanted, (value) => !DEFAULTS.includes(word(value)));
    }
    expectAt(
      report,
      resource,
      "networkMode",
      'a network of the stack, "none" or container:ID',
      (value) => (value === undefined && isNetworkListed) || !DEFAULTS.includes(word(value)),
    );
  },
};
export default rule;
