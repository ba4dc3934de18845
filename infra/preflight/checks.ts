import { AMI_PARAMETER } from "../../components/gpu-vm/ami";
import { INSTANCE_TYPES } from "../../components/gpu-vm/instance-types";
import { STACK_LABEL } from "../../components/shared/engine";
import type { AwsSettings } from "../settings";
import type { AwsAccount, Tag } from "./account";

/** What is checked: the settings of a stack, and where it is going to be. */
export interface Subject {
  readonly settings: AwsSettings;
  /** Such as `us-east-1`. */
  readonly region: string;
}

/** What a check found. */
export interface Finding {
  readonly check: string;
  readonly ok: boolean;
  /** What there is. */
  readonly found: string;
  /** How to mend it; there where it is not ok. */
  readonly fix?: string;
}

type Outcome = Omit<Finding, "check">;
type Check = (account: AwsAccount, subject: Subject) => Promise<Outcome>;

/** A quota of vCPUs, which EC2 has by family of types and by market. */
interface VcpuQuota {
  readonly code: string;
  readonly name: string;
  /** What the names of its types begin with. */
  readonly types: RegExp;
}

const ON_DEMAND: readonly VcpuQuota[] = [
  { code: "L-DB2E81BA", name: "Running On-Demand G and VT instances", types: /^(g|vt)\d/ },
  { code: "L-417A185B", name: "Running On-Demand P instances", types: /^p\d/ },
];
const SPOT: readonly VcpuQuota[] = [
  { code: "L-3819A6DF", name: "All G and VT Spot Instance Requests", types: /^(g|vt)\d/ },
  { code: "L-7212CCBC", name: "All P4, P3 and P2 Spot Instance Requests", types: /^p[234]/ },
  { code: "L-C4BD4855", name: "All P5 Spot Instance Requests", types: /^p5/ },
];
const ELASTIC_IPS = { service: "ec2", code: "L-0263D0A3", name: "EC2-VPC Elastic IPs" };
const VPCS = { service: "vpc", code: "L-F678F1CE", name: "VPCs per Region" };

const CHECKS: Readonly<Record<string, Check>> = {
  credentials,
  "vCPU quota": vcpus,
  "instance type": offering,
  AMI: image,
  subnet,
  "Elastic IP quota": elasticIp,
  "VPC quota": vpc,
  "hosted zone": hostedZone,
  "certificate's zone": acmeZone,
  "data volume": dataVolume,
  "data snapshot": dataSnapshot,
};

/** Runs every check, also after one has failed. Nothing is changed. */
export function preflight(account: AwsAccount, subject: Subject): Promise<Finding[]> {
  return Promise.all(
    Object.entries(CHECKS).map(async ([check, look]) => {
      try {
        return { check, ...(await look(account, subject)) };
      } catch (error) {
        return { check, ...failed(`AWS does not answer: ${reasonOf(error)}`, fixOf(error)) };
      }
    }),
  );
}

async function credentials(account: AwsAccount): Promise<Outcome> {
  const { accountId, arn } = await account.identity();
  return arn.endsWith(":root")
    ? failed(
        `account ${accountId}, as its root user`,
        "use a role or user of your own: the root user's keys cannot be limited, and should not exist",
      )
    : fine(`account ${accountId}, as ${arn}`);
}

async function vcpus(account: AwsAccount, { settings, region }: Subject): Promise<Outcome> {
  const { instanceType, spot } = settings.vm;
  const needed = INSTANCE_TYPES.get(instanceType)?.vcpus ?? 0;
  const quota = (spot ? SPOT : ON_DEMAND).find(({ types }) => types.test(instanceType));
  if (quota === undefined) {
    return failed(`no quota is known for ${instanceType}`, "choose another vm.instanceType");
  }
  const [allowed = 0, running] = await Promise.all([
    account.quota("ec2", quota.code),
    account.runningInstances(),
  ]);
  // The stack's own machine counts once: as what it is going to be.
  const used = running
    .filter(({ type, isSpot, tags }) => {
      return quota.types.test(type) && isSpot === spot && tags[STACK_LABEL] !== settings.stack;
    })
    .reduce((sum, instance) => sum + instance.vcpus, 0);
  const found = `${quota.name}: ${allowed} vCPUs, ${used} in use, ${needed} needed`;
  return used + needed <= allowed
    ? fine(found)
    : failed(
        found,
        `aws service-quotas request-service-quota-increase --region ${region} --service-code ec2 --quota-code ${quota.code} --desired-value ${used + needed} (hours to days; new accounts have 0)`,
      );
}

