import { UNKNOWN, type Value } from "../../../policies/core/value";
import { resource } from "../../support/policy";
import { describeRule } from "../../support/rule-table";

const GROUP = "aws:ec2/securityGroup:SecurityGroup";
const HTTPS = { protocol: "tcp", fromPort: 443, toPort: 443, cidrBlocks: ["0.0.0.0/0"] };
const group = (name: string, props: Record<string, Value>) => resource(GROUP, props, name);
const single = (securityGroupId: Value, type = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule") =>
  resource(
    type,
    { securityGroupId, ipProtocol: "tcp", fromPort: 80, toPort: 80, cidrIpv4: "0.0.0.0/0" },
    "single",
  );
const mixed = (name: string) =>
  `single is "beside the inline rules of ${name}"; wanted one way to write a group's rules.`;

describeRule("sg-no-mixed-rules", {
  passes: [
    ["only inline rules", group("a", { ingress: [HTTPS] })],
    ["only rules of their own", [group("a", {}), single("sg-1")]],
    [
      "an inline group beside another group's rule",
      [group("a", { id: "sg-2", ingress: [HTTPS] }), single("sg-1")],
    ],
    [
      "a group whose rules AWS reports back",
      [group("a", { id: "sg-1", egress: [{ ...HTTPS, fromPort: 80, toPort: 80 }] }), single("sg-1")],
    ],
  ],
  refuses: [
    [
      "both, by id",
      [group("a", { id: "sg-1", ingress: [HTTPS] }), group("b", {}), single("sg-1")],
      mixed("a"),
    ],
    ["both, before ids are known", [group("a", { ingress: [HTTPS] }), single(UNKNOWN)], mixed("a")],
    ["both, in a plan", [group("a", { egress: [HTTPS] }), single("sg-1")], mixed("a")],
    [
      "both, with the older resource",
      [group("a", { egress: [HTTPS] }), single("sg-1", "aws:ec2/securityGroupRule:SecurityGroupRule")],
      mixed("a"),
    ],
    [
      "any of two groups",
      [group("a", { egress: [HTTPS] }), group("b", { egress: [HTTPS] }), single("sg-1")],
      mixed("a or b"),
    ],
    [
      "a group whose rule has one range more than AWS reports back",
      [
        group("a", {
          id: "sg-1",
          egress: [{ ...HTTPS, fromPort: 80, toPort: 80, cidrBlocks: ["0.0.0.0/0", "::/0"] }],
        }),
        single("sg-1"),
      ],
      mixed("a"),
    ],
    [
      "a group with more than AWS reports back",
      [group("a", { id: "sg-1", egress: [{ ...HTTPS, toPort: UNKNOWN }] }), single("sg-1")],
      mixed("a"),
    ],
  ],
  unknown: [
    [
      "whose rule it is",
      [group("a", { ingress: [HTTPS] }), group("b", {}), single(UNKNOWN)],
      "single: securityGroupId",
    ],
  ],
});
