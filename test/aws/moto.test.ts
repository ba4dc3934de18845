/**
 * Needs Python with venv, and PyPI once. Shows that AWS, as moto plays it, takes what the program asks for: each resource
 * is made by the AWS SDK with the inputs that Pulumi's provider would get. What moto does not check, such as whether a
 * role's rights suffice, is not shown.
 */

import { readFileSync } from "node:fs";
import { Budgets } from "@aws-sdk/client-budgets";
import { CloudWatch } from "@aws-sdk/client-cloudwatch";
import { CloudWatchLogs } from "@aws-sdk/client-cloudwatch-logs";
import { IAM } from "@aws-sdk/client-iam";
import { KMS } from "@aws-sdk/client-kms";
import { Scheduler } from "@aws-sdk/client-scheduler";
import { SNS } from "@aws-sdk/client-sns";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Backup } from "../../components/backup";
import { Monitoring } from "../../components/monitoring";
import { Logs } from "../../components/monitoring/logs";
import { PowerSchedule } from "../../components/power";
import type { PolicyDocument } from "../../components/shared/iam";
import { planJson } from "../../infra/plan/print";
import { CATALOGUE } from "../../policies/catalogue";
import { readStack } from "../../policies/cli/read-stack";
import { evaluate } from "../../policies/core/evaluate";
import { readConfig, SHIPPED_CONFIG } from "../../policies/core/shipped-config";
import { MOTO_ACCOUNT, Moto } from "../support/moto";
import { type Played, playProgram } from "../support/moto-engine";

const accountId = MOTO_ACCOUNT;
const region = "us-east-1";
const stack = "prod";
const instance = {
  id: "i-0123456789abcdef0",
  arn: `arn:aws:ec2:${region}:${accountId}:instance/i-0123456789abcdef0`,
};

/** What is made around the machine. */
function dayTwo(): void {
  const logs = new Logs("logs", { stack, accountId, region, retentionDays: 90 });
  new PowerSchedule("power-schedule", {
    ...{ stack, accountId, instance },
    schedule: { start: "MON-FRI 08:00", stop: "20:30", timeZone: "Europe/Berlin" },
  });
  new Monitoring("monitoring", {
    ...{ stack, accountId, region, instanceId: instance.id, keyArn: logs.keyArn },
    ...{ email: "ops@example.com", monthlyBudgetUsd: 300, sleeps: true },
  });
  new Backup("backup", {
    stack,
    accountId,
    dataVolumeTag: { key: "comfy-fortress.volume", value: "prod-data" },
  });
}

let moto: Moto;
let played: Played;

beforeAll(async () => {
  moto = await Moto.start();
  played = await playProgram(moto.client, { stack, program: dayTwo });
}, 180_000);
afterAll(() => moto?.stop());

