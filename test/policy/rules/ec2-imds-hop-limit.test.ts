import { UNKNOWN, type Value } from "../../../policies/core/value";
import { configuration, fleet, instance, spot, template } from "../../support/machines";
import { resource } from "../../support/policy";
import { describeRule } from "../../support/rule-table";

const hops = (httpPutResponseHopLimit: Value): Record<string, Value> => ({
  metadataOptions: { httpPutResponseHopLimit },
});
const found = (value: string) => `it: metadataOptions.httpPutResponseHopLimit ${value}; wanted 1.`;

describeRule("ec2-imds-hop-limit", {
  passes: [
    ["one hop", instance(hops(1))],
    ["one hop as text", template(hops("1"))],
    ["one hop in a launch configuration", configuration(hops(1))],
    ["another type", resource("aws:ec2/vpc:Vpc", hops(2))],
  ],
  refuses: [
    ["none said", instance({}), found("is absent")],
    ["two", spot(hops(2)), found("is 2")],
    ["two as text", template(hops("2")), found('is "2"')],
    [
      "an instance that leaves it to its template",
      instance({ launchTemplate: { id: "lt-1" } }),
      found("is absent"),
    ],
    [
      "a spot fleet, which cannot say it",
      fleet({}),
      "it: launchSpecifications[0].metadataOptions.httpPutResponseHopLimit is absent; wanted 1.",
    ],
  ],
  unknown: [["the limit", instance(hops(UNKNOWN)), "it: metadataOptions.httpPutResponseHopLimit"]],
});
