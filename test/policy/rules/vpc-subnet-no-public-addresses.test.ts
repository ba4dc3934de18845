import { UNKNOWN, type Value } from "../../../policies/core/value";
import { resource } from "../../support/policy";
import { describeRule } from "../../support/rule-table";

const subnet = (props: Record<string, Value>) => resource("aws:ec2/subnet:Subnet", props);
const standard = (props: Record<string, Value>) => resource("aws:ec2/defaultSubnet:DefaultSubnet", props);
const found = (path: string, value: string) => `it: ${path} ${value}; wanted false.`;

describeRule("vpc-subnet-no-public-addresses", {
  passes: [
    ["none said", subnet({})],
    ["off", subnet({ mapPublicIpOnLaunch: false, assignIpv6AddressOnCreation: "false" })],
    ["off in the default subnet", standard({ mapPublicIpOnLaunch: false })],
  ],
  refuses: [
    ["IPv4", subnet({ mapPublicIpOnLaunch: true }), found("mapPublicIpOnLaunch", "is true")],
    ["IPv4 as text", subnet({ mapPublicIpOnLaunch: "true" }), found("mapPublicIpOnLaunch", 'is "true"')],
    ["IPv6", subnet({ assignIpv6AddressOnCreation: true }), found("assignIpv6AddressOnCreation", "is true")],
    [
      "IPv6 in the default subnet",
      standard({ mapPublicIpOnLaunch: false, assignIpv6AddressOnCreation: "true" }),
      found("assignIpv6AddressOnCreation", 'is "true"'),
    ],
    ["the default subnet's default", standard({}), found("mapPublicIpOnLaunch", "is absent")],
  ],
  unknown: [
    ["IPv6", subnet({ assignIpv6AddressOnCreation: UNKNOWN }), "it: assignIpv6AddressOnCreation"],
    ["it", subnet({ mapPublicIpOnLaunch: UNKNOWN }), "it: mapPublicIpOnLaunch"],
  ],
});
