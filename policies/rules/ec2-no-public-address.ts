import { expectAt, membersAt } from "../core/expectation";
import { type Resource, valueAt } from "../core/resource";
import type { Report, ResourceRule } from "../core/rule";
import { isFalse, isTrue } from "../core/value";
import { isFilled, isSet, MACHINE_TYPES, machines } from "../facts/machines";
import { ADDRESS_KEYS, BALANCER_TYPES, givesNoAddress } from "../facts/public-ways";

const TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate";
const INTERFACE = "aws:ec2/networkInterface:NetworkInterface";
const ADDRESSES = [
  "aws:ec2/eip:Eip",
  "aws:ec2/eipAssociation:EipAssociation",
  "aws:lightsail/staticIp:StaticIp",
  "aws:lightsail/staticIpAttachment:StaticIpAttachment",
];
const WANTED = "no public address";

const rule: ResourceRule = {
  description:
    "Nothing has a public address but the gateway's machine, which the stack names in an exception.",
  why: "What has a public address is scanned within minutes; each one is a way around the gateway.",
  fix: "set associatePublicIpAddress to false and give no IPv6 address, carrier address or Elastic IP, and make load balancers internal; for the gateway's machine add an exception with reason, owner and end.",
  severity: "high",
  enforcement: "mandatory",
  references: [
    { catalogue: "checkov", id: "CKV_AWS_88" },
    { catalogue: "trivy", id: "AWS-0009" },
    { catalogue: "aws-fsbp", id: "EC2.9" },
  ],
  types: [...MACHINE_TYPES, INTERFACE, ...BALANCER_TYPES, ...ADDRESSES],
  checkResource(resource, report) {
    if (ADDRESSES.includes(resource.type)) {
      report.violation({ resource, path: "", found: "a public address", wanted: WANTED });
    } else if (BALANCER_TYPES.includes(resource.type)) {
      // Those before appliances are for other VPCs alone.
      const isGateway = valueAt(resource, "loadBalancerType") === "gateway";
      expectAt(report, resource, "internal", "true", (value) => isGateway || isTrue(value));
    } else if (resource.type === INTERFACE) {
      noOther(resource, (key) => key, report);
    } else if (resource.type === TEMPLATE) {
      checkTemplate(resource, report);
    } else {
      for (const { at } of machines(resource, report)) {
        const hasInterface = ["networkInterfaces", "primaryNetworkInterface"].some((key) =>
          isFilled(valueAt(resource, at(key))),
        );
        // Left out, the subnet decides; an interface that is there already has what it has.
        expectAt(report, resource, at("associatePublicIpAddress"), "false", (value) =>
          isSet(value) ? isFalse(value) : hasInterface,
        );
        noOther(resource, at, report);
      }
    }
  },
};
export default rule;

function checkTemplate(resource: Resource, report: Report): void {
  const interfaces = membersAt(report, resource, "networkInterfaces");
  for (const { path } of interfaces) {
    const hasInterface = isSet(valueAt(resource, `${path}.networkInterfaceId`));
    expectAt(report, resource, `${path}.associatePublicIpAddress`, "false", (value) =>
      isSet(value) ? isFalse(value) : hasInterface,
    );
    noOther(resource, (key) => `${path}.${key}`, report);
  }
  if (!isFilled(valueAt(resource, "networkInterfaces"))) {
    const path = "networkInterfaces[0].associatePublicIpAddress";
    report.violation({ resource, path, found: undefined, wanted: "false" });
  }
}

function noOther(resource: Resource, at: (key: string) => string, report: Report): void {
  for (const key of ADDRESS_KEYS) {
    expectAt(report, resource, at(key), WANTED, givesNoAddress);
  }
}
