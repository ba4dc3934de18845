import { membersAt } from "../core/expectation";
import { type Resource, valueAt } from "../core/resource";
import type { Report, StackRule } from "../core/rule";
import { isTrue, UNKNOWN, type Value } from "../core/value";
import { isSet } from "../facts/machines";
import { expectOwned } from "../facts/partners";

const TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate";
const CONFIGURATION = "aws:ec2/launchConfiguration:LaunchConfiguration";
const GROUP = "aws:autoscaling/group:Group";
/** By what a template or a configuration is named. */
const KEYS = ["id", "name"];
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
        expectOwned(report, resource, "launchConfiguration", configurations, KEYS, wanted);
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
  const wanted = "a launch template of this stack";
  const owners = expectOwned(report, resource, reference, templates, KEYS, wanted);
  const version = valueAt(resource, `${path}.version`);
  const isKept = owners.every((owner) => isLatest(version, owner));
  if (!isKept) {
    const latest = !isDefault(version)
      ? "the template's latestVersion, not a number that stays behind"
      : "the template's latestVersion, or updateDefaultVersion on the template";
    report.violation({ resource, path: `${path}.version`, found: version, wanted: latest });
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
