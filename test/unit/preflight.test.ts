import { describe, expect, it } from "vitest";
import type { AwsAccount, RunningInstance } from "../../infra/preflight/account";
import { type Finding, preflight } from "../../infra/preflight/checks";
import { preflightTable } from "../../infra/preflight/table";
import { exampleAwsSettings } from "../support/aws-settings";

const QUOTAS: Record<string, number> = {
  "ec2 L-DB2E81BA": 8,
  "ec2 L-417A185B": 0,
  "ec2 L-3819A6DF": 4,
  "ec2 L-C4BD4855": 192,
  "ec2 L-0263D0A3": 5,
  "vpc L-F678F1CE": 5,
};

/** An account in which all is well, with what differs. */
function account(change: Partial<AwsAccount> = {}): AwsAccount {
  return {
    identity: async () => ({ accountId: "123456789012", arn: "arn:aws:iam::123456789012:user/ops" }),
    quota: async (service, code) => QUOTAS[`${service} ${code}`],
    runningInstances: async () => [],
    elasticIps: async () => ({ all: 2, tagged: 0 }),
    vpcs: async () => ({ all: 1, tagged: 0 }),
    hostedZone: async () => ({ name: "example.com.", isPrivate: false }),
    parameter: async () => "ami-0123456789abcdef0",
    image: async () => ({
      ...{ name: "Deep Learning Base", state: "available", architecture: "x86_64", owner: "amazon" },
    }),
    zonesWith: async () => ["us-east-1b", "us-east-1a"],
    subnet: async () => ({ zone: "us-east-1a" }),
    volumes: async () => [],
    snapshot: async () => ({ sizeGiB: 100, state: "completed" }),
    ...change,
  };
}

type Change = Parameters<typeof exampleAwsSettings>[0];
const look = (given: AwsAccount, change?: Change) =>
  preflight(given, { settings: exampleAwsSettings(change), region: "us-east-1" });
const failures = (findings: readonly Finding[]) => findings.filter(({ ok }) => !ok);

const instance = (change: Partial<RunningInstance>): RunningInstance => ({
  ...{ type: "g5.xlarge", vcpus: 4, isSpot: false, tags: {} },
  ...change,
});

