import { Budgets, type Notification } from "@aws-sdk/client-budgets";
import { CloudWatch, type PutMetricAlarmCommandInput } from "@aws-sdk/client-cloudwatch";
import { CloudWatchLogs } from "@aws-sdk/client-cloudwatch-logs";
import {
  EC2,
  type IpPermission,
  type ResourceType,
  type RunInstancesCommandInput,
  type TagSpecification,
} from "@aws-sdk/client-ec2";
import { IAM } from "@aws-sdk/client-iam";
import { KMS } from "@aws-sdk/client-kms";
import { Route53, type RRType } from "@aws-sdk/client-route-53";
import { type CreateScheduleCommandInput, Scheduler } from "@aws-sdk/client-scheduler";
import { SNS } from "@aws-sdk/client-sns";
import * as pulumi from "@pulumi/pulumi";
import { Monitor, type Registered, type Registration } from "../../infra/embedded/monitor";
import { runProgram, useMonitor } from "../../infra/embedded/sdk";
import { computed } from "../../infra/plan/computed";
import { awsAnswers } from "../../infra/plan/computed-aws";
import { MOTO_ACCOUNT, type MotoClient } from "./moto";

// biome-ignore lint/suspicious/noExplicitAny: inputs are whatever the resource type takes
type Inputs = any;
type Make = (inputs: Inputs, name: string) => Promise<Registered>;

/** What a program made, and the types of what it asked for that moto does not play. */
export interface Played {
  readonly resources: readonly Registration[];
  readonly unplayed: readonly string[];
}

export interface PlayOptions {
  readonly stack: string;
  /** Full key to text. Defaults to none. */
  readonly config?: Readonly<Record<string, string>>;
  /** What the program is told to be the newest AMI. */
  readonly amiId?: string;
  /** The hosted zone that records are made in: moto's ids are not such as AWS's, which the settings insist on. */
  readonly zoneId?: string;
  readonly program: () => unknown;
}

/**
 * Runs a Pulumi program whose AWS resources are made in moto by the AWS SDK, each with the inputs that the provider
 * would get; what is made hands its true ids on to what comes after it. Nothing else is made: see `recordProgram`.
 * @throws the first refusal, naming the resource
 */
export async function playProgram(
  client: MotoClient,
  { stack, config = {}, amiId, zoneId, program }: PlayOptions,
): Promise<Played> {
  const makers = makersFor(client, zoneId);
  const answers = awsAnswers(client.region);
  const resources: Registration[] = [];
  const unplayed = new Set<string>();
  let failure: Error | undefined;
  const register = async (registration: Registration): Promise<Registered> => {
    const { type, name, inputs } = registration;
    resources.push(registration);
    const make = makers[type];
    if (make === undefined) {
      if (type.startsWith("aws:")) unplayed.add(type);
      return computed(registration, answers);
    }
    try {
      return await make(inputs, name);
    } catch (error) {
      failure ??= new Error(`${type} ${name}: ${(error as Error).name}: ${(error as Error).message}`);
      // What comes after it is of no interest any more.
      return computed(registration, answers);
    }
  };
  const functions: typeof answers.function = (token, args) =>
    amiId !== undefined && token === "aws:ssm/getParameter:getParameter"
      ? { insecureValue: amiId }
      : answers.function(token, args);
  pulumi.runtime.setAllConfig({ ...config });
  useMonitor(new Monitor("comfy-fortress", stack, register, functions), "comfy-fortress", stack);
  await runProgram(program);
  if (failure !== undefined) throw failure;
  return { resources, unplayed: [...unplayed].sort() };
}

