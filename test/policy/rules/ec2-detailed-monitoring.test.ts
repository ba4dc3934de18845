import { UNKNOWN } from "../../../policies/core/value";
import { configuration, fleet, instance, spot, template } from "../../support/machines";

import { describeRule } from "../../support/rule-table";

describeRule("ec2-detailed-monitoring", {
  passes: [
    ["on", instance({ monitoring: true })],
    ["on in a template", template({ monitoring: { enabled: true } })],
    ["a launch configuration, where it is on by default", configuration({})],
    ["on in a spot fleet", fleet({ monitoring: "true" })],
  ],
  refuses: [
    ["none said", instance({}), "it: monitoring is absent; wanted true."],
    ["off", spot({ monitoring: false }), "it: monitoring is false; wanted true."],
    ["a template without", template({ monitoring: {} }), "it: monitoring.enabled is absent; wanted true."],
    [
      "a launch configuration with it off",
      configuration({ enableMonitoring: false }),
      "it: enableMonitoring is false; wanted true.",
    ],
  ],
  unknown: [["it", template({ monitoring: UNKNOWN }), "it: monitoring.enabled"]],
});
