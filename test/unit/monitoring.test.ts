import { describe, expect, it } from "vitest";
import { agentConfig, cloudwatchAgentHost } from "../../components/monitoring/agent";
import { alarms } from "../../components/monitoring/alarms";
import { renderDashboard } from "../../components/monitoring/dashboard";
import { keyPolicy, topicPolicy } from "../../components/monitoring/key-policy";
import { METRICS, RETENTION_DAYS } from "../../components/monitoring/layout";
import { METER_VOLUME, METRICS_FILE } from "../../components/power/layout";

const place = { stack: "prod", accountId: "123456789012", region: "eu-central-1" };

describe("the alarms", () => {
  const told = alarms("prod", "i-1", false);

  it("are those for the gateway, ComfyUI, the watcher, disks, the certificate and the machine", () => {
    const sentences = told.map(
      ({ name, statistic, metric, comparison, threshold, periods, periodSeconds }) =>
        `${name}: ${statistic} ${metric} ${comparison} ${threshold} for ${periods} x ${periodSeconds} s`,
    );
    expect(sentences).toEqual([
      "gateway-down: Maximum GatewayUp LessThanThreshold 1 for 5 x 60 s",
      "comfyui-down: Maximum ComfyUiUp LessThanThreshold 1 for 3 x 300 s",
      "watcher-alert: Maximum WatcherAlerts GreaterThanThreshold 0 for 1 x 60 s",
      "disk-full: Maximum DiskUsed GreaterThanOrEqualToThreshold 85 for 1 x 300 s",
      "certificate-expires: Minimum CertificateDays LessThanThreshold 21 for 1 x 300 s",
      "machine-impaired: Maximum StatusCheckFailed GreaterThanThreshold 0 for 5 x 60 s",
    ]);
  });

  it("look at metrics that are measured, of this stack, and at this machine", () => {
    for (const { namespace, metric, dimensions } of told) {
      if (namespace === "AWS/EC2") expect(dimensions).toEqual({ InstanceId: "i-1" });
      else expect([metric in METRICS, dimensions]).toEqual([true, { Stack: "prod" }]);
    }
  });

  it("take silence for a gateway that is down, unless the machine is stopped on purpose at times", () => {
    const missing = (sleeps: boolean) =>
      alarms("prod", "i-1", sleeps).flatMap(({ name, missing }) => (missing === "breaching" ? name : []));
    expect([missing(false), missing(true)]).toEqual([["gateway-down"], []]);
  });

  it("say what to do, in as many characters as CloudWatch takes", () => {
    for (const { description } of told) {
      expect(description.length).toBeLessThanOrEqual(1024);
      expect(description.split(". ").length, description).toBeGreaterThan(0);
    }
  });
});

describe("the key's policy", () => {
  it("lets CloudWatch Logs use it for the stack's groups, and no group of a stack with a longer name", () => {
    const logs = keyPolicy(place).Statement.find(({ Sid }) => Sid === "LogGroups");
    expect(logs?.Principal).toEqual({ Service: "logs.eu-central-1.amazonaws.com" });
    const group = "arn:aws:logs:eu-central-1:123456789012:log-group:/comfy-fortress/prod";
    expect(logs?.Condition).toEqual({
      ArnLike: { "kms:EncryptionContext:aws:logs:arn": [group, `${group}/*`] },
    });
  });

  it("lets only the stack's own alarms publish, on key and topic alike", () => {
    const topic = "arn:aws:sns:eu-central-1:123456789012:comfy-prod-alarms";
    const condition = {
      StringEquals: { "aws:SourceAccount": "123456789012" },
      ArnLike: { "aws:SourceArn": "arn:aws:cloudwatch:eu-central-1:123456789012:alarm:comfy-prod-*" },
    };
    const publishing = [...keyPolicy(place).Statement, ...topicPolicy(place, topic).Statement].filter(
      ({ Sid }) => Sid === "Alarms",
    );
    expect(publishing.map(({ Principal, Condition }) => [Principal, Condition])).toEqual([
      [{ Service: "cloudwatch.amazonaws.com" }, condition],
      [{ Service: "cloudwatch.amazonaws.com" }, condition],
    ]);
  });

  it("leaves the account in control", () => {
    expect(keyPolicy(place).Statement[0]).toMatchObject({
      Principal: { AWS: "arn:aws:iam::123456789012:root" },
      Action: "kms:*",
    });
  });
});

describe("the dashboard", () => {
  const { widgets } = JSON.parse(
    renderDashboard({ stack: "prod", region: "eu-central-1", alarmArns: ["arn:1", "arn:2"] }),
  );

  it("shows the alarms, every metric once, and the watcher's alerts", () => {
    expect(widgets[0].properties.alarms).toEqual(["arn:1", "arn:2"]);
    const shown = widgets.flatMap((widget: { properties: { metrics?: string[][] } }) =>
      (widget.properties.metrics ?? []).map(([namespace, metric, dimension, stack]) => {
        expect([namespace, dimension, stack]).toEqual(["ComfyFortress", "Stack", "prod"]);
        return metric;
      }),
    );
    expect([...shown].sort()).toEqual(Object.keys(METRICS).sort());
    expect(widgets.at(-1).properties.query).toContain("SOURCE '/comfy-fortress/prod'");
  });

  it("lays the widgets beside each other within 24 columns, none over another", () => {
    const taken = new Set<string>();
    for (const { x, y, width, height } of widgets) {
      expect(x + width).toBeLessThanOrEqual(24);
      for (let column = x; column < x + width; column++) {
        for (let row = y; row < y + height; row++) {
          expect(taken.has(`${column} ${row}`)).toBe(false);
          taken.add(`${column} ${row}`);
        }
      }
    }
  });
});

describe("the CloudWatch agent", () => {
  it("follows the meter's file and every container's, into the stack's log group", () => {
    const { agent, logs, ...others } = agentConfig(place);
    expect(others).toEqual({});
    expect(agent.region).toBe("eu-central-1");
    const list = logs.logs_collected.files.collect_list;
    expect(list.map(({ file_path }) => file_path)).toEqual([
      `/var/lib/docker/volumes/comfy-prod-${METER_VOLUME}/_data/${METRICS_FILE}`,
      "/var/lib/docker/containers/*/*-json.log",
    ]);
    expect(new Set(list.map(({ log_group_name }) => log_group_name))).toEqual(
      new Set(["/comfy-fortress/prod"]),
    );
  });

  it("is told to by a command that does not fail where there is no agent", () => {
    const { files, commands } = cloudwatchAgentHost(place);
    expect(JSON.parse(files[0]?.content ?? "")).toEqual(agentConfig(place));
    expect(commands).toHaveLength(1);
    expect(commands[0]).toContain(`-c file:${files[0]?.path}`);
    expect(commands[0]).toMatch(/^if \[ -x .*; else echo .*; fi$/);
  });
});

describe("retention times", () => {
  it("are 90 days or more, as the policies want", () => {
    expect(Math.min(...RETENTION_DAYS)).toBe(90);
  });
});
