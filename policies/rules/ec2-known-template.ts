import { membersAt } from "../core/expectation";
import { type Resource, valueAt } from "../core/resource";
import type { Report, StackRule } from "../core/rule";
import { isTrue, UNKNOWN, type Value } from "../core/value";
import { isSet } from "../facts/machines";
import { partnership } from "../facts/partners";

const TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate";
const CONFIGURATION = "aws:ec2/launchConfiguration:LaunchConfiguration";
const GROUP = "aws:autoscaling/group:Group";
/** Where a resource says which template it starts machines from. */
const USES: Readonly<Record<string, readonly string[]>> = {
  "aws:ec2/instance:Instance": ["launchTemplate"],
  "aws:ec2/spotInstanceRequest:SpotInstanceRequest": ["launchTemplate"],
  "aws:ec2/fleet:Fleet": ["launchTemplateConfigs[].launchTemplateSpecification"],
  "aws:ec2/spotFleetRequest:SpotFleetRequest": ["launchTemplateConfigs[].launchTemplateSpecification"],
  [GROUP]: [
    "launchTemplate",
    "mixedInstancesPolicy.launchTemplate.launchTemplateSpecification",
    "mixedInstancesPolicy.launchTemplate.overrides[].launchTemplateSpecification",
  ],
};

const rule: StackRule = {
  description:
    "Machines start from a launch template or configuration of this stack, in the version that the stack writes.",
  why: "A template from elsewhere, or an older version that stayed the default, may ask for IMDSv1, a plain disk or a public address.",
  fix: 'give the id of a template of this stack with its latestVersion; "$Default" needs updateDefaultVersion true on the template.',
  severity: "high",
  enforcement: "mandatory",
  references: [],
  checkStack({ resources }, report) {
    const templates = resources.filter(({ type }) => type === TEMPLATE);
    const configurations = resources.filter(({ type }) => type === CONFIGURATION);
    for (const resource of resources) {
      for (const path of uses(resource, report)) {
        checkTemplate(resource, path, templates, report);
      }
      if (resource.type === GROUP && isSet(valueAt(resource, "launchConfiguration"))) {
        const wanted = "a launch configuration of this stack";
        ownersOf(resource, "launchConfiguration", configurations, wanted, report);
      }
    }
  },
};
export default rule;

/** Paths of what a resource says of a template that it uses. */
function uses(resource: Resource, report: Report): string[] {
  const paths = (USES[resource.type] ?? []).flatMap((use) => {
    const [list = use, inEach] = use.split("[].");
    return inEach === undefined
      ? [list]
      : membersAt(report, resource, list).map(({ path }) => `${path}.${inEach}`);
  });
  return paths.filter((path) => isSet(valueAt(resource, path)));
}

/** The resources that a reference may name; one that names none of them is said to. */
function ownersOf(
  resource: Resource,
  path: string,
  candidates: readonly Resource[],
  wanted: string,
  report: Report,
): Resource[] {
  const owners = candidates.filter((one) => partnership(one, ["id", "name"], resource, path) !== "no");
  if (owners.length === 0) {
    const named = valueAt(resource, path);
    const found = named === UNKNOWN ? "one that is not of this stack" : named;
    report.violation({ resource, path, found, wanted });
  }
  return owners;
}

function checkTemplate(
  resource: Resource,
  path: string,
  templates: readonly Resource[],
  report: Report,
): void {
  const reference =
    ["id", "launchTemplateId", "name", "launchTemplateName"]
      .map((key) => `${path}.${key}`)
      .find((one) => isSet(valueAt(resource, one))) ?? path;
  const owners = ownersOf(resource, reference, templates, "a launch template of this stack", report);
  const version = valueAt(resource, `${path}.version`);
  const isKept = owners.every((owner) => isLatest(version, owner));
  if (!isKept) {
    const wanted = !isDefault(version)
      ? "the template's latestVersion, not a number that stays behind"
      : "the template's latestVersion, or updateDefaultVersion on the template";
    report.violation({ resource, path: `${path}.version`, found: version, wanted });
  }
}

function isDefault(version: Value): boolean {
  return !isSet(version) || String(version).toLowerCase() === "$default";
}

/** Whether a version is, or goes on being, the last one of a template. */
function isLatest(version: Value, template: Resource): boolean {
  if (isDefault(version)) {
    return isTrue(valueAt(template, "updateDefaultVersion"));
  }
  return (
    version === UNKNOWN ||
    String(version).toLowerCase() === "$latest" ||
    String(version) === String(valueAt(template, "latestVersion"))
  );
}
