import { UNKNOWN, type Value } from "../../../policies/core/value";
import { fleet, instance, spot, template } from "../../support/machines";
import { resource } from "../../support/policy";
import { describeRule } from "../../support/rule-table";

const group = (vpcId: Value) => resource("aws:ec2/securityGroup:SecurityGroup", { vpcId });
const scaling = (props: Record<string, Value>) => resource("aws:autoscaling/group:Group", props);
const templates = (type: string, overrides: Value) =>
  resource(`aws:ec2/${type}`, { launchTemplateConfigs: [{ overrides }] });
const NO_SUBNET = "it: subnetId is absent; wanted a subnet of the stack's own.";
const NO_OVERRIDE = NO_SUBNET.replace("subnetId", "launchTemplateConfigs[0].overrides[0].subnetId");
const PART = 'it is "part of the default VPC"; wanted a VPC of the stack\'s own.';

describeRule("vpc-no-default", {
  passes: [
    ["a subnet", instance({ subnetId: "subnet-1" })],
    ["a subnet beside a template", instance({ launchTemplate: { id: "lt-1" }, subnetId: "subnet-1" })],
    [
      "a subnet of the template's interface",
      [
        template({ id: "lt-1", networkInterfaces: [{ subnetId: "subnet-1" }] }),
        instance({ launchTemplate: { id: "lt-1" } }),
      ],
    ],
    [
      "one of a template by its name, before subnets are known",
      [
        template({ name: "own", networkInterfaces: [{}, { subnetId: UNKNOWN }] }),
        instance({ launchTemplate: { name: "own" } }),
      ],
    ],
    [
      "one of a template that is not known yet",
      [
        template({ networkInterfaces: [{ subnetId: "subnet-1" }] }),
        instance({ launchTemplate: { id: UNKNOWN } }),
      ],
    ],
    ["a fleet's subnets", templates("fleet:Fleet", [{ subnetId: "subnet-1" }, { subnetId: "subnet-2" }])],
    ["those of a spot fleet", templates("spotFleetRequest:SpotFleetRequest", [{ subnetId: "subnet-1" }])],
    ["an interface's subnet", spot({ networkInterfaces: [{ networkInterfaceId: "eni-1" }] })],
    [
      "an interface's subnet, newly written",
      instance({ primaryNetworkInterface: { networkInterfaceId: "eni-1" } }),
    ],
    ["a spot fleet's subnet", fleet({ subnetId: "subnet-1" })],
    ["a group's subnets", scaling({ vpcZoneIdentifiers: ["subnet-1"] })],
    ["a group in a VPC", group("vpc-1")],
  ],
  refuses: [
    ["the default VPC", resource("aws:ec2/defaultVpc:DefaultVpc", {}), PART],
    ["a default subnet", resource("aws:ec2/defaultSubnet:DefaultSubnet", {}), PART],
    ["an instance anywhere", instance({}), NO_SUBNET],
    ["a spot instance anywhere", spot({}), NO_SUBNET],
    ["an instance without a subnet's name", instance({ subnetId: "" }), NO_SUBNET.replace("absent", '""')],
    ["an instance with no interface in a list", instance({ networkInterfaces: [] }), NO_SUBNET],
    [
      "a spot fleet's second machine",
      fleet({ subnetId: "subnet-1" }, {}),
      "it: launchSpecifications[1].subnetId is absent; wanted a subnet of the stack's own.",
    ],
    ["a template, which may name no subnet", instance({ launchTemplate: { id: "lt-1" } }), NO_SUBNET],
    [
      "a template without a subnet",
      [
        template({ id: "lt-1", networkInterfaces: [{ deviceIndex: 0 }] }),
        instance({ launchTemplate: { id: "lt-1" } }),
      ],
      NO_SUBNET,
    ],
    [
      "another template's subnet",
      [
        template({ id: "lt-2", networkInterfaces: [{ subnetId: "subnet-1" }] }),
        instance({ launchTemplate: { id: "lt-1" } }),
      ],
      NO_SUBNET,
    ],
    ["a fleet anywhere", templates("fleet:Fleet", undefined), NO_OVERRIDE],
    ["a fleet with no override in a list", templates("fleet:Fleet", []), NO_OVERRIDE],
    [
      "a spot fleet, in part anywhere",
      templates("spotFleetRequest:SpotFleetRequest", [
        { subnetId: "subnet-1" },
        { instanceType: "g5.xlarge" },
      ]),
      NO_OVERRIDE.replace("overrides[0]", "overrides[1]"),
    ],
    ["DHCP of the default VPC", resource("aws:ec2/defaultVpcDhcpOptions:DefaultVpcDhcpOptions", {}), PART],
    [
      "an Auto Scaling group in some zones",
      scaling({ availabilityZones: ["eu-central-1a"] }),
      "it: vpcZoneIdentifiers is absent; wanted subnets of the stack's own.",
    ],
    [
      "an Auto Scaling group in no subnet",
      scaling({ vpcZoneIdentifiers: [] }),
      "it: vpcZoneIdentifiers is []; wanted subnets of the stack's own.",
    ],
    ["a group anywhere", group(undefined), "it: vpcId is absent; wanted a VPC of the stack's own."],
  ],
  unknown: [
    ["a subnet", instance({ subnetId: UNKNOWN }), "it: subnetId"],
    ["a group's subnets", scaling({ vpcZoneIdentifiers: UNKNOWN }), "it: vpcZoneIdentifiers"],
    [
      "a spot fleet's machines",
      resource("aws:ec2/spotFleetRequest:SpotFleetRequest", { launchSpecifications: UNKNOWN }),
      "it: launchSpecifications",
    ],
    ["a VPC", group(UNKNOWN), "it: vpcId"],
    ["a fleet's overrides", templates("fleet:Fleet", UNKNOWN), "it: launchTemplateConfigs[0].overrides"],
  ],
});
