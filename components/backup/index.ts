import * as dlm from "@pulumi/aws/dlm";
import * as iam from "@pulumi/aws/iam";
import * as pulumi from "@pulumi/pulumi";
import { STACK_LABEL } from "../shared/engine";
import { serviceTrust } from "../shared/iam";

/** Arguments of `Backup`. */
export interface BackupArgs {
  readonly stack: string;
  /** Id of the AWS account, 12 digits. */
  readonly accountId: pulumi.Input<string>;
  /** Tag by which the data volume is known. */
  readonly dataVolumeTag: { readonly key: string; readonly value: string };
  /** How many daily snapshots are kept. Defaults to 7. */
  readonly keep?: number;
}

/**
 * Snapshots of the data volume, one every night at 03:00 UTC.
 *
 * Creates a policy of the Data Lifecycle Manager, and a role that the manager alone takes. Snapshots hold what changed since the one before, about 0.05 dollars a GB and month;
 * they outlive the stack.
 */
export class Backup extends pulumi.ComponentResource {
  constructor(name: string, args: BackupArgs, opts?: pulumi.ComponentResourceOptions) {
    super("comfy:index:Backup", name, {}, opts);
    const { stack, dataVolumeTag, keep = 7 } = args;
    const child = { parent: this };
    const tags = { [STACK_LABEL]: stack };

    const role = new iam.Role(
      `${name}-role`,
      {
        description: `Snapshots the data volume of comfy-fortress stack ${stack}`,
        assumeRolePolicy: pulumi
          .output(args.accountId)
          .apply((accountId) => JSON.stringify(serviceTrust("dlm.amazonaws.com", accountId))),
        tags,
      },
      child,
    );
    // AWS's own: which rights the service needs for its snapshots is for AWS to say, and nobody but the service has them.
    const policy = new iam.RolePolicyAttachment(
      `${name}-policy`,
      {
        role: role.name,
        policyArn: "arn:aws:iam::aws:policy/service-role/AWSDataLifecycleManagerServiceRole",
      },
      child,
    );
    new dlm.LifecyclePolicy(
      `${name}-snapshots`,
      {
        description: `Daily snapshots of the data volume of comfy-fortress stack ${stack}`,
        executionRoleArn: role.arn,
        state: "ENABLED",
        policyDetails: {
          resourceTypes: ["VOLUME"],
          targetTags: { [dataVolumeTag.key]: dataVolumeTag.value },
          schedules: [
            {
              name: "daily",
              createRule: { interval: 24, intervalUnit: "HOURS", times: "03:00" },
              retainRule: { count: keep },
              copyTags: true,
            },
          ],
        },
        tags,
      },
      { ...child, dependsOn: policy },
    );

    this.registerOutputs({});
  }
}
