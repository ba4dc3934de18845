import { membersAt } from "../core/expectation";
import type { ResourceRule } from "../core/rule";
import { CONTAINER } from "../facts/docker";

const rule: ResourceRule = {
  description: "A container adds no capability.",
  why: "Each capability is a part of root; SYS_ADMIN, SYS_PTRACE or NET_ADMIN alone are ways out or around the firewall.",
  fix: "remove it from capabilities.adds; what cannot do without it says so in an exception for that one capability.",
  severity: "high",
  enforcement: "mandatory",
  references: [
    { catalogue: "cis-docker", id: "5.4" },
    { catalogue: "aws-fsbp", id: "ECS.4" },
  ],
  types: [CONTAINER],
  checkResource(resource, report) {
    // By name, so that an exception for one capability covers no other, whatever their order.
    for (const { value } of membersAt(report, resource, "capabilities.adds")) {
      const name = String(value).trim().toUpperCase().replace(/^CAP_/, "");
      report.violation({
        resource,
        path: `capabilities.adds[${name}]`,
        found: value,
        wanted: "no added capability",
      });
    }
  },
};
export default rule;
