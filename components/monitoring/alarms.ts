import type * as pulumi from "@pulumi/pulumi";
import { DIMENSION, type MetricName, NAMESPACE } from "./layout";

/** An alarm, in the words of CloudWatch. */
export interface Alarm {
  /** Its own part of the alarm's name. */
  readonly name: string;
  /** What is wrong and what to do, for whoever gets the mail. */
  readonly description: string;
  readonly namespace: string;
  readonly metric: string;
  readonly dimensions: Readonly<Record<string, pulumi.Input<string>>>;
  readonly statistic: "Maximum" | "Minimum";
  readonly comparison: "GreaterThanThreshold" | "GreaterThanOrEqualToThreshold" | "LessThanThreshold";
  readonly threshold: number;
  readonly periodSeconds: number;
  /** Periods in a row. */
  readonly periods: number;
  readonly missing: "breaching" | "notBreaching";
}

/** Percent from which a disk is too full. */
export const DISK_PERCENT = 85;
/** Days before the end of a certificate that is not renewed yet. */
export const CERTIFICATE_DAYS = 21;

/** The alarms that come from the meter. */
interface OwnAlarm extends Omit<Alarm, "namespace" | "metric" | "dimensions" | "missing"> {
  readonly metric: MetricName;
}

/**
 * The alarms of a stack.
 *
 * @param sleeps whether the machine is stopped on purpose at times: silence is then no alarm
 * @param instanceId of the machine
 */
export function alarms(stack: string, instanceId: pulumi.Input<string>, sleeps: boolean): readonly Alarm[] {
  const own = (alarm: OwnAlarm): Alarm => ({
    ...alarm,
    namespace: NAMESPACE,
    dimensions: { [DIMENSION]: stack },
    missing: "notBreaching",
  });
  return [
    {
      ...own({
        name: "gateway-down",
        description:
          "The gateway has not answered for 5 minutes, or nothing was measured. Look at the containers: docker ps --all.",
        metric: "GatewayUp",
        statistic: "Maximum",
        comparison: "LessThanThreshold",
        threshold: 1,
        periodSeconds: 60,
        periods: 5,
      }),
      missing: sleeps ? "notBreaching" : "breaching",
    },
    own({
      name: "comfyui-down",
      description:
        "ComfyUI has not told its queue for 15 minutes. See docker logs of its container; the watcher may keep it stopped.",
      metric: "ComfyUiUp",
      statistic: "Maximum",
      comparison: "LessThanThreshold",
      threshold: 1,
      periodSeconds: 300,
      periods: 3,
    }),
    own({
      name: "watcher-alert",
      description:
        "The watcher found what should not be: a foreign process, changed code, a pickle, refused connections, or a GPU at work with an empty queue. See docker logs of the watcher.",
      metric: "WatcherAlerts",
      statistic: "Maximum",
      comparison: "GreaterThanThreshold",
      threshold: 0,
      periodSeconds: 60,
      periods: 1,
    }),
    own({
      name: "disk-full",
      description: `A disk is ${DISK_PERCENT} % full. Remove outputs or models, or grow the volume: docs/operations.md.`,
      metric: "DiskUsed",
      statistic: "Maximum",
      comparison: "GreaterThanOrEqualToThreshold",
      threshold: DISK_PERCENT,
      periodSeconds: 300,
      periods: 1,
    }),
    own({
      name: "certificate-expires",
      description: `The served certificate ends within ${CERTIFICATE_DAYS} days and was not renewed. See docker logs of the certificate container, or run pulumi up with certificate private-ca.`,
      metric: "CertificateDays",
      statistic: "Minimum",
      comparison: "LessThanThreshold",
      threshold: CERTIFICATE_DAYS,
      periodSeconds: 300,
      periods: 1,
    }),
    {
      name: "machine-impaired",
      description:
        "EC2's own checks of the machine fail: stop it and start it again, which moves it elsewhere.",
      namespace: "AWS/EC2",
      metric: "StatusCheckFailed",
      dimensions: { InstanceId: instanceId },
      statistic: "Maximum",
      comparison: "GreaterThanThreshold",
      threshold: 0,
      periodSeconds: 60,
      periods: 5,
      // A stopped machine has no checks.
      missing: "notBreaching",
    },
  ];
}
