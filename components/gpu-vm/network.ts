import * as cloudwatch from "@pulumi/aws/cloudwatch";
import * as ec2 from "@pulumi/aws/ec2";
import * as iam from "@pulumi/aws/iam";
import * as pulumi from "@pulumi/pulumi";
import { serviceTrust } from "../shared/iam";
import { awsTags } from "../shared/tags";
import { flowLogsPolicy } from "./iam";

/** Where a machine stands. */
export interface Network {
  readonly vpcId: pulumi.Output<string>;
  /** IPv4 range of the VPC. */
  readonly vpcCidr: pulumi.Output<string>;
  readonly subnetId: pulumi.Output<string>;
  readonly availabilityZone: pulumi.Output<string>;
  /** What must be there before a machine in it reaches the internet. */
  readonly ways: readonly pulumi.Resource[];
}

/** Arguments of `ownNetwork`. */
export interface OwnNetworkArgs {
  readonly stack: string;
  /** Id of the AWS account, 12 digits. */
  readonly accountId: pulumi.Input<string>;
  /** Type of the machine, which not every zone has. */
  readonly instanceType: string;
  /** Defaults to the first zone that has the type; it is held from then on. */
  readonly availabilityZone?: string;
  /** Where the flow logs go. */
  readonly logs: FlowLogsArgs;
}

/** How flow logs are kept. */
export interface FlowLogsArgs {
  /** Name of their log group. */
  readonly groupName: string;
  /** ARN of the key that they are encrypted with. */
  readonly keyArn: pulumi.Input<string>;
  readonly retentionDays: number;
}

/** Room for what one machine needs, out of the way of Docker's networks (172.16.0.0/12) and most offices'. */
const RANGE = "10.77.0.0/24";

/**
 * A VPC with one public subnet, IPv4 and IPv6, an internet gateway, and flow logs. Nothing gets a public address by
 * itself, and the default security group lets nothing through. VPC, subnet and gateway cost nothing.
 */
export function ownNetwork(name: string, args: OwnNetworkArgs, opts: pulumi.CustomResourceOptions): Network {
  const { stack, instanceType, availabilityZone } = args;
  const network = new ec2.Vpc(
    `${name}-vpc`,
    {
      cidrBlock: RANGE,
      assignGeneratedIpv6CidrBlock: true,
      enableDnsSupport: true,
      enableDnsHostnames: true,
      tags: awsTags(stack, "vpc"),
    },
    opts,
  );
  new ec2.DefaultSecurityGroup(
    `${name}-default-security-group`,
    { vpcId: network.id, ingress: [], egress: [], tags: awsTags(stack, "shut") },
    opts,
  );
  const subnet = new ec2.Subnet(
    `${name}-subnet`,
    {
      vpcId: network.id,
      cidrBlock: RANGE,
      // AWS gives a VPC a /56; a subnet is a /64 of it.
      ipv6CidrBlock: network.ipv6CidrBlock.apply((range) => range.replace(/\/56$/, "/64")),
      availabilityZone: availabilityZone ?? firstZoneWith(instanceType),
      mapPublicIpOnLaunch: false,
      assignIpv6AddressOnCreation: false,
      tags: awsTags(stack, "subnet"),
    },
    // Another zone means another subnet, and volumes do not move: what was chosen once is held.
    { ...opts, ...(availabilityZone === undefined && { ignoreChanges: ["availabilityZone"] }) },
  );
  const gateway = new ec2.InternetGateway(
    `${name}-internet-gateway`,
    { vpcId: network.id, tags: awsTags(stack, "internet-gateway") },
    opts,
  );
  const routes = new ec2.RouteTable(
    `${name}-route-table`,
    { vpcId: network.id, tags: awsTags(stack, "routes") },
    opts,
  );
  const way = { routeTableId: routes.id, gatewayId: gateway.id };
  const ways = [
    new ec2.Route(`${name}-route-ipv4`, { ...way, destinationCidrBlock: "0.0.0.0/0" }, opts),
    new ec2.Route(`${name}-route-ipv6`, { ...way, destinationIpv6CidrBlock: "::/0" }, opts),
    new ec2.RouteTableAssociation(
      `${name}-route-table-association`,
      { subnetId: subnet.id, routeTableId: routes.id },
      opts,
    ),
  ];
  flowLogs(name, { ...args, vpcId: network.id }, opts);
  return {
    vpcId: network.id,
    vpcCidr: network.cidrBlock,
    subnetId: subnet.id,
    availabilityZone: subnet.availabilityZone,
    ways,
  };
}

/** A subnet of somebody else's, who answers for its routes and its flow logs. */
export function existingNetwork(subnetId: string): Network {
  const subnet = ec2.getSubnetOutput({ id: subnetId });
  return {
    vpcId: subnet.vpcId,
    vpcCidr: ec2.getVpcOutput({ id: subnet.vpcId }).cidrBlock,
    subnetId: subnet.id,
    availabilityZone: subnet.availabilityZone,
    ways: [],
  };
}

function firstZoneWith(instanceType: string): pulumi.Output<string> {
  const offerings = ec2.getInstanceTypeOfferingsOutput({
    locationType: "availability-zone",
    filters: [{ name: "instance-type", values: [instanceType] }],
  });
  return offerings.locations.apply((zones) => firstZone(zones, instanceType));
}

/**
 * The zone to put a machine into.
 * @param zones those of the region that have the type
 * @throws where there is none
 */
export function firstZone(zones: readonly string[], instanceType: string): string {
  const [first] = [...zones].sort();
  if (first === undefined) {
    throw new Error(
      `vm.instanceType: no zone of this region has "${instanceType}". Choose another type, or another aws:region.`,
    );
  }
  return first;
}

function flowLogs(
  name: string,
  { stack, accountId, logs, vpcId }: OwnNetworkArgs & { readonly vpcId: pulumi.Input<string> },
  opts: pulumi.CustomResourceOptions,
): void {
  const tags = awsTags(stack, "flow-logs");
  const group = new cloudwatch.LogGroup(
    `${name}-flow-log-group`,
    { name: logs.groupName, retentionInDays: logs.retentionDays, kmsKeyId: logs.keyArn, tags },
    opts,
  );
  const role = new iam.Role(
    `${name}-flow-log-role`,
    {
      description: `Writes the flow logs of comfy-fortress stack ${stack}`,
      assumeRolePolicy: pulumi
        .output(accountId)
        .apply((id) => JSON.stringify(serviceTrust("vpc-flow-logs.amazonaws.com", id))),
      tags,
    },
    opts,
  );
  const policy = new iam.RolePolicy(
    `${name}-flow-log-policy`,
    { role: role.id, policy: group.arn.apply((arn) => JSON.stringify(flowLogsPolicy(arn))) },
    opts,
  );
  new ec2.FlowLog(
    `${name}-flow-log`,
    {
      vpcId,
      trafficType: "ALL",
      logDestinationType: "cloud-watch-logs",
      logDestination: group.arn,
      iamRoleArn: role.arn,
      tags,
    },
    { ...opts, dependsOn: policy },
  );
}
