/**
 * Needs Python with venv, and PyPI once. Shows that AWS, as moto plays it, takes everything that the shipped program asks
 * for with the example's settings, and what the preflight says of such an account.
 */
import { existsSync } from "node:fs";
import { EC2 } from "@aws-sdk/client-ec2";
import { Route53 } from "@aws-sdk/client-route-53";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readConfig } from "../../infra/embedded/config";
import { preflight } from "../../infra/preflight/checks";
import { sdkAccount } from "../../infra/preflight/sdk-account";
import { type AwsSettings, isAws, projectConfig, readSettings } from "../../infra/settings";
import { Moto } from "../support/moto";
import { type Played, playProgram } from "../support/moto-engine";

const STACK = "aws";

let moto: Moto;
let ec2: EC2;
let settings: AwsSettings;
let played: Played;
/** What the preflight found before anything was made, and after all was. */
let before: Record<string, string>;
let after: Record<string, string>;

beforeAll(async () => {
  moto = await Moto.start();
  ec2 = new EC2(moto.client);
  const { HostedZone } = await new Route53(moto.client).createHostedZone({
    ...{ Name: "example.com", CallerReference: "test" },
  });
  const zoneId = HostedZone?.Id?.replace("/hostedzone/", "") ?? "";
  const { Images } = await ec2.describeImages({
    Owners: ["amazon"],
    Filters: [{ Name: "architecture", Values: ["x86_64"] }],
  });
  const amiId = Images?.[0]?.ImageId ?? "";
  const { config } = readConfig(process.cwd(), STACK);
  const key = "comfy-fortress:vm";
  const complete = { ...config, [key]: JSON.stringify({ ...JSON.parse(config[key] ?? "{}"), amiId }) };
  const read = readSettings({
    stack: STACK,
    config: projectConfig(complete),
    env: {},
    fileExists: existsSync,
  });
  if (!isAws(read) || read.acme === undefined) throw new Error("the example for AWS has changed");
  const dns = { host: "route53", zoneId } as const;
  settings = { ...read, vm: { ...read.vm, hostedZoneId: zoneId }, acme: { ...read.acme, dns } };
  before = await look();
  played = await playProgram(moto.client, {
    stack: STACK,
    config: complete,
    zoneId,
    program: () => import("../../infra/index.js"),
  });
  after = await look();
}, 180_000);
afterAll(() => moto?.stop());

async function look(): Promise<Record<string, string>> {
  const { region } = moto.client;
  // moto has no quotas of EC2, only of VPC.
  const account = { ...sdkAccount(moto.client), quota: async () => 5 };
  const findings = await preflight(account, { settings, region });
  return Object.fromEntries(
    findings.map(({ check, ok, found }) => [check, `${ok ? "ok" : "FAILED"}: ${found}`]),
  );
}

describe("AWS, as moto plays it, takes the whole program", () => {
  it("all of it, but for the snapshots, which moto does not know", () => {
    expect(played.unplayed).toEqual(["aws:dlm/lifecyclePolicy:LifecyclePolicy"]);
    expect(played.resources.filter(({ type }) => type.startsWith("aws:")).length).toBeGreaterThan(50);
  });

  it("one machine, with IMDSv2, an encrypted root, and a shutdown that stops it", async () => {
    const { Reservations } = await ec2.describeInstances({});
    const [machine, ...others] = (Reservations ?? []).flatMap(({ Instances }) => Instances ?? []);
    expect(others).toEqual([]);
    expect(machine).toMatchObject({
      InstanceType: "g6.xlarge",
      MetadataOptions: { HttpTokens: "required", HttpPutResponseHopLimit: 1 },
    });
    const InstanceId = machine?.InstanceId ?? "";
    const behaviour = await ec2.describeInstanceAttribute({
      ...{ InstanceId, Attribute: "instanceInitiatedShutdownBehavior" },
    });
    expect(behaviour.InstanceInitiatedShutdownBehavior?.Value).toBe("stop");
    const { Volumes = [] } = await ec2.describeVolumes({});
    expect(Volumes.map(({ Encrypted, Size }) => [Encrypted, Size]).sort()).toEqual([
      [true, 150],
      [true, 200],
    ]);
  });

  it("a security group that lets in what the settings say, and nothing else", async () => {
    const { SecurityGroups = [] } = await ec2.describeSecurityGroups({
      Filters: [{ Name: "tag:comfy-fortress.stack", Values: [STACK] }],
    });
    const rules = SecurityGroups.flatMap(({ IpPermissions = [] }) =>
      IpPermissions.flatMap(({ IpProtocol, FromPort, ToPort, IpRanges = [], Ipv6Ranges = [] }) =>
        [...IpRanges.map(({ CidrIp }) => CidrIp), ...Ipv6Ranges.map(({ CidrIpv6 }) => CidrIpv6)].map(
          (from) => `${IpProtocol} ${FromPort}-${ToPort} from ${from}`,
        ),
      ),
    );
    expect(rules.sort()).toEqual([
      "tcp 22-22 from 203.0.113.7/32",
      "tcp 443-443 from 0.0.0.0/0",
      "tcp 443-443 from ::/0",
    ]);
  });

  it("records that name the machine's addresses", async () => {
    const { ResourceRecordSets = [] } = await new Route53(moto.client).listResourceRecordSets({
      HostedZoneId: settings.vm.hostedZoneId,
    });
    const { Addresses } = await ec2.describeAddresses({});
    const found = ResourceRecordSets.find(({ Type }) => Type === "A");
    expect(found).toMatchObject({
      Name: "comfy.example.com.",
      ResourceRecords: [{ Value: Addresses?.[0]?.PublicIp }],
    });
    expect(ResourceRecordSets.some(({ Type }) => Type === "AAAA")).toBe(true);
  });
});

describe("the preflight, by the AWS SDK", () => {
  it("finds in the account what is there", () => {
    expect(before).toMatchObject({
      credentials: expect.stringMatching(/^(ok|FAILED): account 123456789012, as /),
      "hosted zone": expect.stringMatching(/^ok: [A-Z0-9]+ is example.com, public$/),
      "certificate's zone": expect.stringMatching(/^ok: /),
      AMI: expect.stringMatching(/^ok: ami-.*: available, x86_64, of amazon$/),
      "instance type": expect.stringMatching(/^ok: g6.xlarge in us-east-1/),
      "data volume": "ok: one of 200 GiB is made",
    });
    expect(before["vCPU quota"]).toBe(
      "ok: Running On-Demand G and VT instances: 5 vCPUs, 0 in use, 4 needed",
    );
  });

  it("goes on where AWS does not answer, and says which check that is", async () => {
    const findings = await preflight(sdkAccount(moto.client), { settings, region: moto.client.region });
    const failed = findings.filter(({ ok }) => !ok);
    expect(failed.map(({ check }) => check)).toEqual(["vCPU quota", "Elastic IP quota"]);
    for (const { found } of failed) expect(found).toMatch(/^AWS does not answer: /);
    const vpc = findings.find(({ check }) => check === "VPC quota");
    expect(vpc?.found).toMatch(/^VPCs per Region: 5, \d in use, 0 needed$/);
  });

  it("finds its own volume and address afterwards, and does not count its own machine", () => {
    expect(after["data volume"]).toMatch(/^ok: vol-\w+ of 200 GiB in us-east-1/);
    expect(after["vCPU quota"]).toContain("0 in use");
    expect(after["Elastic IP quota"]).toContain("1 in use, 0 needed");
  });
});
