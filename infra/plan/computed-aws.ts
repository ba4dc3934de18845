import { createHash } from "node:crypto";
import type { Properties } from "../embedded/values";

/** What AWS would answer, made up in its true form; the same for the same name. */
export interface AwsAnswers {
  /** Id and computed properties of a resource. */
  resource(type: string, name: string, inputs: Properties): { id: string; outputs: Properties };
  /** Result of a function of the provider; undefined for one that is not known. */
  function(token: string, args: Properties): Properties | undefined;
}

/** An account number that AWS keeps for examples. */
const ACCOUNT = "123456789012";

/** What an id of a type begins with; others are known by their name. */
const ID_PREFIXES: Readonly<Record<string, string>> = {
  "aws:ebs/volume:Volume": "vol",
  "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": "sg",
  "aws:ec2/eip:Eip": "eipalloc",
  "aws:ec2/eipAssociation:EipAssociation": "eipassoc",
  "aws:ec2/flowLog:FlowLog": "fl",
  "aws:ec2/instance:Instance": "i",
  "aws:ec2/internetGateway:InternetGateway": "igw",
  "aws:ec2/routeTable:RouteTable": "rtb",
  "aws:ec2/routeTableAssociation:RouteTableAssociation": "rtbassoc",
  "aws:ec2/securityGroup:SecurityGroup": "sg",
  "aws:ec2/subnet:Subnet": "subnet",
  "aws:ec2/vpc:Vpc": "vpc",
  "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": "sgr",
  "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": "sgr",
};

export function awsAnswers(region: string): AwsAnswers {
  const arn = (service: string, what: string, place = region) =>
    `arn:aws:${service}:${place}:${ACCOUNT}:${what}`;
  const special: Readonly<Record<string, (name: string, inputs: Properties) => Properties>> = {
    "aws:cloudwatch/logGroup:LogGroup": (_, inputs) => ({ arn: arn("logs", `log-group:${inputs.name}`) }),
    "aws:ec2/eip:Eip": (name) => ({ publicIp: "198.51.100.10", allocationId: id("eipalloc", name) }),
    "aws:ec2/instance:Instance": (name, inputs) => ({
      arn: arn("ec2", `instance/${id("i", name)}`),
      ipv6Addresses: inputs.ipv6AddressCount === 1 ? ["2001:db8:77:7700::10"] : [],
    }),
    "aws:ec2/subnet:Subnet": (_, inputs) => ({ availabilityZone: inputs.availabilityZone ?? `${region}a` }),
    "aws:ec2/vpc:Vpc": () => ({ ipv6CidrBlock: "2001:db8:77:7700::/56" }),
    "aws:iam/role:Role": (name) => ({ arn: arn("iam", `role/${autoName(name)}`, "") }),
    "aws:kms/key:Key": (name) => ({ arn: arn("kms", `key/${uuid(name)}`), keyId: uuid(name) }),
  };
  const functions: Readonly<Record<string, (args: Properties) => Properties>> = {
    "aws:ebs/getEbsVolumes:getEbsVolumes": () => ({ ids: [] }),
    "aws:ec2/getInstances:getInstances": () => ({ ids: [] }),
    "aws:ec2/getInstanceTypeOfferings:getInstanceTypeOfferings": () => ({
      locations: [`${region}c`, `${region}a`],
    }),
    "aws:ec2/getSubnet:getSubnet": (args) => ({
      id: args.id,
      vpcId: id("vpc", String(args.id)),
      availabilityZone: `${region}a`,
    }),
    "aws:ec2/getVpc:getVpc": (args) => ({ id: args.id, cidrBlock: "10.0.0.0/16" }),
    "aws:index/getCallerIdentity:getCallerIdentity": () => ({ accountId: ACCOUNT }),
    "aws:index/getRegion:getRegion": () => ({ region }),
    "aws:ssm/getParameter:getParameter": (args) => ({ insecureValue: id("ami", String(args.name)) }),
  };
  return {
    resource: (type, name, inputs) => {
      const [, service = "", what = ""] = /^aws:(\w+)\/(\w+):/.exec(type) ?? [];
      const prefix = ID_PREFIXES[type];
      const own = inputs.name ?? autoName(name);
      const common = { arn: arn(service, `${what}/${own}`), name: own };
      return {
        id: prefix === undefined ? String(own) : id(prefix, name),
        outputs: { ...common, ...special[type]?.(name, inputs) },
      };
    },
    function: (token, args) => functions[token]?.(args),
  };
}

/** What Pulumi makes of a resource's name where the program gives none. */
function autoName(name: string): string {
  return `${name}-${hex(name, 7)}`;
}

function id(prefix: string, name: string): string {
  return `${prefix}-0${hex(name, 16)}`;
}

function uuid(name: string): string {
  return hex(name, 32).replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

function hex(seed: string, length: number): string {
  return createHash("sha256").update(seed).digest("hex").slice(0, length);
}
