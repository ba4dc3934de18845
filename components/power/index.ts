import * as iam from "@pulumi/aws/iam";
import * as scheduler from "@pulumi/aws/scheduler";
import * as pulumi from "@pulumi/pulumi";
import { startersPath } from "../gpu-vm/iam";
import { STACK_LABEL } from "../shared/engine";
import { type PolicyDocument, serviceTrust } from "../shared/iam";
import { cronExpression, type Schedule } from "./schedule";

/** Arguments of `PowerSchedule`. */
export interface PowerScheduleArgs {
  readonly stack: string;
  /** Id of the AWS account: nobody else's schedule may take the role. */
  readonly accountId: pulumi.Input<string>;
  /** The machine. */
  readonly instance: { readonly id: pulumi.Input<string>; readonly arn: pulumi.Input<string> };
  readonly schedule: Schedule;
}

/**
 * Starts and stops the machine by the clock.
 *
 * Creates a role that EventBridge Scheduler takes and that may start and stop this one instance and nothing else, and a
 * schedule for each of the two times that is given. Free of charge below 14 million calls a month.
 */
export class PowerSchedule extends pulumi.ComponentResource {
  constructor(name: string, args: PowerScheduleArgs, opts?: pulumi.ComponentResourceOptions) {
    super("comfy:index:PowerSchedule", name, {}, opts);
    const { stack, schedule } = args;
    const child = { parent: this };
    const tags = { [STACK_LABEL]: stack };
    const { start, stop, timeZone } = schedule;
    const actions = [
      ...(start === undefined ? [] : [{ action: "start", at: start, call: "startInstances" }]),
      ...(stop === undefined ? [] : [{ action: "stop", at: stop, call: "stopInstances" }]),
    ];

    const role = new iam.Role(
      `${name}-role`,
      {
        // By the path the key of the machine's disks knows the roles that may start it.
        path: startersPath(stack),
        description: `Starts and stops the machine of comfy-fortress stack ${stack}`,
        assumeRolePolicy: pulumi
          .output(args.accountId)
          .apply((accountId) => JSON.stringify(serviceTrust("scheduler.amazonaws.com", accountId))),
        tags,
      },
      child,
    );
    const policy = new iam.RolePolicy(
      `${name}-policy`,
      {
        role: role.name,
        policy: pulumi.output(args.instance.arn).apply((arn) =>
          JSON.stringify(
            powerPolicy(
              arn,
              actions.map(({ call }) => call),
            ),
          ),
        ),
      },
      child,
    );
    for (const { action, at, call } of actions) {
      new scheduler.Schedule(
        `${name}-${action}`,
        {
          name: `comfy-${stack}-${action}`,
          description: `Of comfy-fortress stack ${stack}: ${action} the machine`,
          scheduleExpression: cronExpression(at),
          scheduleExpressionTimezone: timeZone,
          flexibleTimeWindow: { mode: "OFF" },
          target: {
            arn: `arn:aws:scheduler:::aws-sdk:ec2:${call}`,
            roleArn: role.arn,
            input: pulumi.jsonStringify({ InstanceIds: [args.instance.id] }),
            // One that comes an hour late would stop a machine that somebody has just started.
            retryPolicy: { maximumEventAgeInSeconds: 300, maximumRetryAttempts: 5 },
          },
        },
        { ...child, dependsOn: policy },
      );
    }

    this.registerOutputs({});
  }
}

/** What the scheduler's role may do: the given calls on one instance. */
export function powerPolicy(instanceArn: string, calls: readonly string[]): PolicyDocument {
  return {
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Action: calls.map((call) => `ec2:${call[0]?.toUpperCase()}${call.slice(1)}`),
        Resource: instanceArn,
      },
    ],
  };
}
