import { UNKNOWN, type Value } from "../../../policies/core/value";
import { fleet, instance, spot, template } from "../../support/machines";
import { resource } from "../../support/policy";
import { describeRule } from "../../support/rule-table";

const own = template({ id: "lt-1", name: "ours" });
const by = (launchTemplate: Record<string, Value>) => instance({ launchTemplate });
const group = (props: Record<string, Value>) => resource("aws:autoscaling/group:Group", props);
const spotFleet = (launchTemplateSpecification: Record<string, Value>) =>
  resource("aws:ec2/spotFleetRequest:SpotFleetRequest", {
    launchTemplateConfigs: [{ launchTemplateSpecification }],
  });
const elsewhere = (path: string, found: string) =>
  `it: ${path} is "${found}"; wanted a launch template of this stack.`;
const older = (path: string, found: string) =>
  `it: ${path}.version ${found}; wanted the template's latestVersion, or updateDefaultVersion on the template.`;

describeRule("ec2-known-template", {
  passes: [
    ["no template", instance({})],
    ["the stack's own, in its latest version", [own, by({ id: "lt-1", version: "$Latest" })]],
    ["the stack's own by its name", [own, by({ name: "ours", version: UNKNOWN })]],
    [
      "the stack's own by its name, as a spot fleet says it",
      [own, spotFleet({ name: "ours", version: "$Latest" })],
    ],
    [
      "the stack's own in the version that it has",
      [template({ id: "lt-1", latestVersion: 3 }), by({ id: "lt-1", version: "3" })],
    ],
    [
      "the stack's own configuration",
      [
        resource("aws:ec2/launchConfiguration:LaunchConfiguration", { name: "lc-1" }, "own"),
        group({ launchConfiguration: "lc-1" }),
      ],
    ],
    ["what starts nothing", resource("aws:ec2/vpc:Vpc", { launchTemplate: { id: "lt-2" } })],
    ["a fleet without templates", resource("aws:ec2/fleet:Fleet", {})],
    ["before ids are known", [template({}), by({ id: UNKNOWN, version: UNKNOWN })]],
    [
      "the default that the template keeps up",
      [template({ id: "lt-1", updateDefaultVersion: true }), by({ id: "lt-1", version: "$Default" })],
    ],
    [
      "a group with the stack's own",
      [
        own,
        group({
          mixedInstancesPolicy: {
            launchTemplate: { launchTemplateSpecification: { launchTemplateId: "lt-1", version: "$Latest" } },
          },
        }),
      ],
    ],
  ],
  refuses: [
    [
      "one from elsewhere",
      [own, by({ id: "lt-2", version: "$Latest" })],
      elsewhere("launchTemplate.id", "lt-2"),
    ],
    [
      "one that is not named",
      [own, by({ version: "$Latest" })],
      'it: launchTemplate is {"version":"$Latest"}; wanted a launch template of this stack.',
    ],
    [
      "a group with one from elsewhere for some of its machines",
      [
        own,
        group({
          mixedInstancesPolicy: {
            launchTemplate: {
              launchTemplateSpecification: { launchTemplateId: "lt-1", version: "$Latest" },
              overrides: [
                { instanceType: "g5.xlarge" },
                { launchTemplateSpecification: { launchTemplateName: "theirs" } },
              ],
            },
          },
        }),
      ],
      elsewhere(
        "mixedInstancesPolicy.launchTemplate.overrides[1].launchTemplateSpecification.launchTemplateName",
        "theirs",
      ),
    ],
    [
      "a group with a configuration from elsewhere",
      [own, group({ launchConfiguration: "theirs" })],
      'it: launchConfiguration is "theirs"; wanted a launch configuration of this stack.',
    ],
    [
      "a group with a configuration in a stack without",
      group({ launchConfiguration: UNKNOWN }),
      'it: launchConfiguration is "one that is not of this stack"; wanted a launch configuration of this stack.',
    ],
    [
      "a fleet with one from elsewhere",
      [
        own,
        resource("aws:ec2/fleet:Fleet", {
          launchTemplateConfigs: [{ launchTemplateSpecification: { launchTemplateId: "lt-2" } }],
        }),
      ],
      elsewhere("launchTemplateConfigs[0].launchTemplateSpecification.launchTemplateId", "lt-2"),
    ],
    [
      "a spot request with one from elsewhere",
      [own, spot({ launchTemplate: { id: "lt-2" } })],
      elsewhere("launchTemplate.id", "lt-2"),
    ],
    [
      "the default version, where one of two templates that it may be is not kept up",
      [template({ updateDefaultVersion: true }), template({}), by({ id: UNKNOWN, version: "$Default" })],
      older("launchTemplate", 'is "$Default"'),
    ],
    [
      "a version that the template has left behind",
      [template({ id: "lt-1", latestVersion: 3 }), by({ id: "lt-1", version: "2" })],
      'it: launchTemplate.version is "2"; wanted the template\'s latestVersion, not a number that stays behind.',
    ],
    [
      "one in a stack without",
      by({ id: UNKNOWN }),
      elsewhere("launchTemplate.id", "one that is not of this stack"),
    ],
    [
      "a group with one from elsewhere",
      [own, group({ launchTemplate: { name: "theirs" } })],
      elsewhere("launchTemplate.name", "theirs"),
    ],
    [
      "a spot fleet with one from elsewhere",
      [own, spotFleet({ id: "lt-2" })],
      elsewhere("launchTemplateConfigs[0].launchTemplateSpecification.id", "lt-2"),
    ],
    [
      "the default version",
      [own, by({ id: "lt-1", version: "$Default" })],
      older("launchTemplate", 'is "$Default"'),
    ],
    ["no version", [own, by({ id: "lt-1" })], older("launchTemplate", "is absent")],
    [
      "an old version",
      [own, by({ id: "lt-1", version: "1" })],
      'it: launchTemplate.version is "1"; wanted the template\'s latestVersion, not a number that stays behind.',
    ],
  ],
  unknown: [
    [
      "the templates of a spot fleet",
      [fleet(), resource("aws:ec2/spotFleetRequest:SpotFleetRequest", { launchTemplateConfigs: UNKNOWN })],
      "it: launchTemplateConfigs",
    ],
  ],
});
