/** What the preflight asks an AWS account, in one region. Nothing here changes anything; each may fail with AWS's error. */
export interface AwsAccount {
  /** Who the credentials belong to. */
  identity(): Promise<{ readonly accountId: string; readonly arn: string }>;
  /** Value of a quota; undefined where the account has none of its own and AWS no default. */
  quota(service: string, code: string): Promise<number | undefined>;
  /** Instances that run or are about to. */
  runningInstances(): Promise<readonly RunningInstance[]>;
  /** How many Elastic IPs there are, and how many of them have a tag. */
  elasticIps(tag: Tag): Promise<Held>;
  /** The same for VPCs. */
  vpcs(tag: Tag): Promise<Held>;
  /** A hosted zone; undefined where there is none of that id. */
  hostedZone(id: string): Promise<{ readonly name: string; readonly isPrivate: boolean } | undefined>;
  /** Value of a public parameter of Systems Manager; undefined where there is none of that name. */
  parameter(name: string): Promise<string | undefined>;
  /** An image; undefined where there is none of that id. */
  image(id: string): Promise<Image | undefined>;
  /** Availability zones of the region that have a type of instance. */
  zonesWith(instanceType: string): Promise<readonly string[]>;
  /** A subnet; undefined where there is none of that id. */
  subnet(id: string): Promise<{ readonly zone: string } | undefined>;
  /** Volumes with a tag. */
  volumes(tag: Tag): Promise<readonly Volume[]>;
  /** A snapshot; undefined where there is none of that id. */
  snapshot(id: string): Promise<{ readonly sizeGiB: number; readonly state: string } | undefined>;
}

export interface Tag {
  readonly key: string;
  readonly value: string;
}

export interface Held {
  readonly all: number;
  readonly tagged: number;
}

export interface RunningInstance {
  readonly type: string;
  readonly vcpus: number;
  readonly isSpot: boolean;
  readonly tags: Readonly<Record<string, string>>;
}

export interface Image {
  readonly name: string;
  readonly state: string;
  readonly architecture: string;
  /** `amazon` for AWS's own. */
  readonly owner: string;
}

export interface Volume {
  readonly id: string;
  readonly sizeGiB: number;
  readonly zone: string;
  /** Whether a machine has it, running or stopped. */
  readonly isAttached: boolean;
}