async function offering(account: AwsAccount, { settings, region }: Subject): Promise<Outcome> {
  const { instanceType, availabilityZone, subnetId } = settings.vm;
  const zones = await account.zonesWith(instanceType);
  const place = subnetId === undefined ? availabilityZone : (await account.subnet(subnetId))?.zone;
  const found = `${instanceType} in ${zones.length === 0 ? `no zone of ${region}` : [...zones].sort().join(", ")}`;
  if (zones.length === 0) {
    return failed(found, "choose another vm.instanceType, or another region: pulumi config set aws:region");
  }
  return place === undefined || zones.includes(place)
    ? fine(found)
    : failed(
        `${found}, not in ${place}`,
        subnetId === undefined
          ? "set vm.availabilityZone to one of those, or leave it out"
          : "set vm.subnetId to a subnet in one of those, or leave it out",
      );
}

async function image(account: AwsAccount, { settings, region }: Subject): Promise<Outcome> {
  const { amiId } = settings.vm;
  const id = amiId ?? (await account.parameter(AMI_PARAMETER));
  if (id === undefined) {
    return failed(
      `${region} has no parameter ${AMI_PARAMETER}`,
      "set vm.amiId to a Deep Learning Base GPU AMI (Ubuntu 24.04) of the region, or choose another region",
    );
  }
  const ami = await account.image(id);
  const choose = "leave vm.amiId out for the newest Deep Learning Base GPU AMI, or set it to one of Amazon's";
  if (ami === undefined) {
    return failed(`there is no ${id} in ${region}`, choose);
  }
  const { name, state, architecture, owner } = ami;
  const found = `${id}, ${name}: ${state}, ${architecture}, of ${owner}`;
  return state === "available" && architecture === "x86_64" && owner === "amazon"
    ? fine(found)
    : failed(`${found}; wanted available, x86_64, of amazon`, choose);
}

async function subnet(account: AwsAccount, { settings }: Subject): Promise<Outcome> {
  const { subnetId } = settings.vm;
  if (subnetId === undefined) {
    return fine("one is made");
  }
  const found = await account.subnet(subnetId);
  return found === undefined
    ? failed(`there is no ${subnetId}`, "set vm.subnetId to a public subnet of the region, or leave it out")
    : fine(`${subnetId} in ${found.zone}`);
}

async function elasticIp(account: AwsAccount, { settings, region }: Subject): Promise<Outcome> {
  const held = await account.elasticIps(tagOf(settings.stack));
  return countQuota(account, ELASTIC_IPS, held, region);
}

async function vpc(account: AwsAccount, { settings, region }: Subject): Promise<Outcome> {
  if (settings.vm.subnetId !== undefined) {
    return fine("none is made");
  }
  return countQuota(account, VPCS, await account.vpcs(tagOf(settings.stack)), region);
}

async function countQuota(
  account: AwsAccount,
  { service, code, name }: typeof VPCS,
  { all, tagged }: { readonly all: number; readonly tagged: number },
  region: string,
): Promise<Outcome> {
  const allowed = (await account.quota(service, code)) ?? 0;
  const needed = tagged > 0 ? 0 : 1;
  const found = `${name}: ${allowed}, ${all} in use, ${needed} needed`;
  return all + needed <= allowed
    ? fine(found)
    : failed(
        found,
        `release one that is not used, or: aws service-quotas request-service-quota-increase --region ${region} --service-code ${service} --quota-code ${code} --desired-value ${all + needed}`,
      );
}

async function hostedZone(account: AwsAccount, { settings }: Subject): Promise<Outcome> {
  const { hostedZoneId } = settings.vm;
  return hostedZoneId === undefined
    ? fine(`no records are made: point ${settings.domain} at the output vm.publicIp by hand`)
    : zoneOf(account, hostedZoneId, settings.domain, "vm.hostedZoneId");
}

async function acmeZone(account: AwsAccount, { settings }: Subject): Promise<Outcome> {
  const dns = settings.acme?.dns;
  return dns?.host === "route53"
    ? zoneOf(account, dns.zoneId, settings.domain, "acme.zoneId")
    : fine("none is needed");
}