/** How each type is made, as its provider does it. */
function makersFor(client: MotoClient, HostedZoneId: string | undefined): Readonly<Record<string, Make>> {
  const kms = new KMS(client);
  const logs = new CloudWatchLogs(client);
  const sns = new SNS(client);
  const cloudwatch = new CloudWatch(client);
  const iam = new IAM(client);
  const scheduler = new Scheduler(client);
  const budgets = new Budgets(client);
  const ec2 = new EC2(client);
  const route53 = new Route53(client);

  return {
    ...networkMakers(ec2),
    ...machineMakers(ec2, client),
    "aws:route53/record:Record": async ({ name, type, ttl, records }) => {
      await route53.changeResourceRecordSets({
        HostedZoneId,
        ChangeBatch: {
          Changes: [
            {
              Action: "CREATE",
              ResourceRecordSet: {
                ...{ Name: name, Type: type as RRType, TTL: ttl },
                ResourceRecords: records.map((Value: string) => ({ Value })),
              },
            },
          ],
        },
      });
      return { id: `${HostedZoneId}_${name}_${type}`, outputs: {} };
    },
    "aws:iam/instanceProfile:InstanceProfile": async ({ name, role, tags }, logicalName) => {
      const InstanceProfileName = name ?? `${logicalName}-1234567`;
      const { InstanceProfile } = await iam.createInstanceProfile({
        InstanceProfileName,
        Tags: tagList(tags),
      });
      await iam.addRoleToInstanceProfile({ InstanceProfileName, RoleName: role });
      return { id: InstanceProfileName, outputs: { name: InstanceProfileName, arn: InstanceProfile?.Arn } };
    },
    "aws:kms/key:Key": async ({ description, policy, tags, enableKeyRotation }) => {
      const { KeyMetadata } = await kms.createKey({
        Description: description,
        Policy: policy,
        Tags: Object.entries(tags ?? {}).map(([TagKey, TagValue]) => ({
          TagKey,
          TagValue: String(TagValue),
        })),
      });
      const id = KeyMetadata?.KeyId ?? "";
      if (enableKeyRotation) await kms.enableKeyRotation({ KeyId: id });
      return { id, outputs: { arn: KeyMetadata?.Arn, keyId: id } };
    },
    "aws:kms/alias:Alias": async ({ name, targetKeyId }) => {
      await kms.createAlias({ AliasName: name, TargetKeyId: targetKeyId });
      return { id: name, outputs: {} };
    },
    "aws:cloudwatch/logGroup:LogGroup": async ({ name, kmsKeyId, retentionInDays, tags }) => {
      await logs.createLogGroup({ logGroupName: name, kmsKeyId, tags });
      await logs.putRetentionPolicy({ logGroupName: name, retentionInDays });
      const arn = `arn:aws:logs:${client.region}:${MOTO_ACCOUNT}:log-group:${name}`;
      return { id: name, outputs: { arn } };
    },
    "aws:sns/topic:Topic": async ({ name, displayName, kmsMasterKeyId, tags }) => {
      const { TopicArn = "" } = await sns.createTopic({
        Name: name,
        Attributes: { DisplayName: displayName, KmsMasterKeyId: kmsMasterKeyId },
        Tags: tagList(tags),
      });
      return { id: TopicArn, outputs: { arn: TopicArn } };
    },
    "aws:sns/topicPolicy:TopicPolicy": async ({ arn, policy }) => {
      await sns.setTopicAttributes({ TopicArn: arn, AttributeName: "Policy", AttributeValue: policy });
      return { id: arn, outputs: {} };
    },
    "aws:sns/topicSubscription:TopicSubscription": async ({ topic, protocol, endpoint }) => {
      const { SubscriptionArn = "" } = await sns.subscribe({
        ...{ TopicArn: topic, Protocol: protocol, Endpoint: endpoint },
        ReturnSubscriptionArn: true,
      });
      return { id: SubscriptionArn, outputs: { arn: SubscriptionArn } };
    },
    "aws:cloudwatch/metricAlarm:MetricAlarm": async (inputs) => {
      await cloudwatch.putMetricAlarm({
        AlarmName: inputs.name,
        AlarmDescription: inputs.alarmDescription,
        Namespace: inputs.namespace,
        MetricName: inputs.metricName,
        Dimensions: Object.entries(inputs.dimensions).map(([Name, Value]) => ({
          Name,
          Value: String(Value),
        })),
        Statistic: inputs.statistic,
        ComparisonOperator: inputs.comparisonOperator,
        Threshold: inputs.threshold,
        Period: inputs.period,
        EvaluationPeriods: inputs.evaluationPeriods,
        TreatMissingData: inputs.treatMissingData,
        AlarmActions: inputs.alarmActions,
        OKActions: inputs.okActions,
        Tags: tagList(inputs.tags),
      } satisfies PutMetricAlarmCommandInput);
      const { MetricAlarms } = await cloudwatch.describeAlarms({ AlarmNames: [inputs.name] });
      return { id: inputs.name, outputs: { arn: MetricAlarms?.[0]?.AlarmArn } };
    },
    "aws:cloudwatch/dashboard:Dashboard": async ({ dashboardName, dashboardBody }) => {
      await cloudwatch.putDashboard({ DashboardName: dashboardName, DashboardBody: dashboardBody });
      return { id: dashboardName, outputs: {} };
    },
    "aws:budgets/budget:Budget": async (inputs) => {
      await budgets.createBudget({
        AccountId: MOTO_ACCOUNT,
        Budget: {
          BudgetName: inputs.name,
          BudgetType: inputs.budgetType,
          TimeUnit: inputs.timeUnit,
          BudgetLimit: { Amount: inputs.limitAmount, Unit: inputs.limitUnit },
        },
        NotificationsWithSubscribers: inputs.notifications.map((one: Inputs) => ({
          Notification: {
            NotificationType: one.notificationType,
            ComparisonOperator: one.comparisonOperator,
            Threshold: one.threshold,
            ThresholdType: one.thresholdType,
          } satisfies Notification,
          Subscribers: one.subscriberEmailAddresses.map((Address: string) => ({
            SubscriptionType: "EMAIL",
            Address,
          })),
        })),
      });
      return { id: `${MOTO_ACCOUNT}:${inputs.name}`, outputs: {} };
    },
    "aws:iam/role:Role": async ({ name, path, description, assumeRolePolicy, tags }, logicalName) => {
      const { Role } = await iam.createRole({
        RoleName: name ?? `${logicalName}-1234567`,
        Path: path,
        Description: description,
        AssumeRolePolicyDocument: assumeRolePolicy,
        Tags: tagList(tags),
      });
      return { id: Role?.RoleName ?? "", outputs: { arn: Role?.Arn, name: Role?.RoleName } };
    },
    "aws:iam/rolePolicy:RolePolicy": async ({ name, role, policy }, logicalName) => {
      const PolicyName = name ?? `${logicalName}-1234567`;
      await iam.putRolePolicy({ RoleName: role, PolicyName, PolicyDocument: policy });
      return { id: `${role}:${PolicyName}`, outputs: { name: PolicyName } };
    },
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": async ({ role, policyArn }) => {
      await iam.attachRolePolicy({ RoleName: role, PolicyArn: policyArn });
      return { id: `${role}/${policyArn}`, outputs: {} };
    },
    "aws:scheduler/schedule:Schedule": async (inputs) => {
      const { target } = inputs;
      const { ScheduleArn = "" } = await scheduler.createSchedule({
        Name: inputs.name,
        Description: inputs.description,
        ScheduleExpression: inputs.scheduleExpression,
        ScheduleExpressionTimezone: inputs.scheduleExpressionTimezone,
        FlexibleTimeWindow: { Mode: inputs.flexibleTimeWindow.mode },
        Target: {
          Arn: target.arn,
          RoleArn: target.roleArn,
          Input: target.input,
          RetryPolicy: {
            MaximumEventAgeInSeconds: target.retryPolicy.maximumEventAgeInSeconds,
            MaximumRetryAttempts: target.retryPolicy.maximumRetryAttempts,
          },
        },
      } satisfies CreateScheduleCommandInput);
      return { id: inputs.name, outputs: { arn: ScheduleArn } };
    },
  };
}

