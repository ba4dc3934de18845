import type * as pulumi from "@pulumi/pulumi";
import type { HostPart } from "../power/host";
import type { FlowLogsArgs } from "./network";

/** Arguments of `GpuVm`. */
export interface GpuVmArgs {
  /** Stack name; everything made carries it in its tags. */
  readonly stack: string;
  /** Id of the AWS account, 12 digits. */
  readonly accountId: pulumi.Input<string>;
  /** Such as `us-east-1`. */
  readonly region: pulumi.Input<string>;
  /** Host name of the endpoint. */
  readonly domain: string;
  /** IPv4 and IPv6 addresses and ranges that may reach port 443. */
  readonly allowedCidrs: readonly string[];
  /** The same for SSH. */
  readonly adminCidrs: readonly string[];
  /** Whether the machine gets an IPv6 address. A change makes it anew. */
  readonly ipv6: boolean;
  /** Whether ComfyUI is to compute on the GPU. */
  readonly gpu: boolean;
  /** One of `INSTANCE_TYPES`; a change stops the machine for a few minutes. */
  readonly instanceType: string;
  /** AMI to start from. Defaults to the newest Deep Learning Base GPU AMI when the machine is first made. */
  readonly amiId?: string;
  /** Size of the disk with the system and the images, in GiB. */
  readonly rootVolumeGiB: number;
  /** Size of the disk with models, outputs and certificates, in GiB; it can grow and never shrinks. */
  readonly dataVolumeGiB: number;
  /** Snapshot that the data volume is made from. Defaults to none: an empty one. */
  readonly dataSnapshotId?: string;
  /** Whether the data volume and its key stay when the stack is destroyed. */
  readonly keepData: boolean;
  /** Whether it is a spot instance, which AWS may stop at any time. A change makes the machine anew. */
  readonly spot: boolean;
  /** Public subnet to put it into. Defaults to one in a VPC that is made for it. */
  readonly subnetId?: string;
  /** Zone for machine and volumes, without `subnetId` only. Defaults to the first that has the type. */
  readonly availabilityZone?: string;
  /** Zone in Route 53 that gets the domain's A and AAAA records. Defaults to none: no records are made. */
  readonly hostedZoneId?: string;
  /** Zone in Route 53 in which Certbot proves the domain. Defaults to none: the machine may write to no zone. */
  readonly acmeZoneId?: string;
  /** ARN of the log group that the machine writes to. */
  readonly logGroupArn: pulumi.Input<string>;
  /** How the flow logs of its VPC are kept. */
  readonly flowLogs: FlowLogsArgs;
  /** What else is put on the machine when it first starts. Defaults to nothing. */
  readonly hostParts?: readonly pulumi.Input<HostPart>[];
}
