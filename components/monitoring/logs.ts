import * as cloudwatch from "@pulumi/aws/cloudwatch";
import * as kms from "@pulumi/aws/kms";
import * as pulumi from "@pulumi/pulumi";
import { STACK_LABEL } from "../shared/engine";
import { keyPolicy } from "./key-policy";
import { logGroupName } from "./layout";

/** Arguments of `Logs`. */
export interface LogsArgs {
  readonly stack: string;
  /** Id of the AWS account, 12 digits. */
  readonly accountId: pulumi.Input<string>;
  /** Such as `us-east-1`. */
  readonly region: pulumi.Input<string>;
  /** How long lines are kept, in days: one of `RETENTION_DAYS`. */
  readonly retentionDays: number;
}

/**
 * Where the machine's logs and measurements go.
 *
 * Creates a KMS key, with an alias, and a log group that is encrypted with it. The key serves every log group whose name
 * begins with this one's and a slash, and the topic of the stack's alarms. About 1 dollar a month for the key, 0.50 for
 * each GB of logs.
 */
export class Logs extends pulumi.ComponentResource {
  /** Name of the log group. */
  readonly groupName: string;
  readonly groupArn: pulumi.Output<string>;
  readonly keyArn: pulumi.Output<string>;

  constructor(name: string, args: LogsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("comfy:index:Logs", name, {}, opts);
    const { stack, accountId, region, retentionDays } = args;
    const child = { parent: this };
    const tags = { [STACK_LABEL]: stack };

    const key = new kms.Key(
      `${name}-key`,
      {
        description: `Logs and alarms of comfy-fortress stack ${stack}`,
        enableKeyRotation: true,
        deletionWindowInDays: 30,
        policy: pulumi
          .all([accountId, region])
          .apply(([account, place]) =>
            JSON.stringify(keyPolicy({ stack, accountId: account, region: place })),
          ),
        tags,
      },
      child,
    );
    new kms.Alias(`${name}-key-alias`, { name: `alias/comfy-${stack}-logs`, targetKeyId: key.id }, child);
    const group = new cloudwatch.LogGroup(
      `${name}-group`,
      { name: logGroupName(stack), retentionInDays: retentionDays, kmsKeyId: key.arn, tags },
      child,
    );

    this.groupName = logGroupName(stack);
    this.groupArn = group.arn;
    this.keyArn = key.arn;
    this.registerOutputs({ groupArn: this.groupArn, keyArn: this.keyArn });
  }
}