describe("AWS takes what is made around the machine", () => {
  it("all of it, but for the snapshots, which moto does not know", () => {
    expect(played.unplayed).toEqual(["aws:dlm/lifecyclePolicy:LifecyclePolicy"]);
    expect(played.resources.length).toBeGreaterThan(20);
  });

  it("a rotated key with the policy, and a log group that is encrypted with it and forgets", async () => {
    const { logGroups } = await new CloudWatchLogs(moto.client).describeLogGroups({});
    expect(logGroups).toMatchObject([{ logGroupName: "/comfy-fortress/prod", retentionInDays: 90 }]);
    const KeyId = logGroups?.[0]?.kmsKeyId;
    const kms = new KMS(moto.client);
    expect(await kms.getKeyRotationStatus({ KeyId })).toMatchObject({ KeyRotationEnabled: true });
    const { Policy = "" } = await kms.getKeyPolicy({ KeyId, PolicyName: "default" });
    expect((JSON.parse(Policy) as PolicyDocument).Statement.map(({ Sid }) => Sid)).toEqual([
      "Account",
      "LogGroups",
      "Alarms",
    ]);
  });

  it("an encrypted topic for the alarms, a subscription, and alarms that publish there", async () => {
    const sns = new SNS(moto.client);
    const { Topics } = await sns.listTopics({});
    const TopicArn = Topics?.[0]?.TopicArn ?? "";
    const { Attributes } = await sns.getTopicAttributes({ TopicArn });
    expect(Attributes?.KmsMasterKeyId).toMatch(/^arn:aws:kms:/);
    const { Subscriptions } = await sns.listSubscriptionsByTopic({ TopicArn });
    expect(Subscriptions).toMatchObject([{ Protocol: "email", Endpoint: "ops@example.com" }]);
    const { MetricAlarms = [] } = await new CloudWatch(moto.client).describeAlarms({});
    expect(MetricAlarms.map(({ AlarmName }) => AlarmName).sort()).toEqual(
      [
        "certificate-expires",
        "comfyui-down",
        "disk-full",
        "gateway-down",
        "machine-impaired",
        "watcher-alert",
      ].map((name) => `comfy-prod-${name}`),
    );
    for (const { AlarmActions, OKActions } of MetricAlarms) {
      expect([AlarmActions, OKActions]).toEqual([[TopicArn], [TopicArn]]);
    }
  });

  it("a dashboard that shows those alarms", async () => {
    const { DashboardBody = "" } = await new CloudWatch(moto.client).getDashboard({
      DashboardName: "comfy-prod",
    });
    const { widgets } = JSON.parse(DashboardBody);
    expect(widgets[0].properties.alarms).toHaveLength(6);
    expect(widgets[0].properties.alarms[0]).toBe(
      `arn:aws:cloudwatch:us-east-1:${accountId}:alarm:comfy-prod-gateway-down`,
    );
  });

  it("two schedules of this machine alone, by a role that may do no more", async () => {
    const scheduler = new Scheduler(moto.client);
    const start = await scheduler.getSchedule({ Name: "comfy-prod-start" });
    expect(start).toMatchObject({
      ScheduleExpression: "cron(0 8 ? * MON-FRI *)",
      ScheduleExpressionTimezone: "Europe/Berlin",
      Target: {
        Arn: "arn:aws:scheduler:::aws-sdk:ec2:startInstances",
        Input: `{"InstanceIds":["${instance.id}"]}`,
      },
    });
    const stop = await scheduler.getSchedule({ Name: "comfy-prod-stop" });
    expect(stop).toMatchObject({ ScheduleExpression: "cron(30 20 ? * * *)" });
    const iam = new IAM(moto.client);
    const RoleName = start.Target?.RoleArn?.split("/").at(-1) ?? "";
    const { PolicyNames } = await iam.listRolePolicies({ RoleName });
    const { PolicyDocument = "" } = await iam.getRolePolicy({ RoleName, PolicyName: PolicyNames?.[0] });
    expect(JSON.parse(decodeURIComponent(PolicyDocument)).Statement).toEqual([
      { Effect: "Allow", Action: ["ec2:StartInstances", "ec2:StopInstances"], Resource: instance.arn },
    ]);
  });

  it("a budget with three marks", async () => {
    const budgets = new Budgets(moto.client);
    const { Notifications } = await budgets.describeNotificationsForBudget({
      ...{ AccountId: accountId, BudgetName: "comfy-prod" },
    });
    expect(Notifications).toHaveLength(3);
  });
});

describe("the policies", () => {
  it("find nothing against what is made around the machine", () => {
    const stackRead = readStack(planJson(played.resources));
    const config = readConfig(readFileSync(SHIPPED_CONFIG, "utf8"), Object.keys(CATALOGUE));
    const outcomes = evaluate(CATALOGUE, stackRead, config, "2026-11-24");
    const found = outcomes.flatMap(({ id, violations }) =>
      violations.map(({ resource, path }) => `${id}: ${resource.name} ${path}`),
    );
    expect(found).toEqual([]);
    expect(outcomes.length).toBeGreaterThan(50);
  });
});

describe("AWS, as moto plays it, refuses", () => {
  const args = { stack: "other", accountId, region };
  it.each<[string, () => unknown, RegExp]>([
    ["a second stack of the same name", dayTwo, /: \w*(AlreadyExists|Duplicate|Conflict)\w*: /],
    [
      "rights on what is no resource",
      () =>
        new PowerSchedule("power", {
          ...args,
          instance: { ...instance, arn: instance.id },
          schedule: { stop: "20:30", timeZone: "UTC" },
        }),
      /power-policy: MalformedPolicyDocument/,
    ],
  ])("%s", async (_, program, refusal) => {
    await expect(playProgram(moto.client, { stack, program })).rejects.toThrow(refusal);
  });
});
