import { valueAt } from "../core/resource";
import type { ResourceRule } from "../core/rule";
import { UNKNOWN } from "../core/value";
import { isSet, MACHINE_TYPES, machines } from "../facts/machines";

const rule: ResourceRule = {
  description: "Machines have an instance profile.",
  why: "Without a role of its own a machine is given somebody's access keys, which never end and are found on its disk.",
  fix: "set iamInstanceProfile to a profile whose role may do what the machine needs and no more.",
  severity: "medium",
  enforcement: "mandatory",
  references: [{ catalogue: "checkov", id: "CKV2_AWS_41" }],
  types: MACHINE_TYPES,
  checkResource(resource, report) {
    for (const { profiles } of machines(resource, report)) {
      const values = profiles.map((path) => valueAt(resource, path));
      const [path = ""] = profiles;
      if (values.some((value) => typeof value === "string" && isSet(value))) {
        continue;
      }
      if (values.includes(UNKNOWN)) {
        report.unknown(resource, path);
      } else {
        report.violation({ resource, path, found: values[0], wanted: "an instance profile" });
      }
    }
  },
};
export default rule;
