import { expectAt } from "../core/expectation";
import type { ResourceRule } from "../core/rule";
import { isSet, MACHINE_TYPES, machines } from "../facts/machines";

const rule: ResourceRule = {
  description: "The metadata service does not answer over IPv6.",
  why: "Firewall rules that keep containers from 169.254.169.254 are easily written without fd00:ec2::254.",
  fix: 'set metadataOptions.httpProtocolIpv6 to "disabled".',
  severity: "medium",
  enforcement: "mandatory",
  references: [{ catalogue: "aws-fsbp", id: "EC2.8" }],
  types: MACHINE_TYPES,
  checkResource(resource, report) {
    for (const { metadata, hasTemplate } of machines(resource, report)) {
      // Left out it is off, but a template may have turned it on.
      expectAt(report, resource, `${metadata}.httpProtocolIpv6`, '"disabled"', (value) =>
        isSet(value) ? value === "disabled" : !hasTemplate,
      );
    }
  },
};
export default rule;
