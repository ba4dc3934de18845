import { expectAt, membersAt } from "../core/expectation";
import type { ResourceRule } from "../core/rule";
import { CONTAINER, stringsAt } from "../facts/docker";

/** The option of a network by which settings of its interface within the container are changed. */
const OF_INTERFACE = /^\s*com\.docker\.network\.endpoint\.sysctls\s*=/;

const rule: ResourceRule = {
  description: "A container changes no setting of the kernel.",
  why: "Forwarding, redirects and source routing switched on take the pod's firewall apart from inside.",
  fix: "remove sysctls; what a service cannot do without says so in an exception.",
  severity: "medium",
  enforcement: "advisory",
  references: [{ catalogue: "cis-docker", id: "5.1" }],
  types: [CONTAINER],
  checkResource(resource, report) {
    expectAt(report, resource, "sysctls", "none", (value) => Object.keys(value ?? {}).length === 0);
    const options = membersAt(report, resource, "networksAdvanced").flatMap(({ path }) =>
      stringsAt(resource, `${path}.driverOpts`, report),
    );
    for (const { path, text } of options.filter((one) => OF_INTERFACE.test(one.text))) {
      report.violation({ resource, path, found: text, wanted: "none" });
    }
  },
};
export default rule;
