import { Budgets, type Notification } from "@aws-sdk/client-budgets";
import { CloudWatch, type PutMetricAlarmCommandInput } from "@aws-sdk/client-cloudwatch";
import { CloudWatchLogs } from "@aws-sdk/client-cloudwatch-logs";
import { IAM } from "@aws-sdk/client-iam";
import { KMS } from "@aws-sdk/client-kms";
import { type CreateScheduleCommandInput, Scheduler } from "@aws-sdk/client-scheduler";
import { SNS } from "@aws-sdk/client-sns";
import * as pulumi from "@pulumi/pulumi";
import { Monitor, type Registered, type Registration } from "../../infra/embedded/monitor";
import { programIsQuiet, useMonitor } from "../../infra/embedded/sdk";
import { computed } from "../../infra/plan/computed";
import { MOTO_ACCOUNT, type MotoClient } from "./moto";

// biome-ignore lint/suspicious/noExplicitAny: inputs are whatever the resource type takes
type Inputs = any;
type Make = (inputs: Inputs, name: string) => Promise<Registered>;

/** What a program made, and the types of what it asked for that moto does not play. */
export interface Played {
  readonly resources: readonly Registration[];
  readonly unplayed: readonly string[];
}

/**
 * Runs a Pulumi program whose AWS resources are made in moto by the AWS SDK, each with the inputs that the provider
 * would get; what is made hands its true ids on to what comes after it. Nothing else is made: see `recordProgram`.
 * @throws the first refusal, naming the resource
 */
export async function playProgram(
  client: MotoClient,
  stack: string,
  program: () => unknown,
): Promise<Played> {
  const makers = makersFor(client);
  const resources: Registration[] = [];
  const unplayed = new Set<string>();
  let failure: Error | undefined;
  const register = async (registration: Registration): Promise<Registered> => {
    const { type, name, inputs } = registration;
    resources.push(registration);
    const make = makers[type];
    if (make === undefined) {
      if (type.startsWith("aws:")) unplayed.add(type);
      return computed(registration);
    }
    try {
      return await make(inputs, name);
    } catch (error) {
      failure ??= new Error(`${type} ${name}: ${(error as Error).name}: ${(error as Error).message}`);
      // What comes after it is of no interest any more.
      return computed(registration);
    }
  };
  pulumi.runtime.setAllConfig({});
  useMonitor(new Monitor("comfy-fortress", stack, register), "comfy-fortress", stack);
  await pulumi.runtime.runInPulumiStack(async () => program());
  await programIsQuiet();
  if (failure !== undefined) throw failure;
  return { resources, unplayed: [...unplayed].sort() };
}

/** How each type is made, as its provider does it. */
function makersFor(client: MotoClient): Readonly<Record<string, Make>> {
  const kms = new KMS(client);
  const logs = new CloudWatchLogs(client);
  const sns = new SNS(client);
  const cloudwatch = new CloudWatch(client);
  const iam = new IAM(client);
  const scheduler = new Scheduler(client);
  const budgets = new Budgets(client);

  return {
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
