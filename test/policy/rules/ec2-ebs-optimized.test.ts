import { UNKNOWN } from "../../../policies/core/value";
import { configuration, fleet, instance, spot, template } from "../../support/machines";

import { describeRule } from "../../support/rule-table";

const found = (value: string) => `it: ebsOptimized ${value}; wanted true.`;

describeRule("ec2-ebs-optimized", {
  passes: [
    ["on", instance({ ebsOptimized: true })],
    ["on as text", template({ ebsOptimized: "True" })],
    ["on in a spot fleet", fleet({ ebsOptimized: true })],
  ],
  refuses: [
    ["none said", instance({}), found("is absent")],
    ["off", spot({ ebsOptimized: false }), found("is false")],
    ["off as text", template({ ebsOptimized: "false" }), found('is "false"')],
    ["off in a launch configuration", configuration({ ebsOptimized: 0 }), found("is 0")],
    [
      "one of a spot fleet",
      fleet({ ebsOptimized: true }, {}),
      "it: launchSpecifications[1].ebsOptimized is absent; wanted true.",
    ],
  ],
  unknown: [
    ["it", instance({ ebsOptimized: UNKNOWN }), "it: ebsOptimized"],
    ["the machines of a fleet", fleet(UNKNOWN), "it: launchSpecifications[0]"],
  ],
});
