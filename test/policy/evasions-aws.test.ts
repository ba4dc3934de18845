import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import type { Resource } from "../../policies/core/resource";
import type { Value } from "../../policies/core/value";
import { configuration, fleet, instance, spot, template } from "../support/machines";
import { look, resource } from "../support/policy";

type Evasion = readonly [rule: string, how: string, resources: Resource | Resource[]];

const inline = (...ingress: Value[]) => resource("aws:ec2/securityGroup:SecurityGroup", { ingress });
const tcp = (port: Value, ...cidrBlocks: Value[]): Record<string, Value> => ({
  protocol: "tcp",
  fromPort: port,
  toPort: port,
  cidrBlocks,
});
const older = (props: Record<string, Value>) =>
  resource("aws:ec2/securityGroupRule:SecurityGroupRule", { type: "ingress", ...props });
const newer = (props: Record<string, Value>, name = "it") =>
  resource("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", props, name);
const allow = (Action: Value, Resource: Value = "*", type = "aws:iam/rolePolicy:RolePolicy") =>
  resource(type, { policy: JSON.stringify({ Statement: { Effect: "Allow", Action, Resource } }) });
const trust = (Principal: Value) =>
  resource("aws:iam/role:Role", { assumeRolePolicy: { Statement: [{ Effect: "Allow", Principal }] } });
const base64 = (text: string | Buffer) => Buffer.from(text).toString("base64");
const TOKEN = "hf_abcdefghijklmnopqrstuvwxyz012345";
const WORLD = "sg-no-world-ingress";
const PORTS = "sg-ingress-only-443-and-22";
const SSH = "sg-ssh-only-from-narrow-ranges";
const IMDS = "ec2-imdsv2-required";
const DISKS = "ebs-encrypted";
const DATA = "ec2-no-secrets-in-user-data";
const PUBLIC = "ec2-no-public-address";
const RIGHTS = "iam-no-privilege-escalation";

