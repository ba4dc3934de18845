import { UNKNOWN, type Value } from "../../../policies/core/value";
import { configuration, fleet, instance, spot, template } from "../../support/machines";

import { describeRule } from "../../support/rule-table";

const ipv6 = (httpProtocolIpv6: Value): Record<string, Value> => ({ metadataOptions: { httpProtocolIpv6 } });
const found = (value: string) => `it: metadataOptions.httpProtocolIpv6 ${value}; wanted "disabled".`;

describeRule("ec2-imds-ipv6-off", {
  passes: [
    ["off", instance(ipv6("disabled"))],
    ["none said, which is off", spot({})],
    ["a spot fleet, which has none", fleet({})],
    ["an instance that says it beside its template", instance({ launchTemplate: {}, ...ipv6("disabled") })],
  ],
  refuses: [
    ["on", instance(ipv6("enabled")), found('is "enabled"')],
    ["on in a template", template(ipv6("enabled")), found('is "enabled"')],
    ["on in a launch configuration", configuration(ipv6(true)), found("is true")],
    ["left to a template", instance({ launchTemplate: { id: "lt-1" } }), found("is absent")],
  ],
  unknown: [["the option", instance(ipv6(UNKNOWN)), "it: metadataOptions.httpProtocolIpv6"]],
});
