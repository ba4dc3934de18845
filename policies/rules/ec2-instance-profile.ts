import { type Resource, valueAt } from "../core/resource";
import type { Report, StackRule } from "../core/rule";
import { UNKNOWN } from "../core/value";
import { isSet, MACHINE_TYPES, machines } from "../facts/machines";
import { partnership } from "../facts/partners";

const PROFILE = "aws:iam/instanceProfile:InstanceProfile";
const ROLE = "aws:iam/role:Role";

const rule: StackRule = {
  description: "Machines have an instance profile of this stack, with a role of this stack.",
  why: "Without a role of its own a machine is given somebody's access keys, which never end and are found on its disk; what a role from elsewhere may do is seen by no rule here.",
  fix: "set iamInstanceProfile to a profile of the stack whose role, of the stack too, may do what the machine needs and no more.",
  severity: "medium",
  enforcement: "mandatory",
  references: [{ catalogue: "checkov", id: "CKV2_AWS_41" }],
  checkStack({ resources }, report) {
    const profiles = resources.filter(({ type }) => type === PROFILE);
    const roles = resources.filter(({ type }) => type === ROLE);
    for (const profile of profiles) {
      expectOwn(profile, ["role"], roles, "a role of this stack", report);
    }
    for (const resource of resources.filter(({ type }) => MACHINE_TYPES.includes(type))) {
      for (const machine of machines(resource, report)) {
        expectOwn(resource, machine.profiles, profiles, "an instance profile of this stack", report);
      }
    }
  },
};
export default rule;

/** Each path that names something must name one of the owners, and one of the paths must. */
function expectOwn(
  resource: Resource,
  paths: readonly [string, ...string[]],
  owners: readonly Resource[],
  wanted: string,
  report: Report,
): void {
  const named = paths.filter((path) => isSet(valueAt(resource, path)));
  for (const path of named.length === 0 ? paths.slice(0, 1) : named) {
    const found = valueAt(resource, path);
    if (
      !isSet(found) ||
      owners.every((one) => partnership(one, ["name", "id", "arn"], resource, path) === "no")
    ) {
      const shown = found === UNKNOWN ? "one that is not of this stack" : found;
      report.violation({ resource, path, found: shown, wanted });
    }
  }
}
