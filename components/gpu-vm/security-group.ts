import * as ec2 from "@pulumi/aws/ec2";
import * as vpc from "@pulumi/aws/vpc";
import type * as pulumi from "@pulumi/pulumi";
import { canonicalCidr } from "../gateway/nginx/cidr";
import { awsTags } from "../shared/tags";

/** Who reaches the machine, and where it is. */
export interface Reach {
  /** IPv4 and IPv6 addresses and ranges that may reach the gateway. */
  readonly allowedCidrs: readonly string[];
  /** The same for SSH. */
  readonly adminCidrs: readonly string[];
  /** Whether the machine has an IPv6 address. */
  readonly ipv6: boolean;
  /** IPv4 range of its VPC, where the resolver is. */
  readonly vpcCidr: pulumi.Input<string>;
}

/** One line of the security group: one port, one peer. */
export interface Rule {
  /** Part of the resource's name. */
  readonly suffix: string;
  readonly direction: "ingress" | "egress";
  readonly protocol: "tcp" | "udp";
  readonly port: number;
  readonly family: 4 | 6;
  /** Range in EC2's own spelling. */
  readonly cidr: pulumi.Input<string>;
  readonly description: string;
}

/** Amazon's clock, the same address in every VPC. */
const CLOCK = "169.254.169.123/32";

/**
 * Every rule of the machine's security group. In come clients and administrators, each range by a rule of its own; out go
 * HTTPS and HTTP to everywhere (packages, models, the certificate authority, AWS; Debian's and Ubuntu's archives are
 * signed and served in the clear), names to the VPC's resolver and time to Amazon's clock: a resolver or a clock
 * elsewhere would be a way out for what has broken in.
 */
export function securityGroupRules({ allowedCidrs, adminCidrs, ipv6, vpcCidr }: Reach): Rule[] {
  const everywhere = ipv6 ? ["0.0.0.0/0", "::/0"] : ["0.0.0.0/0"];
  const to = { direction: "egress", family: 4 } as const;
  return [
    ...from(allowedCidrs, "https", 443, "Clients of the gateway"),
    ...from(adminCidrs, "ssh", 22, "Administrators, and Pulumi on their behalf"),
    ...everywhere.flatMap((cidr): Rule[] => {
      const common = { direction: "egress", protocol: "tcp", family: familyOf(cidr), cidr } as const;
      return [
        {
          ...common,
          suffix: `https-to-${slug(cidr)}`,
          port: 443,
          description: "Packages, models, certificates, AWS",
        },
        { ...common, suffix: `http-to-${slug(cidr)}`, port: 80, description: "Signed package archives" },
      ];
    }),
    { ...to, suffix: "dns", protocol: "udp", port: 53, cidr: vpcCidr, description: "Resolver of the VPC" },
    {
      ...to,
      suffix: "dns-tcp",
      protocol: "tcp",
      port: 53,
      cidr: vpcCidr,
      description: "Resolver of the VPC",
    },
    { ...to, suffix: "ntp", protocol: "udp", port: 123, cidr: CLOCK, description: "Amazon Time Sync" },
  ];
}

function from(cidrs: readonly string[], what: string, port: number, description: string): Rule[] {
  return [...new Set(cidrs.map(canonicalCidr))].map((cidr) => ({
    suffix: `${what}-from-${slug(cidr)}`,
    direction: "ingress",
    protocol: "tcp",
    port,
    family: familyOf(cidr),
    cidr,
    description,
  }));
}

function familyOf(cidr: string): 4 | 6 {
  return cidr.includes(":") ? 6 : 4;
}

/** A range as part of a resource's name, where `::` would divide a URN. */
function slug(cidr: string): string {
  return cidr.replaceAll(":", "-").replace("/", "_");
}

/** The machine's security group, and what must be there before the machine needs the network. */
export interface SecurityGroup {
  readonly id: pulumi.Output<string>;
  readonly rules: readonly pulumi.Resource[];
}

/** Makes the security group, with each rule as a resource of its own. */
export function securityGroup(
  name: string,
  args: Reach & { readonly stack: string; readonly vpcId: pulumi.Input<string> },
  opts: pulumi.CustomResourceOptions,
): SecurityGroup {
  const { stack, vpcId } = args;
  const group = new ec2.SecurityGroup(
    `${name}-security-group`,
    { vpcId, description: `Gateway of comfy-fortress stack ${stack}`, tags: awsTags(stack, "vm") },
    opts,
  );
  const rules = securityGroupRules(args).map(
    ({ suffix, direction, protocol, port, family, cidr, description }) => {
      const Rule = direction === "ingress" ? vpc.SecurityGroupIngressRule : vpc.SecurityGroupEgressRule;
      const rule = {
        securityGroupId: group.id,
        ipProtocol: protocol,
        fromPort: port,
        toPort: port,
        ...(family === 6 ? { cidrIpv6: cidr } : { cidrIpv4: cidr }),
        description,
        tags: awsTags(stack, suffix),
      };
      return new Rule(`${name}-${suffix}`, rule, opts);
    },
  );
  return { id: group.id, rules };
}
