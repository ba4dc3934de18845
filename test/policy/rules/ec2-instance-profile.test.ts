import { UNKNOWN } from "../../../policies/core/value";
import { configuration, fleet, instance, spot, template } from "../../support/machines";

import { describeRule } from "../../support/rule-table";

const found = (path: string, value: string) => `it: ${path} ${value}; wanted an instance profile.`;

describeRule("ec2-instance-profile", {
  passes: [
    ["a profile", instance({ iamInstanceProfile: "profile" })],
    ["a template with a name", template({ iamInstanceProfile: { name: "profile" } })],
    [
      "a template with an ARN",
      template({ iamInstanceProfile: { arn: "arn:aws:iam::1:instance-profile/p" } }),
    ],
    ["a spot fleet with an ARN", fleet({ iamInstanceProfileArn: "arn:aws:iam::1:instance-profile/p" })],
  ],
  refuses: [
    ["none", instance({}), found("iamInstanceProfile", "is absent")],
    ["an empty name", spot({ iamInstanceProfile: "" }), found("iamInstanceProfile", 'is ""')],
    [
      "none in a template",
      template({ iamInstanceProfile: {} }),
      found("iamInstanceProfile.name", "is absent"),
    ],
    ["none in a launch configuration", configuration({}), found("iamInstanceProfile", "is absent")],
    ["none in a spot fleet", fleet({}), found("launchSpecifications[0].iamInstanceProfile", "is absent")],
  ],
  unknown: [
    ["it", instance({ iamInstanceProfile: UNKNOWN }), "it: iamInstanceProfile"],
    ["its ARN", template({ iamInstanceProfile: { arn: UNKNOWN } }), "it: iamInstanceProfile.name"],
  ],
});
