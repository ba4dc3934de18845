import { UNKNOWN, type Value } from "../../../policies/core/value";
import { configuration, fleet, instance, spot, template } from "../../support/machines";
import { resource } from "../../support/policy";
import { describeRule } from "../../support/rule-table";

const ARN = "arn:aws:iam::1:instance-profile/ours";
const role = resource("aws:iam/role:Role", { name: "role" }, "role");
const profile = (named: Value, props: Record<string, Value> = { name: "ours", arn: ARN }) =>
  resource("aws:iam/instanceProfile:InstanceProfile", { role: named, ...props }, "profile");
const own = [role, profile("role")];
const found = (path: string, value: string) =>
  `it: ${path} ${value}; wanted an instance profile of this stack.`;
const THEIRS = "arn:aws:iam::1:instance-profile/theirs";

describeRule("ec2-instance-profile", {
  passes: [
    ["a profile", [...own, instance({ iamInstanceProfile: "ours" })]],
    ["a profile by its id", [role, profile("role", { id: "p-1" }), instance({ iamInstanceProfile: "p-1" })]],
    ["before names are known", [role, profile(UNKNOWN, {}), instance({ iamInstanceProfile: UNKNOWN })]],
    ["a template with a name", [...own, template({ iamInstanceProfile: { name: "ours" } })]],
    ["a template with an ARN", [...own, template({ iamInstanceProfile: { arn: ARN } })]],
    [
      "a template with an ARN that is not known yet",
      [...own, template({ iamInstanceProfile: { arn: UNKNOWN } })],
    ],
    ["a spot fleet with an ARN", [...own, fleet({ iamInstanceProfileArn: ARN })]],
  ],
  refuses: [
    ["none", [...own, instance({})], found("iamInstanceProfile", "is absent")],
    ["an empty name", [...own, spot({ iamInstanceProfile: "" })], found("iamInstanceProfile", 'is ""')],
    [
      "none in a template",
      [...own, template({ iamInstanceProfile: {} })],
      found("iamInstanceProfile.name", "is absent"),
    ],
    ["none in a launch configuration", [...own, configuration({})], found("iamInstanceProfile", "is absent")],
    [
      "none in a spot fleet",
      [...own, fleet({})],
      found("launchSpecifications[0].iamInstanceProfile", "is absent"),
    ],
    [
      "an administrator's from elsewhere",
      [...own, instance({ iamInstanceProfile: "Admin" })],
      found("iamInstanceProfile", 'is "Admin"'),
    ],
    [
      "any in a stack without",
      instance({ iamInstanceProfile: UNKNOWN }),
      found("iamInstanceProfile", 'is "one that is not of this stack"'),
    ],
    [
      "one from elsewhere beside the stack's own",
      [...own, fleet({ iamInstanceProfile: "ours", iamInstanceProfileArn: THEIRS })],
      found("launchSpecifications[0].iamInstanceProfileArn", `is "${THEIRS}"`),
    ],
    [
      "a profile of the stack with an administrator's role",
      [role, profile("Admin"), instance({ iamInstanceProfile: "ours" })],
      'profile: role is "Admin"; wanted a role of this stack.',
    ],
    [
      "a profile of the stack without a role",
      [role, profile(undefined), instance({ iamInstanceProfile: "ours" })],
      "profile: role is absent; wanted a role of this stack.",
    ],
  ],
  unknown: [
    [
      "a spot fleet's machines",
      resource("aws:ec2/spotFleetRequest:SpotFleetRequest", { launchSpecifications: UNKNOWN }),
      "it: launchSpecifications",
    ],
  ],
});
