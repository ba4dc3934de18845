import { UNKNOWN, type Value } from "../../../policies/core/value";
import { resource } from "../../support/policy";
import { describeRule } from "../../support/rule-table";

const egress = (props: Record<string, Value>) =>
  resource("aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule", props);

const GROUP = "aws:ec2/securityGroup:SecurityGroup";
const out = (ipProtocol: Value, fromPort: Value, toPort: Value, cidrIpv4: Value = "0.0.0.0/0") =>
  egress({ ipProtocol, fromPort, toPort, cidrIpv4 });
const found = (path: string, value: string) =>
  `it: ${path} is "${value}"; wanted tcp 443, tcp 80, tcp 53, udp 53, udp 123, udp 443, or a network of at most /16 or /56.`;

describeRule("sg-egress-restricted", {
  passes: [
    ["HTTPS", out("tcp", 443, 443)],
    ["NTP", out("17", "123", "123")],
    ["any port within a VPC", out("-1", 0, 0, "10.77.0.0/16")],
    ["any port within an IPv6 network", egress({ ipProtocol: "-1", cidrIpv6: "2001:db8::/56" })],
    ["another group", egress({ ipProtocol: "-1", referencedSecurityGroupId: "sg-1" })],
    ["a way in", resource(GROUP, { ingress: [{ protocol: "-1", cidrBlocks: ["0.0.0.0/0"] }] })],
  ],
  refuses: [
    ["everything", out("-1", 443, 443), found("cidrIpv4", "0.0.0.0/0 on all 0-65535")],
    ["a range of ports", out("tcp", 80, 443), found("cidrIpv4", "0.0.0.0/0 on tcp 80-443")],
    ["SMTP to a /15", out("tcp", 25, 25, "10.0.0.0/15"), found("cidrIpv4", "10.0.0.0/15 on tcp 25-25")],
    [
      "a miner's port to IPv6",
      egress({ ipProtocol: "tcp", fromPort: 3333, toPort: 3333, cidrIpv6: "2000::/3" }),
      found("cidrIpv6", "2000::/3 on tcp 3333-3333"),
    ],
    [
      "a prefix list on any port",
      egress({ ipProtocol: "-1", prefixListId: "pl-1" }),
      found("prefixListId", "pl-1 on all 0-65535"),
    ],
    ["what is no range", out("tcp", 25, 25, "anywhere"), found("cidrIpv4", "anywhere on tcp 25-25")],
    [
      "half the world inline",
      resource(GROUP, {
        egress: [{ protocol: -1, fromPort: 0, toPort: 0, cidrBlocks: ["0.0.0.0/1", "128.0.0.0/1"] }],
      }),
      [
        found("egress[0].cidrBlocks[0]", "0.0.0.0/1 on all 0-65535"),
        found("egress[0].cidrBlocks[1]", "128.0.0.0/1 on all 0-65535"),
      ],
    ],
  ],
  unknown: [
    [
      "a prefix list on an odd port",
      egress({ ipProtocol: "tcp", fromPort: 25, toPort: 25, prefixListId: UNKNOWN }),
      "it: prefixListId",
    ],
    ["a range on an odd port", out("tcp", 25, 25, UNKNOWN), "it: cidrIpv4"],
    ["a port to everyone", out("tcp", UNKNOWN, 443), "it: cidrIpv4"],
    ["a protocol to everyone", out(UNKNOWN, 443, 443), "it: cidrIpv4"],
    ["the rules", resource(GROUP, { egress: UNKNOWN }), "it: egress"],
  ],
});
