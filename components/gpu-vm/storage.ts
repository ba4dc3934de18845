import * as ebs from "@pulumi/aws/ebs";
import * as kms from "@pulumi/aws/kms";
import * as pulumi from "@pulumi/pulumi";
import { objectName } from "../shared/engine";
import { awsTags } from "../shared/tags";
import { type DiskKeyOwner, diskKeyPolicy } from "./iam";

/** Tag by which a stack's data volume is known, to backups and to whoever looks for what a destroyed stack left. */
export function dataVolumeTag(stack: string): { key: string; value: string } {
  return { key: "comfy-fortress.volume", value: `${stack}-data` };
}

/** Arguments of `storage`. */
export interface StorageArgs {
  readonly stack: string;
  readonly accountId: pulumi.Input<string>;
  readonly region: pulumi.Input<string>;
  readonly availabilityZone: pulumi.Input<string>;
  readonly dataVolumeGiB: number;
  /** Snapshot that the data volume is made from. Defaults to none: an empty one. */
  readonly dataSnapshotId?: string;
  /** Whether the data volume and its key stay when the stack is destroyed. */
  readonly keepData: boolean;
  readonly spot: boolean;
}

export interface Storage {
  readonly keyArn: pulumi.Output<string>;
  readonly dataVolumeId: pulumi.Output<string>;
}

/** Makes the key of the machine's disks, and the one that outlives the machine. */
export function storage(name: string, args: StorageArgs, opts: pulumi.CustomResourceOptions): Storage {
  const { stack, keepData, spot } = args;
  // Without its key what is left of the volume could not be read by anybody.
  const kept = { ...opts, retainOnDelete: keepData };
  const key = new kms.Key(
    `${name}-disk-key`,
    {
      description: `Disks of comfy-fortress stack ${stack}`,
      enableKeyRotation: true,
      deletionWindowInDays: 30,
      policy: pulumi.all([args.accountId, args.region]).apply(([accountId, region]) => {
        const owner: DiskKeyOwner = { stack, accountId, region, spot };
        return JSON.stringify(diskKeyPolicy(owner));
      }),
      tags: awsTags(stack, "disk-key"),
    },
    kept,
  );
  new kms.Alias(
    `${name}-disk-key-alias`,
    { name: `alias/${objectName(stack, "disks")}`, targetKeyId: key.keyId },
    opts,
  );
  const tag = dataVolumeTag(stack);
  const volume = new ebs.Volume(
    `${name}-data-volume`,
    {
      availabilityZone: args.availabilityZone,
      type: "gp3",
      size: notBelowPresentSize(stack, args.dataVolumeGiB),
      snapshotId: args.dataSnapshotId,
      encrypted: true,
      kmsKeyId: key.arn,
      tags: { ...awsTags(stack, "data"), [tag.key]: tag.value },
    },
    kept,
  );
  return { keyArn: key.arn, dataVolumeId: volume.id };
}

/**
 * The size, once it is known to be none that the volume would have to shrink to: EBS cannot, and says so only after
 * everything before the volume is made. The program alone does not know what there is, so AWS is asked for the stack's
 * volume that is attached now; one that an earlier stack left is not. What is thrown ends the preview.
 */
function notBelowPresentSize(stack: string, wantedGiB: number): pulumi.Output<number> {
  const { key, value } = dataVolumeTag(stack);
  const present = ebs.getEbsVolumesOutput({
    tags: { [key]: value },
    filters: [{ name: "status", values: ["in-use"] }],
  });
  return present.ids.apply((ids) =>
    pulumi
      .all(ids.map((id) => ebs.getVolumeOutput({ filters: [{ name: "volume-id", values: [id] }] })))
      .apply((volumes) => sizeNotBelow(volumes, wantedGiB)),
  );
}

/** @throws where one of the volumes is larger than what is wanted */
export function sizeNotBelow(
  present: readonly { readonly volumeId: string; readonly size: number }[],
  wantedGiB: number,
): number {
  const larger = present.find(({ size }) => size > wantedGiB);
  if (larger !== undefined) {
    const { volumeId, size } = larger;
    throw new Error(
      `vm.dataVolumeGiB: ${wantedGiB}: the data volume ${volumeId} has ${size} GiB, and EBS volumes cannot shrink. ` +
        `Allowed: ${size} or more. Set it to ${size}, or move the data to a new volume.`,
    );
  }
  return wantedGiB;
}
