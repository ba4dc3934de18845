import { membersAt } from "../core/expectation";
import { type Resource, valueAt } from "../core/resource";
import type { Report, StackRule } from "../core/rule";
import { UNKNOWN } from "../core/value";
import { isSet, isTrue, MACHINE_TYPES } from "../facts/machines";
import { partnership } from "../facts/partners";

const TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate";
const GROUP = "aws:autoscaling/group:Group";
const FLEETS = ["aws:ec2/fleet:Fleet", "aws:ec2/spotFleetRequest:SpotFleetRequest"];

const rule: StackRule = {
  description: "Machines start from a launch template of this stack, in the version that the stack writes.",
  why: "A template from elsewhere, or an older version that stayed the default, may ask for IMDSv1, a plain disk or a public address.",
  fix: 'give the id of a template of this stack with its latestVersion; "$Default" needs updateDefaultVersion true on the template.',
  severity: "high",
  enforcement: "mandatory",
  references: [],
  checkStack({ resources }, report) {
    const templates = resources.filter(({ type }) => type === TEMPLATE);
    for (const resource of resources) {
      for (const path of uses(resource, report)) {
        check(resource, path, templates, report);
      }
    }
  },
};
export default rule;

/** Paths of what a resource says of a template that it uses. */
function uses(resource: Resource, report: Report): string[] {
  const candidates =
    resource.type === GROUP
      ? ["launchTemplate", "mixedInstancesPolicy.launchTemplate.launchTemplateSpecification"]
      : FLEETS.includes(resource.type)
        ? membersAt(report, resource, "launchTemplateConfigs").map(
            ({ path }) => `${path}.launchTemplateSpecification`,
          )
        : MACHINE_TYPES.includes(resource.type)
          ? ["launchTemplate"]
          : [];
  return candidates.filter((path) => isSet(valueAt(resource, path)));
}

function check(resource: Resource, path: string, templates: readonly Resource[], report: Report): void {
  const key = ["id", "launchTemplateId", "name", "launchTemplateName"].find((one) =>
    isSet(valueAt(resource, `${path}.${one}`)),
  );
  const reference = key === undefined ? path : `${path}.${key}`;
  const named = valueAt(resource, reference);
  const owners = templates.filter((one) => partnership(one, ["id", "name"], resource, reference) !== "no");
  if (owners.length === 0) {
    const found = named === UNKNOWN ? "one that is not of this stack" : named;
    report.violation({ resource, path: reference, found, wanted: "a launch template of this stack" });
    return;
  }
  const version = valueAt(resource, `${path}.version`);
  const isDefault = version !== UNKNOWN && (!isSet(version) || String(version).toLowerCase() === "$default");
  if (version === UNKNOWN || String(version).toLowerCase() === "$latest") {
    return;
  }
  if (isDefault && !owners.every((one) => isTrue(valueAt(one, "updateDefaultVersion")))) {
    const wanted = "the template's latestVersion, or updateDefaultVersion on the template";
    report.violation({ resource, path: `${path}.version`, found: version, wanted });
  } else if (!isDefault) {
    const wanted = "the template's latestVersion, not a number that stays behind";
    report.violation({ resource, path: `${path}.version`, found: version, wanted });
  }
}
