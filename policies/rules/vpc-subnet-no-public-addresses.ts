import { expectAt } from "../core/expectation";
import type { ResourceRule } from "../core/rule";
import { isFalse, type Value } from "../core/value";
import { isSet } from "../facts/machines";

const DEFAULT_SUBNET = "aws:ec2/defaultSubnet:DefaultSubnet";

const rule: ResourceRule = {
  description: "Subnets hand out no public addresses by themselves.",
  why: "Whatever is started there would be on the internet without anybody having said so.",
  fix: "set mapPublicIpOnLaunch and assignIpv6AddressOnCreation to false and give the one machine an Elastic IP.",
  severity: "medium",
  enforcement: "mandatory",
  references: [
    { catalogue: "checkov", id: "CKV_AWS_130" },
    { catalogue: "aws-fsbp", id: "EC2.15" },
  ],
  types: ["aws:ec2/subnet:Subnet", DEFAULT_SUBNET],
  checkResource(resource, report) {
    // Only the default subnet hands out IPv4 addresses unless it is told not to.
    const isOffAlready = resource.type === DEFAULT_SUBNET ? isFalse : isOff;
    expectAt(report, resource, "mapPublicIpOnLaunch", "false", isOffAlready);
    expectAt(report, resource, "assignIpv6AddressOnCreation", "false", isOff);
  },
};
export default rule;

function isOff(value: Value): boolean {
  return isFalse(value) || !isSet(value);
}