async function zoneOf(account: AwsAccount, id: string, domain: string, key: string): Promise<Outcome> {
  const zone = await account.hostedZone(id);
  if (zone === undefined) {
    return failed(`there is no ${id}`, `set ${key} to a zone of: aws route53 list-hosted-zones`);
  }
  const name = zone.name.replace(/\.$/, "");
  const found = `${id} is ${name}, ${zone.isPrivate ? "private" : "public"}`;
  if (domain !== name && !domain.endsWith(`.${name}`)) {
    return failed(
      `${found}, which ${domain} is not in`,
      `set ${key} to the zone of ${domain}, or domain to a name in it`,
    );
  }
  return zone.isPrivate
    ? failed(found, `set ${key} to the public zone of that name: nobody outside sees a private one`)
    : fine(found);
}

async function dataVolume(account: AwsAccount, { settings }: Subject): Promise<Outcome> {
  const { dataVolumeGiB } = settings.vm;
  const volumes = await account.volumes({ key: "comfy-fortress.volume", value: `${settings.stack}-data` });
  const names = (list: typeof volumes) =>
    list.map(({ id, sizeGiB, zone }) => `${id} of ${sizeGiB} GiB in ${zone}`).join(", ");
  const attached = volumes.filter(({ isAttached }) => isAttached);
  const left = volumes.filter(({ isAttached }) => !isAttached);
  if (attached.length > 1) {
    return failed(
      `${attached.length} are in use: ${names(attached)}`,
      "another machine uses the name: rename this stack, or destroy the other",
    );
  }
  const [present] = attached;
  if (present !== undefined && present.sizeGiB > dataVolumeGiB) {
    return failed(
      `${names(attached)}; ${dataVolumeGiB} asked for`,
      `set vm.dataVolumeGiB to ${present.sizeGiB} or more: a volume of EBS cannot shrink`,
    );
  }
  const found = present === undefined ? `one of ${dataVolumeGiB} GiB is made` : names(attached);
  // Not an error: its data may be wanted still, and docs/operations.md says how it is had back.
  return fine(left.length === 0 ? found : `${found}; left from before, and not used: ${names(left)}`);
}

async function dataSnapshot(account: AwsAccount, { settings }: Subject): Promise<Outcome> {
  const { dataSnapshotId, dataVolumeGiB } = settings.vm;
  if (dataSnapshotId === undefined) {
    return fine("none is asked for");
  }
  const snapshot = await account.snapshot(dataSnapshotId);
  if (snapshot === undefined) {
    return failed(
      `there is no ${dataSnapshotId}`,
      "set vm.dataSnapshotId to one of: aws ec2 describe-snapshots --owner-ids self",
    );
  }
  const { sizeGiB, state } = snapshot;
  const found = `${dataSnapshotId} of ${sizeGiB} GiB, ${state}`;
  if (state !== "completed") {
    return failed(found, "wait until it is completed, or choose another");
  }
  return sizeGiB <= dataVolumeGiB
    ? fine(found)
    : failed(
        `${found}; a volume of ${dataVolumeGiB} GiB asked for`,
        `set vm.dataVolumeGiB to ${sizeGiB} or more`,
      );
}

function tagOf(stack: string): Tag {
  return { key: STACK_LABEL, value: stack };
}

function fine(found: string): Outcome {
  return { ok: true, found };
}

function failed(found: string, fix: string): Outcome {
  return { ok: false, found, fix };
}

function reasonOf(error: unknown): string {
  const { name, message } = error as Error;
  return `${name}: ${message.split("\n")[0]}`;
}

function fixOf(error: unknown): string {
  const { name, message } = error as Error;
  if (/Credentials|Token|SignatureDoesNotMatch|InvalidClientTokenId|AuthFailure/i.test(name)) {
    return "sign in (aws sso login, aws configure), or set AWS_PROFILE or aws:profile; try: aws sts get-caller-identity";
  }
  if (/AccessDenied|Unauthorized|OptInRequired/i.test(`${name} ${message}`)) {
    return "let your user or role read this: AWS's policy ReadOnlyAccess covers all that is asked here";
  }
  return "see what AWS says, and whether the region is right and enabled for the account";
}
