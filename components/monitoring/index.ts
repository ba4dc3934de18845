import * as budgets from "@pulumi/aws/budgets";
import * as cloudwatch from "@pulumi/aws/cloudwatch";
import * as sns from "@pulumi/aws/sns";
import * as pulumi from "@pulumi/pulumi";
import { STACK_LABEL } from "../shared/engine";
import { alarms } from "./alarms";
import { renderDashboard } from "./dashboard";
import { topicPolicy } from "./key-policy";
import { alarmNames } from "./layout";

/** Arguments of `Monitoring`. */
export interface MonitoringArgs {
  readonly stack: string;
  /** Id of the AWS account, 12 digits. */
  readonly accountId: pulumi.Input<string>;
  /** Such as `us-east-1`. */
  readonly region: pulumi.Input<string>;
  /** Id of the machine. */
  readonly instanceId: pulumi.Input<string>;
  /** ARN of the key of `Logs`. */
  readonly keyArn: pulumi.Input<string>;
  /** Who gets alarms and budget warnings; must confirm by the link in the first mail. Nobody where absent. */
  readonly email?: string;
  /** US dollars that the whole AWS account may cost in a month before a mail is sent. Needs `email`; no budget where absent. */
  readonly monthlyBudgetUsd?: number;
  /** Whether the machine is stopped on purpose at times: when idle, or by a schedule. */
  readonly sleeps: boolean;
}

/** Percents of the budget at which a mail is sent: of what was spent, and of what the month is going to cost. */
const BUDGET_MARKS = [
  { notificationType: "ACTUAL", threshold: 80 },
  { notificationType: "ACTUAL", threshold: 100 },
  { notificationType: "FORECASTED", threshold: 100 },
];

/**
 * Tells by mail what is wrong, and shows how the stack fares.
 *
 * Creates an encrypted topic, with an email subscription where there is an address, the alarms, a dashboard and, where
 * asked for, a budget. About 4 dollars a month: 0.30 for each of 11 metrics, 0.10 for each of 6 alarms; dashboard and
 * budget are among the free ones.
 */
export class Monitoring extends pulumi.ComponentResource {
  /** ARN of the topic that the alarms publish to. */
  readonly topicArn: pulumi.Output<string>;

  constructor(name: string, args: MonitoringArgs, opts?: pulumi.ComponentResourceOptions) {
    super("comfy:index:Monitoring", name, {}, opts);
    const { stack, email, monthlyBudgetUsd, sleeps } = args;
    const region = pulumi.output(args.region);
    const child = { parent: this };
    const tags = { [STACK_LABEL]: stack };

    const topic = new sns.Topic(
      `${name}-topic`,
      {
        name: `comfy-${stack}-alarms`,
        displayName: `comfy-fortress ${stack}`.slice(0, 100),
        kmsMasterKeyId: args.keyArn,
        tags,
      },
      child,
    );
    const policy = new sns.TopicPolicy(
      `${name}-topic-policy`,
      {
        arn: topic.arn,
        policy: pulumi
          .all([args.accountId, region, topic.arn])
          .apply(([accountId, place, arn]) =>
            JSON.stringify(topicPolicy({ stack, accountId, region: place }, arn)),
          ),
      },
      child,
    );
    if (email !== undefined) {
      new sns.TopicSubscription(
        `${name}-email`,
        { topic: topic.arn, protocol: "email", endpoint: email },
        child,
      );
    }
    const made = alarms(stack, args.instanceId, sleeps).map(
      (alarm) =>
        new cloudwatch.MetricAlarm(
          `${name}-${alarm.name}`,
          {
            name: alarmNames(stack, alarm.name),
            alarmDescription: alarm.description,
            namespace: alarm.namespace,
            metricName: alarm.metric,
            dimensions: { ...alarm.dimensions },
            statistic: alarm.statistic,
            comparisonOperator: alarm.comparison,
            threshold: alarm.threshold,
            period: alarm.periodSeconds,
            evaluationPeriods: alarm.periods,
            treatMissingData: alarm.missing,
            alarmActions: [topic.arn],
            okActions: [topic.arn],
            tags,
          },
          { ...child, dependsOn: policy },
        ),
    );
    new cloudwatch.Dashboard(
      `${name}-dashboard`,
      {
        dashboardName: `comfy-${stack}`,
        dashboardBody: pulumi
          .all([region, pulumi.all(made.map(({ arn }) => arn))])
          .apply(([place, alarmArns]) => renderDashboard({ stack, region: place, alarmArns })),
      },
      child,
    );
    if (email !== undefined && monthlyBudgetUsd !== undefined) {
      new budgets.Budget(
        `${name}-budget`,
        {
          name: `comfy-${stack}`,
          budgetType: "COST",
          timeUnit: "MONTHLY",
          // Of the whole account: a filter by tag matches nothing before somebody activates the tag for billing.
          limitAmount: String(monthlyBudgetUsd),
          limitUnit: "USD",
          notifications: BUDGET_MARKS.map((mark) => ({
            ...mark,
            comparisonOperator: "GREATER_THAN",
            thresholdType: "PERCENTAGE",
            subscriberEmailAddresses: [email],
          })),
          tags,
        },
        child,
      );
    }

    this.topicArn = topic.arn;
    this.registerOutputs({ topicArn: this.topicArn });
  }
}