const EVASIONS: Evasion[] = [
  [WORLD, "two halves", inline(tcp(443, "0.0.0.0/1", "128.0.0.0/1"))],
  [WORLD, "four quarters", inline(tcp(443, "0.0.0.0/2", "64.0.0.0/2", "128.0.0.0/2", "192.0.0.0/2"))],
  [WORLD, "IPv6 with a zero", inline({ ...tcp(443), ipv6CidrBlocks: ["0::/0"] })],
  [
    WORLD,
    "IPv6 in full",
    inline({ ...tcp(443), ipv6CidrBlocks: ["0000:0000:0000:0000:0000:0000:0000:0000/0"] }),
  ],
  [WORLD, "IPv4 mapped into IPv6", inline({ ...tcp(443), ipv6CidrBlocks: ["::ffff:0:0/96"] })],
  [WORLD, "bits beyond the prefix", inline(tcp(443, "1.2.3.4/0"))],
  [WORLD, "IPv6 in the IPv4 list", inline(tcp(443, "::/0"))],
  [
    WORLD,
    "a single rule in place of a list",
    resource("aws:ec2/securityGroup:SecurityGroup", { ingress: tcp(443, "0.0.0.0/0") }),
  ],
  [
    WORLD,
    "halves in two resources",
    [
      newer(
        { securityGroupId: "sg", cidrIpv4: "0.0.0.0/1", fromPort: 443, toPort: 443, ipProtocol: "tcp" },
        "a",
      ),
      newer(
        { securityGroupId: "sg", cidrIpv4: "128.0.0.0/1", fromPort: 443, toPort: 443, ipProtocol: "6" },
        "b",
      ),
    ],
  ],
  ["sg-no-prefix-list", "a managed prefix list", newer({ prefixListId: "pl-1" })],
  [PORTS, "all ports", inline({ ...tcp(0), toPort: 65535 })],
  [PORTS, "22 to 443", inline({ ...tcp(22), toPort: 443 })],
  [PORTS, "protocol -1 with port 443", older({ protocol: "-1", fromPort: 443, toPort: 443 })],
  [PORTS, "protocol -1 as a number", older({ protocol: -1, fromPort: 443, toPort: 443 })],
  [PORTS, "protocol all", newer({ ipProtocol: "all", fromPort: 443, toPort: 443 })],
  [PORTS, "protocol 17", newer({ ipProtocol: "17", fromPort: 443, toPort: 443 })],
  [PORTS, "8188 by protocol 6", newer({ ipProtocol: "6", fromPort: "8188", toPort: "8188" })],
  [PORTS, "no ports at all", newer({ ipProtocol: "tcp" })],
  [
    PORTS,
    "the default group",
    resource("aws:ec2/defaultSecurityGroup:DefaultSecurityGroup", { ingress: [tcp(8188)] }),
  ],
  [
    PORTS,
    "among the group's own members",
    inline({ protocol: "tcp", fromPort: 8188, toPort: 8188, self: true }),
  ],
  [SSH, "22 within a range", inline({ ...tcp(1, "10.0.0.0/8"), toPort: 1024 })],
  [SSH, "a wide range for protocol -1", newer({ ipProtocol: "-1", cidrIpv4: "0.0.0.0/1" })],
  [
    SSH,
    "IPv6 wider than /64",
    newer({ ipProtocol: "tcp", fromPort: 22, toPort: 22, cidrIpv6: "2001:db8::/48" }),
  ],
  [
    "sg-egress-restricted",
    "everything out in halves",
    resource("aws:ec2/securityGroup:SecurityGroup", {
      egress: [{ protocol: "-1", cidrBlocks: ["0.0.0.0/1", "128.0.0.0/1"] }],
    }),
  ],
  [
    "sg-egress-restricted",
    "the older resource",
    older({ type: "egress", protocol: "all", cidrBlocks: ["0.0.0.0/0"] }),
  ],
  [
    "sg-default-shut",
    "a default group with its members let in",
    resource("aws:ec2/defaultSecurityGroup:DefaultSecurityGroup", { ingress: [{ self: true }] }),
  ],
  [IMDS, "no options", instance({})],
  [IMDS, "options on the template only", instance({ launchTemplate: { id: "lt-1" } })],
  [IMDS, "a template without", template({ metadataOptions: {} })],
  [IMDS, "a spot request", spot({ metadataOptions: { httpTokens: "optional" } })],
  [IMDS, "a launch configuration", configuration({})],
  [IMDS, "a spot fleet", fleet({})],
  ["ec2-imds-hop-limit", "two hops as text", template({ metadataOptions: { httpPutResponseHopLimit: "2" } })],
  ["ec2-imds-ipv6-off", "on in a template", template({ metadataOptions: { httpProtocolIpv6: "enabled" } })],
  [DISKS, "undefined on a volume", resource("aws:ebs/volume:Volume", {})],
  [
    DISKS,
    "a template's second disk",
    template({ blockDeviceMappings: [{ ebs: { encrypted: "true" } }, { ebs: {} }] }),
  ],
  [DISKS, "a root disk that nobody names", spot({})],
  [DISKS, "false as text", template({ blockDeviceMappings: [{ ebs: { encrypted: "false" } }] })],
  [DISKS, "a spot fleet", fleet({ ebsBlockDevices: [{ encrypted: true }] })],
  ["ebs-own-key", "AWS's key by its alias", resource("aws:ebs/volume:Volume", { kmsKeyId: "alias/aws/ebs" })],
  ["ec2-ami-pinned", "an SSM parameter", template({ imageId: "resolve:ssm:/x" })],
  [PUBLIC, "left to the subnet", instance({})],
  [
    PUBLIC,
    "in a template's interface as text",
    template({ networkInterfaces: [{ associatePublicIpAddress: "true" }] }),
  ],
  [PUBLIC, "an IPv6 address", instance({ associatePublicIpAddress: false, ipv6AddressCount: "1" })],
  [PUBLIC, "an Elastic IP", resource("aws:ec2/eip:Eip", {})],
  ["vpc-no-default", "no subnet named", instance({})],
  [
    "vpc-subnet-no-public-addresses",
    "true as text",
    resource("aws:ec2/subnet:Subnet", { mapPublicIpOnLaunch: "true" }),
  ],
  [DATA, "base64 in base64", instance({ userDataBase64: base64(base64(TOKEN)) })],
  [DATA, "gzip in base64", instance({ userDataBase64: base64(gzipSync(TOKEN)) })],
  [DATA, "a template", template({ userData: base64(`token: ${TOKEN}`) })],
  [DATA, "an argument of a command", instance({ userData: `echo ${base64(TOKEN)} | base64 -d > /root/t` })],
  [DATA, "hexadecimal", instance({ userData: `echo ${Buffer.from(TOKEN).toString("hex")} | xxd -r -p` })],
  [DATA, "quoted-printable", instance({ userData: `hf_abcdefghijklm=\nnopqrstuvwxyz012345` })],
  [DATA, "a password in a URL", instance({ userData: "git clone https://me:hunter22@git.example/x" })],
  [DATA, "chpasswd", instance({ userData: "echo ubuntu:hunter22 | chpasswd" })],
  [DATA, "a launch configuration", configuration({ userData: "export HF_TOKEN=abcdefgh1" })],
  [DATA, "a spot fleet", fleet({ userData: "password: hunter22" })],
  ["iam-no-star-star", "lists", allow(["s3:Get*", "*"], ["*"])],
  ["iam-no-star-star", "star by another name", allow("*:*")],
  ["iam-no-star-star", "a group's policy", allow("*", "*", "aws:iam/groupPolicy:GroupPolicy")],
  ["iam-no-star-star", "a user's policy", allow("**", "*", "aws:iam/userPolicy:UserPolicy")],
  [
    "iam-no-inverted-elements",
    "NotAction",
    resource("aws:iam/policy:Policy", {
      policy: '{"Statement":{"Effect":"Allow","NotAction":"iam:*","Resource":"*"}}',
    }),
  ],
  [
    "iam-no-inverted-elements",
    "NotResource",
    resource("aws:iam/policy:Policy", {
      policy: { Statement: [{ Effect: "Allow", Action: "*", NotResource: "x" }] },
    }),
  ],
  [
    "iam-no-wildcard-resource",
    "an ARN of wildcards",
    allow("ec2:TerminateInstances", "arn:aws:ec2:*:*:instance/*"),
  ],
  ["iam-no-wildcard-resource", "a question mark", allow("ec2:TerminateInstances", "?*")],
  ["iam-no-wildcard-resource", "a verb cut short", allow("dynamodb:?utItem")],
  [RIGHTS, "iam:*", allow("iam:*", "arn:aws:iam::1:role/x")],
  [RIGHTS, "any case", allow("IAM:PASSROLE")],
  [RIGHTS, "a question mark", allow("iam:PassRol?")],
  [RIGHTS, "a service cut short", allow("ia*", "arn:aws:iam::1:role/x")],
  [
    RIGHTS,
    "an inline policy of a role",
    resource("aws:iam/role:Role", {
      inlinePolicies: [{ policy: '{"Statement":[{"Action":["iam:PutRolePolicy"],"Resource":"x"}]}' }],
    }),
  ],
  ["iam-trust-known-services", "everyone in a list", trust({ AWS: ["*"] })],
  ["iam-trust-known-services", "everyone", trust("*")],
  [
    "iam-no-broad-managed-policy",
    "a role's own list",
    resource("aws:iam/role:Role", { managedPolicyArns: ["arn:aws:iam::aws:policy/AdministratorAccess"] }),
  ],
  [
    "iam-no-broad-managed-policy",
    "the exclusive attachment",
    resource("aws:iam/rolePolicyAttachmentsExclusive:RolePolicyAttachmentsExclusive", {
      policyArns: ["arn:aws:iam::aws:policy/IAMFullAccess"],
    }),
  ],
  [
    "route53-only-acme-challenge",
    "a pattern for the change",
    allow("route53:Change*", "arn:aws:route53:::hostedzone/Z1"),
  ],
  [
    "route53-only-acme-challenge",
    "no condition",
    allow("route53:ChangeResourceRecordSets", "arn:aws:route53:::hostedzone/Z1"),
  ],
  [
    "kms-key-policy",
    "everyone, if the account is said",
    resource("aws:kms/keyPolicy:KeyPolicy", {
      policy: {
        Statement: [
          { Principal: { AWS: "*" }, Condition: { StringEqualsIfExists: { "kms:CallerAccount": "1" } } },
        ],
      },
    }),
  ],
  ["kms-rotation", "left out", resource("aws:kms/key:Key", {})],
];

describe("evasions of the rules about AWS", () => {
  it.each(EVASIONS)("%s catches: %s", (rule, _, resources) => {
    const { violations } = look(rule, ...[resources].flat());
    expect(violations).not.toEqual([]);
  });
});