function tagList(tags: Record<string, string> = {}): { Key: string; Value: string }[] {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}

function networkMakers(ec2: EC2): Readonly<Record<string, Make>> {
  return {
    "aws:ec2/vpc:Vpc": async (inputs) => {
      const { Vpc } = await ec2.createVpc({
        CidrBlock: inputs.cidrBlock,
        AmazonProvidedIpv6CidrBlock: inputs.assignGeneratedIpv6CidrBlock,
        TagSpecifications: tagged("vpc", inputs),
      });
      const VpcId = Vpc?.VpcId ?? "";
      await ec2.modifyVpcAttribute({ VpcId, EnableDnsSupport: { Value: inputs.enableDnsSupport } });
      await ec2.modifyVpcAttribute({ VpcId, EnableDnsHostnames: { Value: inputs.enableDnsHostnames } });
      const ipv6CidrBlock = Vpc?.Ipv6CidrBlockAssociationSet?.[0]?.Ipv6CidrBlock;
      return { id: VpcId, outputs: { cidrBlock: inputs.cidrBlock, ipv6CidrBlock } };
    },
    "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": async ({ vpcId, ingress, egress }) => {
      const { SecurityGroups } = await ec2.describeSecurityGroups({
        Filters: [
          { Name: "vpc-id", Values: [vpcId] },
          { Name: "group-name", Values: ["default"] },
        ],
      });
      const group = SecurityGroups?.[0];
      const GroupId = group?.GroupId ?? "";
      if (ingress.length === 0 && group?.IpPermissions?.length) {
        await ec2.revokeSecurityGroupIngress({ GroupId, IpPermissions: group.IpPermissions });
      }
      if (egress.length === 0 && group?.IpPermissionsEgress?.length) {
        await ec2.revokeSecurityGroupEgress({ GroupId, IpPermissions: group.IpPermissionsEgress });
      }
      return { id: GroupId, outputs: {} };
    },
    "aws:ec2/subnet:Subnet": async (inputs) => {
      const { Subnet } = await ec2.createSubnet({
        VpcId: inputs.vpcId,
        CidrBlock: inputs.cidrBlock,
        Ipv6CidrBlock: inputs.ipv6CidrBlock,
        AvailabilityZone: inputs.availabilityZone,
        TagSpecifications: tagged("subnet", inputs),
      });
      return {
        id: Subnet?.SubnetId ?? "",
        outputs: { arn: Subnet?.SubnetArn, availabilityZone: Subnet?.AvailabilityZone },
      };
    },
    "aws:ec2/internetGateway:InternetGateway": async (inputs) => {
      const { InternetGateway } = await ec2.createInternetGateway({
        TagSpecifications: tagged("internet-gateway", inputs),
      });
      const InternetGatewayId = InternetGateway?.InternetGatewayId ?? "";
      await ec2.attachInternetGateway({ InternetGatewayId, VpcId: inputs.vpcId });
      return { id: InternetGatewayId, outputs: {} };
    },
    "aws:ec2/routeTable:RouteTable": async (inputs) => {
      const { RouteTable } = await ec2.createRouteTable({
        VpcId: inputs.vpcId,
        TagSpecifications: tagged("route-table", inputs),
      });
      return { id: RouteTable?.RouteTableId ?? "", outputs: {} };
    },
    "aws:ec2/route:Route": async ({ routeTableId, gatewayId, ...to }, name) => {
      await ec2.createRoute({
        RouteTableId: routeTableId,
        GatewayId: gatewayId,
        DestinationCidrBlock: to.destinationCidrBlock,
        DestinationIpv6CidrBlock: to.destinationIpv6CidrBlock,
      });
      return { id: `r-${routeTableId}-${name}`, outputs: {} };
    },
    "aws:ec2/routeTableAssociation:RouteTableAssociation": async ({ routeTableId, subnetId }) => {
      const { AssociationId = "" } = await ec2.associateRouteTable({
        RouteTableId: routeTableId,
        SubnetId: subnetId,
      });
      return { id: AssociationId, outputs: {} };
    },
    "aws:ec2/flowLog:FlowLog": async (inputs) => {
      const { FlowLogIds, Unsuccessful } = await ec2.createFlowLogs({
        ResourceIds: [inputs.vpcId],
        ResourceType: "VPC",
        TrafficType: inputs.trafficType,
        LogDestinationType: inputs.logDestinationType,
        LogDestination: inputs.logDestination,
        DeliverLogsPermissionArn: inputs.iamRoleArn,
        TagSpecifications: tagged("vpc-flow-log", inputs),
      });
      const refusal = Unsuccessful?.[0]?.Error;
      if (refusal) throw Object.assign(new Error(refusal.Message), { name: refusal.Code });
      return { id: FlowLogIds?.[0] ?? "", outputs: {} };
    },
    "aws:ec2/securityGroup:SecurityGroup": async ({ name, description, vpcId, ...inputs }, logicalName) => {
      const { GroupId = "" } = await ec2.createSecurityGroup({
        GroupName: name ?? `${logicalName}-1234567`,
        Description: description,
        VpcId: vpcId,
        TagSpecifications: tagged("security-group", inputs),
      });
      // As the provider does: AWS lets everything out of a new group.
      await ec2.revokeSecurityGroupEgress({
        GroupId,
        IpPermissions: [{ IpProtocol: "-1", IpRanges: [{ CidrIp: "0.0.0.0/0" }] }],
      });
      return { id: GroupId, outputs: {} };
    },
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": async (inputs, name) => {
      await ec2.authorizeSecurityGroupIngress({
        GroupId: inputs.securityGroupId,
        IpPermissions: [permission(inputs)],
      });
      return { id: `sgr-${name}`, outputs: {} };
    },
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": async (inputs, name) => {
      await ec2.authorizeSecurityGroupEgress({
        GroupId: inputs.securityGroupId,
        IpPermissions: [permission(inputs)],
      });
      return { id: `sgr-${name}`, outputs: {} };
    },
  };
}

