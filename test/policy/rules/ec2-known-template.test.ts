import { UNKNOWN, type Value } from "../../../policies/core/value";
import { fleet, instance, template } from "../../support/machines";
import { resource } from "../../support/policy";
import { describeRule } from "../../support/rule-table";

const own = template({ id: "lt-1", name: "ours" });
const by = (launchTemplate: Record<string, Value>) => instance({ launchTemplate });
const group = (props: Record<string, Value>) => resource("aws:autoscaling/group:Group", props);
const elsewhere = (path: string, found: string) =>
  `it: ${path} is "${found}"; wanted a launch template of this stack.`;
const older = (path: string, found: string) =>
  `it: ${path}.version ${found}; wanted the template's latestVersion, or updateDefaultVersion on the template.`;

describeRule("ec2-known-template", {
  passes: [
    ["no template", instance({})],
    ["the stack's own, in its latest version", [own, by({ id: "lt-1", version: "$Latest" })]],
    ["the stack's own by its name", [own, by({ name: "ours", version: UNKNOWN })]],
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
      [
        own,
        resource("aws:ec2/spotFleetRequest:SpotFleetRequest", {
          launchTemplateConfigs: [{ launchTemplateSpecification: { id: "lt-2" } }],
        }),
      ],
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