describe("the preflight", () => {
  it("finds nothing wrong where all is well", async () => {
    const findings = await look(account());
    expect(failures(findings)).toEqual([]);
    expect(findings.map(({ check, found }) => `${check}: ${found}`)).toEqual([
      "credentials: account 123456789012, as arn:aws:iam::123456789012:user/ops",
      "vCPU quota: Running On-Demand G and VT instances: 8 vCPUs, 0 in use, 4 needed",
      "instance type: g6.xlarge in us-east-1a, us-east-1b",
      "AMI: ami-0123456789abcdef0, Deep Learning Base: available, x86_64, of amazon",
      "subnet: one is made",
      "Elastic IP quota: EC2-VPC Elastic IPs: 5, 2 in use, 1 needed",
      "VPC quota: VPCs per Region: 5, 1 in use, 1 needed",
      "hosted zone: Z0123456789ABCDEFGHIJ is example.com, public",
      "certificate's zone: Z0123456789ABCDEFGHIJ is example.com, public",
      "data volume: one of 200 GiB is made",
      "data snapshot: none is asked for",
    ]);
  });

  it.each<[string, Partial<AwsAccount>, Change, string, RegExp, RegExp]>([
    [
      "a new account",
      { quota: async (service, code) => (code === "L-DB2E81BA" ? 0 : QUOTAS[`${service} ${code}`]) },
      {},
      "vCPU quota",
      /: 0 vCPUs, 0 in use, 4 needed$/,
      /--region us-east-1 --service-code ec2 --quota-code L-DB2E81BA --desired-value 4 /,
    ],
    [
      "others' machines that leave too little",
      { runningInstances: async () => [instance({ vcpus: 8 })] },
      {},
      "vCPU quota",
      /: 8 vCPUs, 8 in use, 4 needed$/,
      /--desired-value 12 /,
    ],
    [
      "a P type without its own quota",
      {},
      { vm: { instanceType: "p5.48xlarge" } },
      "vCPU quota",
      /^Running On-Demand P instances: 0 vCPUs, 0 in use, 192 needed$/,
      /L-417A185B --desired-value 192 /,
    ],
    [
      "spot, which has a quota of its own",
      {},
      { vm: { instanceType: "g6.2xlarge", spot: true } },
      "vCPU quota",
      /^All G and VT Spot Instance Requests: 4 vCPUs, 0 in use, 8 needed$/,
      /L-3819A6DF/,
    ],
    [
      "a region without the type",
      { zonesWith: async () => [] },
      {},
      "instance type",
      /^g6.xlarge in no zone of us-east-1$/,
      /another region/,
    ],
    [
      "a zone without the type",
      {},
      { vm: { availabilityZone: "us-east-1e" } },
      "instance type",
      /not in us-east-1e$/,
      /^set vm.availabilityZone/,
    ],
    [
      "a subnet in a zone without the type",
      { subnet: async () => ({ zone: "us-east-1f" }) },
      { vm: { subnetId: "subnet-01234567" } },
      "instance type",
      /not in us-east-1f$/,
      /^set vm.subnetId/,
    ],
    [
      "no such subnet",
      { subnet: async () => undefined },
      { vm: { subnetId: "subnet-01234567" } },
      "subnet",
      /^there is no subnet-01234567$/,
      /public subnet/,
    ],
    [
      "no such AMI",
      { image: async () => undefined },
      { vm: { amiId: "ami-01234567" } },
      "AMI",
      /^there is no ami-01234567 in us-east-1$/,
      /leave vm.amiId out/,
    ],
    [
      "an AMI of somebody else",
      {
        image: async () => ({ name: "x", state: "available", architecture: "x86_64", owner: "999999999999" }),
      },
      {},
      "AMI",
      /of 999999999999; wanted available, x86_64, of amazon$/,
      /Amazon's/,
    ],
    [
      "an AMI for ARM",
      { image: async () => ({ name: "x", state: "available", architecture: "arm64", owner: "amazon" }) },
      {},
      "AMI",
      /available, arm64, of amazon; wanted/,
      /leave vm.amiId out/,
    ],
    [
      "a region without Deep Learning AMIs",
      { parameter: async () => undefined },
      {},
      "AMI",
      /has no parameter/,
      /set vm.amiId/,
    ],
    [
      "no Elastic IP left",
      { elasticIps: async () => ({ all: 5, tagged: 0 }) },
      {},
      "Elastic IP quota",
      /: 5, 5 in use, 1 needed$/,
      /L-0263D0A3 --desired-value 6$/,
    ],
    [
      "no VPC left",
      { vpcs: async () => ({ all: 5, tagged: 0 }) },
      {},
      "VPC quota",
      /: 5, 5 in use, 1 needed$/,
      /--service-code vpc --quota-code L-F678F1CE --desired-value 6$/,
    ],
    [
      "a data volume that would shrink",
      { volumes: async () => [{ id: "vol-1", sizeGiB: 500, zone: "us-east-1a", isAttached: true }] },
      {},
      "data volume",
      /^vol-1 of 500 GiB in us-east-1a; 200 asked for$/,
      /^set vm.dataVolumeGiB to 500 or more/,
    ],
    [
      "two machines of the name",
      {
        volumes: async () =>
          ["vol-1", "vol-2"].map((id) => ({ id, sizeGiB: 100, zone: "us-east-1a", isAttached: true })),
      },
      {},
      "data volume",
      /^2 are in use: vol-1 of 100 GiB in us-east-1a, vol-2/,
      /rename this stack/,
    ],
    [
      "a snapshot larger than the volume",
      { snapshot: async () => ({ sizeGiB: 300, state: "completed" }) },
      { vm: { dataSnapshotId: "snap-01234567" } },
      "data snapshot",
      /of 300 GiB/,
      /to 300 or more/,
    ],
    [
      "a snapshot that is not whole",
      { snapshot: async () => ({ sizeGiB: 100, state: "pending" }) },
      { vm: { dataSnapshotId: "snap-01234567" } },
      "data snapshot",
      /pending$/,
      /wait/,
    ],
    [
      "no such snapshot",
      { snapshot: async () => undefined },
      { vm: { dataSnapshotId: "snap-01234567" } },
      "data snapshot",
      /^there is no snap-01234567$/,
      /describe-snapshots/,
    ],
    [
      "the root user",
      { identity: async () => ({ accountId: "1", arn: "arn:aws:iam::1:root" }) },
      {},
      "credentials",
      /as its root user$/,
      /role or user/,
    ],
  ])("finds %s, and says how to mend it", async (_, change, settings, check, found, fix) => {
    const [only, ...others] = failures(await look(account(change), settings));
    expect(others).toEqual([]);
    expect(only?.check).toBe(check);
    expect(only?.found).toMatch(found);
    expect(only?.fix).toMatch(fix);
  });

  it.each<[string, Partial<AwsAccount>, RegExp, RegExp]>([
    [
      "is not there",
      { hostedZone: async () => undefined },
      /^there is no Z0123456789ABCDEFGHIJ$/,
      /list-hosted-zones/,
    ],
    [
      "is another's",
      { hostedZone: async () => ({ name: "ample.com.", isPrivate: false }) },
      /which comfy.example.com is not in$/,
      /zone of comfy.example.com/,
    ],
    [
      "is private",
      { hostedZone: async () => ({ name: "example.com.", isPrivate: true }) },
      /is example.com, private$/,
      /public zone/,
    ],
  ])("finds a zone that %s, for the records and for the certificate", async (_, change, found, fix) => {
    const wrong = failures(await look(account(change)));
    expect(wrong.map(({ check }) => check)).toEqual(["hosted zone", "certificate's zone"]);
    expect(wrong[0]?.found).toMatch(found);
    expect(wrong.map((one) => one.fix?.match(fix) !== null)).toEqual([true, true]);
    expect(wrong.map((one) => one.fix?.match(/(vm\.hostedZoneId|acme\.zoneId)/)?.[0])).toEqual([
      "vm.hostedZoneId",
      "acme.zoneId",
    ]);
  });

  it("does not count what the stack itself has already", async () => {
    const own = instance({ type: "g6.2xlarge", vcpus: 8, tags: { "comfy-fortress.stack": "aws" } });
    const held = { all: 5, tagged: 1 };
    const given = account({
      runningInstances: async () => [
        own,
        instance({ isSpot: true, vcpus: 64 }),
        instance({ type: "c7i.large" }),
      ],
      elasticIps: async () => held,
      vpcs: async () => held,
      volumes: async () => [{ id: "vol-1", sizeGiB: 200, zone: "us-east-1a", isAttached: true }],
    });
    expect(failures(await look(given))).toEqual([]);
  });

  it("tells of a volume that an earlier stack of the name left, which need not fit", async () => {
    const left = { id: "vol-9", sizeGiB: 900, zone: "us-east-1b", isAttached: false };
    const findings = await look(account({ volumes: async () => [left] }));
    expect(failures(findings)).toEqual([]);
    expect(findings.find(({ check }) => check === "data volume")?.found).toBe(
      "one of 200 GiB is made; left from before, and not used: vol-9 of 900 GiB in us-east-1b",
    );
  });

  it("looks at all the rest where AWS refuses one answer, or every one", async () => {
    const refuse = (name: string, message: string) => () =>
      Promise.reject(Object.assign(new Error(message), { name }));
    const denied = account({ quota: refuse("AccessDeniedException", "User ops is not authorized") });
    expect(
      failures(await look(denied)).map(({ check, fix }) => [check, fix?.includes("ReadOnlyAccess")]),
    ).toEqual([
      ["vCPU quota", true],
      ["Elastic IP quota", true],
      ["VPC quota", true],
    ]);
    const signedOut = refuse("CredentialsProviderError", "Could not load credentials from any providers");
    const everything = Object.fromEntries(Object.keys(account()).map((key) => [key, signedOut]));
    const findings = await look(everything as unknown as AwsAccount);
    expect(failures(findings).map(({ check }) => check)).toEqual(
      findings.map(({ check }) => check).filter((check) => !["subnet", "data snapshot"].includes(check)),
    );
    expect(findings[0]?.fix).toContain("aws sts get-caller-identity");
  });

  it("is shown as a table with the fixes, and a sentence that counts", async () => {
    const table = preflightTable([
      { check: "one", ok: true, found: "all well" },
      { check: "another", ok: false, found: "none", fix: "make one" },
    ]);
    expect(table).toBe(
      [
        "ok      one      all well",
        "FAILED  another  none",
        "                 Fix: make one",
        "",
        "1 of 2 checks failed; nothing was made.",
      ].join("\n"),
    );
    expect(preflightTable([{ check: "one", ok: true, found: "x" }])).toContain("All 1 checks passed");
  });
});