function machineMakers(ec2: EC2, { region }: MotoClient): Readonly<Record<string, Make>> {
  return {
    "aws:ec2/instance:Instance": async (inputs) => {
      const { metadataOptions, rootBlockDevice } = inputs;
      const { Instances } = await ec2.runInstances({
        ...{ MinCount: 1, MaxCount: 1, ImageId: inputs.ami, InstanceType: inputs.instanceType },
        NetworkInterfaces: [
          {
            DeviceIndex: 0,
            SubnetId: inputs.subnetId,
            Groups: inputs.vpcSecurityGroupIds,
            AssociatePublicIpAddress: inputs.associatePublicIpAddress,
            Ipv6AddressCount: inputs.ipv6AddressCount,
          },
        ],
        IamInstanceProfile: { Name: inputs.iamInstanceProfile },
        MetadataOptions: {
          HttpEndpoint: metadataOptions.httpEndpoint,
          HttpTokens: metadataOptions.httpTokens,
          HttpPutResponseHopLimit: metadataOptions.httpPutResponseHopLimit,
          HttpProtocolIpv6: metadataOptions.httpProtocolIpv6,
          InstanceMetadataTags: metadataOptions.instanceMetadataTags,
        },
        BlockDeviceMappings: [
          {
            DeviceName: "/dev/sda1",
            Ebs: {
              VolumeType: rootBlockDevice.volumeType,
              VolumeSize: rootBlockDevice.volumeSize,
              Encrypted: rootBlockDevice.encrypted,
              KmsKeyId: rootBlockDevice.kmsKeyId,
              DeleteOnTermination: rootBlockDevice.deleteOnTermination,
            },
          },
        ],
        EbsOptimized: inputs.ebsOptimized,
        Monitoring: { Enabled: inputs.monitoring },
        UserData: Buffer.from(inputs.userData).toString("base64"),
        InstanceInitiatedShutdownBehavior: inputs.instanceInitiatedShutdownBehavior,
        DisableApiTermination: inputs.disableApiTermination,
        TagSpecifications: tagged("instance", inputs),
      } satisfies RunInstancesCommandInput);
      const { InstanceId = "", Ipv6Address } = Instances?.[0] ?? {};
      const arn = `arn:aws:ec2:${region}:${MOTO_ACCOUNT}:instance/${InstanceId}`;
      // moto gives none without an association of its own.
      return { id: InstanceId, outputs: { arn, ipv6Addresses: [Ipv6Address ?? "2001:db8::10"] } };
    },
    "aws:ebs/volume:Volume": async (inputs) => {
      const { VolumeId = "" } = await ec2.createVolume({
        AvailabilityZone: inputs.availabilityZone,
        Size: inputs.size,
        VolumeType: inputs.type,
        Encrypted: inputs.encrypted,
        KmsKeyId: inputs.kmsKeyId,
        TagSpecifications: tagged("volume", inputs),
      });
      return { id: VolumeId, outputs: {} };
    },
    "aws:ec2/volumeAttachment:VolumeAttachment": async ({ deviceName, instanceId, volumeId }) => {
      await ec2.attachVolume({ Device: deviceName, InstanceId: instanceId, VolumeId: volumeId });
      return { id: `vai-${volumeId}`, outputs: {} };
    },
    "aws:ec2/eip:Eip": async ({ domain, ...inputs }) => {
      const { AllocationId = "", PublicIp } = await ec2.allocateAddress({
        Domain: domain,
        TagSpecifications: tagged("elastic-ip", inputs),
      });
      return { id: AllocationId, outputs: { allocationId: AllocationId, publicIp: PublicIp } };
    },
    "aws:ec2/eipAssociation:EipAssociation": async ({ allocationId, instanceId }) => {
      const { AssociationId = "" } = await ec2.associateAddress({
        AllocationId: allocationId,
        InstanceId: instanceId,
      });
      return { id: AssociationId, outputs: {} };
    },
  };
}

function permission(inputs: Inputs): IpPermission {
  const { description: Description } = inputs;
  return {
    ...{ IpProtocol: inputs.ipProtocol, FromPort: inputs.fromPort, ToPort: inputs.toPort },
    ...(inputs.cidrIpv4 && { IpRanges: [{ CidrIp: inputs.cidrIpv4, Description }] }),
    ...(inputs.cidrIpv6 && { Ipv6Ranges: [{ CidrIpv6: inputs.cidrIpv6, Description }] }),
  };
}

function tagged(type: ResourceType, { tags }: Inputs): TagSpecification[] {
  return [{ ResourceType: type, Tags: tagList(tags) }];
}
