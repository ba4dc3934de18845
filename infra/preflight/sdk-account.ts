import { EC2, type Tag as Ec2Tag } from "@aws-sdk/client-ec2";
import { Route53 } from "@aws-sdk/client-route-53";
import { ServiceQuotas } from "@aws-sdk/client-service-quotas";
import { SSM } from "@aws-sdk/client-ssm";
import { STS } from "@aws-sdk/client-sts";
import type { AwsAccount, Tag } from "./account";

/** What an AWS client is made with; the SDK finds the rest where the `aws` command does. */
export interface AccountOptions {
  readonly region: string;
  /** Named profile of the AWS configuration. Defaults to AWS_PROFILE, or `default`. */
  readonly profile?: string;
}

/** An account by the AWS SDK. AWS_ENDPOINT_URL points it at a simulated one. */
export function sdkAccount(options: AccountOptions): AwsAccount {
  const ec2 = new EC2(options);
  const quotas = new ServiceQuotas(options);
  const route53 = new Route53(options);
  const ssm = new SSM(options);
  const sts = new STS(options);

  return {
    async identity() {
      const { Account = "", Arn = "" } = await sts.getCallerIdentity({});
      return { accountId: Account, arn: Arn };
    },
    async quota(ServiceCode, QuotaCode) {
      const asked = { ServiceCode, QuotaCode };
      // An account that was never given more has no value of its own.
      const own = await unless("NoSuchResourceException", quotas.getServiceQuota(asked));
      const { Quota } =
        own ?? (await unless("NoSuchResourceException", quotas.getAWSDefaultServiceQuota(asked))) ?? {};
      return Quota?.Value;
    },
    async runningInstances() {
      const instances = [];
      let NextToken: string | undefined;
      do {
        const page = await ec2.describeInstances({
          Filters: [{ Name: "instance-state-name", Values: ["pending", "running"] }],
          NextToken,
        });
        instances.push(...(page.Reservations ?? []).flatMap(({ Instances }) => Instances ?? []));
        NextToken = page.NextToken;
      } while (NextToken);
      return instances.map(({ InstanceType = "", CpuOptions, InstanceLifecycle, Tags }) => ({
        type: InstanceType,
        vcpus: (CpuOptions?.CoreCount ?? 0) * (CpuOptions?.ThreadsPerCore ?? 1),
        isSpot: InstanceLifecycle === "spot",
        tags: Object.fromEntries((Tags ?? []).map(({ Key = "", Value = "" }) => [Key, Value])),
      }));
    },
    async elasticIps(tag) {
      const { Addresses = [] } = await ec2.describeAddresses({});
      return { all: Addresses.length, tagged: Addresses.filter(({ Tags }) => has(Tags, tag)).length };
    },
    async vpcs(tag) {
      const { Vpcs = [] } = await ec2.describeVpcs({});
      return { all: Vpcs.length, tagged: Vpcs.filter(({ Tags }) => has(Tags, tag)).length };
    },
    async hostedZone(Id) {
      const found = await unless("NoSuchHostedZone", route53.getHostedZone({ Id }));
      const { Name = "", Config } = found?.HostedZone ?? {};
      return found && { name: Name, isPrivate: Config?.PrivateZone ?? false };
    },
    async parameter(Name) {
      const found = await unless("ParameterNotFound", ssm.getParameter({ Name }));
      return found?.Parameter?.Value;
    },
    async image(id) {
      const found = await unless(
        /^InvalidAMIID\./,
        ec2.describeImages({ ImageIds: [id], IncludeDeprecated: true }),
      );
      const [ami] = found?.Images ?? [];
      return (
        ami && {
          name: ami.Name ?? "",
          state: ami.State ?? "",
          architecture: ami.Architecture ?? "",
          owner: ami.ImageOwnerAlias ?? ami.OwnerId ?? "",
        }
      );
    },
    async zonesWith(type) {
      const { InstanceTypeOfferings = [] } = await ec2.describeInstanceTypeOfferings({
        LocationType: "availability-zone",
        Filters: [{ Name: "instance-type", Values: [type] }],
      });
      return InstanceTypeOfferings.map(({ Location = "" }) => Location);
    },
    async subnet(id) {
      const found = await unless(/^InvalidSubnetID\./, ec2.describeSubnets({ SubnetIds: [id] }));
      const [subnet] = found?.Subnets ?? [];
      return subnet && { zone: subnet.AvailabilityZone ?? "" };
    },
    async volumes({ key, value }) {
      const { Volumes = [] } = await ec2.describeVolumes({
        Filters: [{ Name: `tag:${key}`, Values: [value] }],
      });
      return Volumes.map(({ VolumeId = "", Size = 0, AvailabilityZone = "", State }) => ({
        ...{ id: VolumeId, sizeGiB: Size, zone: AvailabilityZone, isAttached: State === "in-use" },
      }));
    },
    async snapshot(id) {
      const found = await unless(/^InvalidSnapshot(ID)?\./, ec2.describeSnapshots({ SnapshotIds: [id] }));
      const [snapshot] = found?.Snapshots ?? [];
      return snapshot && { sizeGiB: snapshot.VolumeSize ?? 0, state: snapshot.State ?? "" };
    },
  };
}

function has(tags: Ec2Tag[] | undefined, { key, value }: Tag): boolean {
  return (tags ?? []).some(({ Key, Value }) => Key === key && Value === value);
}

/** The answer; undefined where it is the error that says that there is no such thing. */
async function unless<T>(absent: string | RegExp, answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    const { name } = error as Error;
    if (typeof absent === "string" ? name === absent : absent.test(name)) return undefined;
    throw error;
  }
}
