/** The machine in AWS: every resource as it is asked for. That AWS takes them so is not shown here. */
import { describe, expect, it } from "vitest";
import { GpuVm, type GpuVmArgs } from "../../components/gpu-vm";
import {
  INSTANCE_TYPES,
  instanceTypeList,
  instanceTypeProblem,
} from "../../components/gpu-vm/instance-types";
import type { Registration } from "../../infra/embedded/monitor";
import { recordProgram } from "../../infra/plan/record";

const ZONE = "Z0123456789ABCDEFGHIJ";
const ARGS: GpuVmArgs = {
  stack: "prod",
  accountId: "123456789012",
  region: "eu-central-1",
  domain: "comfy.example.com",
  allowedCidrs: ["0.0.0.0/0", "::/0"],
  adminCidrs: ["203.0.113.7", "203.0.113.7/32", "2001:DB8::/64"],
  ipv6: true,
  gpu: true,
  instanceType: "g6.xlarge",
  rootVolumeGiB: 150,
  dataVolumeGiB: 200,
  keepData: true,
  spot: false,
  hostedZoneId: ZONE,
  acmeZoneId: ZONE,
  logGroupArn: "arn:aws:logs:eu-central-1:123456789012:log-group:/comfy-fortress/prod",
  flowLogs: { groupName: "/comfy-fortress/prod/flow", keyArn: "arn:aws:kms:::key/logs", retentionDays: 365 },
};
const TAGS = { "comfy-fortress.stack": "prod" };

/** The same machine is recorded once. */
const recorded = new Map<string, ReturnType<typeof recordAnew>>();
function record(change: Partial<GpuVmArgs> = {}) {
  const key = JSON.stringify(Object.entries(change).map(([name, value]) => [name, value ?? null]));
  const found = recorded.get(key) ?? recordAnew(change);
  recorded.set(key, found);
  return found;
}

async function recordAnew(change: Partial<GpuVmArgs>) {
  const program = () => {
    const vm = new GpuVm("vm", { ...ARGS, ...change });
    return { address: vm.address, hostPublicKey: vm.hostPublicKey, privateKey: vm.privateKey, user: vm.user };
  };
  const config = { "aws:region": "eu-central-1" };
  const { resources, outputs } = await recordProgram({
    project: "comfy-fortress",
    stack: "prod",
    config,
    program,
  });
  const named = (name: string): Registration =>
    resources.find((one) => one.name === name) ?? expect.unreachable(`no resource ${name}`);
  return { resources, outputs, named, names: resources.map(({ name }) => name) };
}

/** One line for each rule of the security group: direction, protocol, ports, peer. */
function rules(resources: readonly Registration[]): string[] {
  return resources
    .filter(({ type }) => type.startsWith("aws:vpc/securityGroup"))
    .map(({ type, inputs }) => {
      const direction = type.includes("Ingress") ? "in" : "out";
      const peer = inputs.cidrIpv4 ?? inputs.cidrIpv6;
      return `${direction} ${inputs.ipProtocol} ${inputs.fromPort}-${inputs.toPort} ${peer}`;
    })
    .sort();
}

const document = ({ inputs }: Registration, key = "policy") => JSON.parse(String(inputs[key]));

describe("the machine in AWS", () => {
  it("is made of these resources and no others", async () => {
    const { names, resources } = await record();
    expect(names.filter((name) => !/-(from|to)-/.test(name)).sort()).toEqual(
      [
        ...["acme-policy", "address", "address-association", "data-attachment", "data-volume"],
        ...["default-security-group", "disk-key", "disk-key-alias", "dns", "dns-tcp", "flow-log"],
        ...["flow-log-group", "flow-log-policy", "flow-log-role", "host-key", "instance", "internet-gateway"],
        ...["login-key", "logs-policy", "ntp", "profile", "record-a", "record-aaaa", "role", "route-ipv4"],
        ...["route-ipv6", "route-table", "route-table-association", "security-group", "ssm-policy"],
        ...["subnet", "vpc"],
      ].map((suffix) => `vm-${suffix}`),
    );
    expect(new Set(names).size).toBe(names.length);
    for (const { name, urn } of resources) {
      expect(urn.split("::"), name).toHaveLength(4);
    }
  });

  it("opens exactly this", async () => {
    const { resources, named } = await record();
    expect(rules(resources)).toEqual([
      "in tcp 22-22 2001:db8::/64",
      "in tcp 22-22 203.0.113.7/32",
      "in tcp 443-443 0.0.0.0/0",
      "in tcp 443-443 ::/0",
      "out tcp 443-443 0.0.0.0/0",
      "out tcp 443-443 ::/0",
      "out tcp 53-53 10.77.0.0/24",
      "out tcp 80-80 0.0.0.0/0",
      "out tcp 80-80 ::/0",
      "out udp 123-123 169.254.169.123/32",
      "out udp 53-53 10.77.0.0/24",
    ]);
    const group = named("vm-security-group").inputs;
    expect(group).toEqual({
      vpcId: expect.stringMatching(/^vpc-/),
      description: "Gateway of comfy-fortress stack prod",
      tags: { ...TAGS, Name: "comfy-prod-vm" },
    });
    for (const { inputs } of resources.filter(({ type }) => type.includes("ecurityGroup"))) {
      // EC2 takes no other characters here.
      expect(inputs.description ?? "the default group").toMatch(
        /^[a-zA-Z0-9. _:/()#,@[\]+=&;{}!$*-]{1,255}$/,
      );
    }
  });

  it("has no way over IPv6 without the setting", async () => {
    const { resources, named, names } = await record({
      ipv6: false,
      allowedCidrs: ["198.51.100.0/24"],
      adminCidrs: ["203.0.113.7"],
    });
    expect(rules(resources).filter((rule) => rule.includes("::"))).toEqual([]);
    expect(named("vm-instance").inputs.ipv6AddressCount).toBeUndefined();
    expect(names).not.toContain("vm-record-aaaa");
  });

  it("asks for a session token for its metadata, and answers no container and no IPv6", async () => {
    const { named } = await record();
    expect(named("vm-instance").inputs.metadataOptions).toEqual({
      httpEndpoint: "enabled",
      httpTokens: "required",
      httpPutResponseHopLimit: 1,
      httpProtocolIpv6: "disabled",
      instanceMetadataTags: "disabled",
    });
  });

  it("encrypts both disks with a key of its own, which rotates", async () => {
    const { named } = await record();
    const key = named("vm-disk-key").inputs;
    expect(key).toMatchObject({ enableKeyRotation: true, deletionWindowInDays: 30 });
    const volume = named("vm-data-volume").inputs;
    expect(volume).toMatchObject({
      type: "gp3",
      size: 200,
      encrypted: true,
      availabilityZone: "eu-central-1a",
    });
    expect(named("vm-instance").inputs.rootBlockDevice).toEqual({
      volumeType: "gp3",
      volumeSize: 150,
      encrypted: true,
      kmsKeyId: volume.kmsKeyId,
      deleteOnTermination: true,
      tags: { ...TAGS, Name: "comfy-prod-root" },
    });
    expect(volume.kmsKeyId).toMatch(/^arn:aws:kms:eu-central-1:123456789012:key\//);
  });

  it("keeps the data when the machine goes, and with keepData when the stack goes", async () => {
    const { named } = await record();
    expect(["vm-data-volume", "vm-disk-key"].map((name) => named(name).retainOnDelete)).toEqual([true, true]);
    expect(named("vm-data-volume").deletedWith).toBe("");
    expect(named("vm-data-volume").inputs.tags).toEqual({
      ...TAGS,
      Name: "comfy-prod-data",
      "comfy-fortress.volume": "prod-data",
    });
    const instance = named("vm-instance");
    for (const name of ["vm-data-attachment", "vm-address-association"]) {
      expect(named(name).deletedWith).toBe(instance.urn);
    }
    const temporary = await record({ keepData: false });
    expect(temporary.named("vm-data-volume").retainOnDelete).toBe(false);
    expect(temporary.named("vm-disk-key").retainOnDelete).toBe(false);
  });

  it("is made anew by what it starts with, once what it needs is there", async () => {
    const { named } = await record();
    const { inputs, dependencies, ignoreChanges, replaceOnChanges } = named("vm-instance");
    expect(inputs).toMatchObject({
      userDataReplaceOnChange: true,
      instanceInitiatedShutdownBehavior: "stop",
      disableApiTermination: true,
      forceDestroy: true,
      ebsOptimized: true,
      monitoring: true,
      associatePublicIpAddress: false,
      instanceType: "g6.xlarge",
    });
    expect(ignoreChanges).toEqual(["associatePublicIpAddress", "ami"]);
    expect(replaceOnChanges).toEqual(['tags["comfy-fortress.market"]']);
    const needed = ["vm-route-ipv4", "vm-route-table-association", "vm-https-to-0.0.0.0_0", "vm-profile"];
    expect(dependencies).toEqual(expect.arrayContaining(needed.map((name) => named(name).urn)));
  });

  it("starts from the AMI that is given, or from AWS's newest, which is then held", async () => {
    const newest = (await record()).named("vm-instance");
    expect(newest.inputs.ami).toMatch(/^ami-[0-9a-f]{17}$/);
    const pinned = (await record({ amiId: "ami-0123456789abcdef0" })).named("vm-instance");
    expect(pinned.inputs.ami).toBe("ami-0123456789abcdef0");
    expect(pinned.ignoreChanges).toEqual(["associatePublicIpAddress"]);
  });

  it("as a spot instance is stopped, not ended, and is replaced when that changes", async () => {
    const { named } = await record({ spot: true });
    const { inputs } = named("vm-instance");
    expect(inputs.instanceMarketOptions).toEqual({
      marketType: "spot",
      spotOptions: { spotInstanceType: "persistent", instanceInterruptionBehavior: "stop" },
    });
    // EC2 refuses both for spot instances.
    expect([inputs.disableApiTermination, inputs.forceDestroy]).toEqual([undefined, undefined]);
    expect(inputs.tags).toMatchObject({ "comfy-fortress.market": "spot" });
    expect((await record()).named("vm-instance").inputs.instanceMarketOptions).toBeUndefined();
  });

  it("gets its keys, its volume's id and what else is put on it by user data, which is a secret", async () => {
    const file = { path: "/etc/comfy-try", content: "tried", permissions: "0644" };
    const { named, outputs } = await record({
      hostParts: [{ files: [file], commands: ["echo provisioned"] }],
    });
    const { inputs, secretKeys } = named("vm-instance");
    const userData = String(inputs.userData);
    expect(secretKeys).toContain("userData");
    expect(userData.startsWith("#cloud-config\n")).toBe(true);
    expect(Buffer.byteLength(userData)).toBeLessThan(16 * 1024);
    const volume = named("vm-data-attachment").inputs.volumeId;
    expect(volume).toMatch(/^vol-/);
    for (const part of [
      String(volume).replace("-", ""),
      "comfy-prod-vm",
      String(outputs.hostPublicKey),
      "/etc/comfy-try",
    ]) {
      expect(userData).toContain(part);
    }
    expect(userData).toContain("echo provisioned");
    // The operator's own key stays with the operator.
    const privateKey = String((outputs.privateKey as { value?: unknown })?.value ?? outputs.privateKey);
    expect(privateKey).toContain("OPENSSH PRIVATE KEY");
    expect(userData).not.toContain(privateKey.split("\n")[3]);
  });

  it("stands in a VPC of its own where nothing gets an address by itself and the default group is shut", async () => {
    const { named } = await record();
    expect(named("vm-subnet").inputs).toMatchObject({
      cidrBlock: "10.77.0.0/24",
      ipv6CidrBlock: expect.stringMatching(/^2001:db8:.*::\/64$/),
      mapPublicIpOnLaunch: false,
      assignIpv6AddressOnCreation: false,
    });
    expect(named("vm-subnet").ignoreChanges).toEqual(["availabilityZone"]);
    expect(named("vm-default-security-group").inputs).toMatchObject({ ingress: [], egress: [] });
    expect(named("vm-flow-log").inputs).toMatchObject({
      trafficType: "ALL",
      logDestinationType: "cloud-watch-logs",
    });
    expect(named("vm-flow-log-group").inputs).toMatchObject({
      name: "/comfy-fortress/prod/flow",
      retentionInDays: 365,
      kmsKeyId: "arn:aws:kms:::key/logs",
    });
  });

  it("stands in the subnet that is given, and makes no network then", async () => {
    const { named, names, resources } = await record({ subnetId: "subnet-0123456789abcdef0" });
    expect(names.filter((name) => /vpc|subnet|route|gateway|flow|default/.test(name))).toEqual([]);
    expect(named("vm-instance").inputs.subnetId).toBe("subnet-0123456789abcdef0");
    expect(named("vm-security-group").inputs.vpcId).toMatch(/^vpc-/);
    expect(rules(resources)).toContain("out udp 53-53 10.0.0.0/16");
  });

  it("may write to its log group and one TXT record, and be managed by Systems Manager", async () => {
    const { named, resources } = await record();
    expect(document(named("vm-role"), "assumeRolePolicy").Statement).toEqual([
      { Effect: "Allow", Principal: { Service: "ec2.amazonaws.com" }, Action: "sts:AssumeRole" },
    ]);
    const attached = resources.filter(({ type }) => type.endsWith(":RolePolicyAttachment"));
    expect(attached.map(({ inputs }) => inputs.policyArn)).toEqual([
      "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore",
    ]);
    const group = ARGS.logGroupArn;
    expect(document(named("vm-logs-policy")).Statement).toEqual([
      {
        Effect: "Allow",
        Action: ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
        Resource: [group, `${group}:*`],
      },
    ]);
    const key = (name: string) => `route53:ChangeResourceRecordSets${name}`;
    expect(document(named("vm-acme-policy")).Statement).toEqual([
      {
        Effect: "Allow",
        Action: "route53:ChangeResourceRecordSets",
        Resource: `arn:aws:route53:::hostedzone/${ZONE}`,
        Condition: {
          "ForAllValues:StringEquals": {
            [key("NormalizedRecordNames")]: ["_acme-challenge.comfy.example.com"],
            [key("RecordTypes")]: ["TXT"],
            [key("Actions")]: ["UPSERT", "DELETE"],
          },
          Null: {
            [key("NormalizedRecordNames")]: "false",
            [key("RecordTypes")]: "false",
            [key("Actions")]: "false",
          },
        },
      },
      { Effect: "Allow", Action: "route53:GetChange", Resource: "arn:aws:route53:::change/*" },
      { Effect: "Allow", Action: "route53:ListHostedZones", Resource: "*" },
    ]);
    expect((await record({ acmeZoneId: undefined })).names).not.toContain("vm-acme-policy");
  });

  it("lets only who starts it have its disks opened by EC2", async () => {
    const statements = (of: Awaited<ReturnType<typeof record>>) =>
      document(of.named("vm-disk-key")).Statement as { Sid: string; Condition?: object }[];
    const onDemand = statements(await record());
    expect(onDemand.map(({ Sid }) => Sid)).toEqual(["Account", "Starters"]);
    expect(onDemand[1]?.Condition).toEqual({
      StringEquals: {
        "kms:CallerAccount": "123456789012",
        "kms:ViaService": "ec2.eu-central-1.amazonaws.com",
      },
      ArnLike: { "aws:PrincipalArn": "arn:aws:iam::123456789012:role/comfy-fortress/prod/*" },
      Bool: { "kms:GrantIsForAWSResource": "true" },
    });
    const spot = statements(await record({ spot: true }));
    expect(spot.map(({ Sid }) => Sid)).toEqual(["Account", "Starters", "Spot", "SpotGrants"]);
    expect(JSON.stringify(spot[2]?.Condition)).toContain("spot.amazonaws.com/AWSServiceRoleForEC2Spot");
  });

  it("is found by the domain's records, where the zone is given", async () => {
    const { named, outputs } = await record();
    const record53 = { zoneId: ZONE, name: "comfy.example.com", ttl: 60 };
    expect(named("vm-record-a").inputs).toEqual({ ...record53, type: "A", records: [outputs.address] });
    expect(named("vm-record-aaaa").inputs).toEqual({
      ...record53,
      type: "AAAA",
      records: ["2001:db8:77:7700::10"],
    });
    expect((await record({ hostedZoneId: undefined })).names.join()).not.toContain("record");
  });

  it("has its stack in the tags of everything that takes tags", async () => {
    const { resources } = await record();
    const untagged = resources.filter(({ type, inputs }) => type.startsWith("aws:") && !inputs.tags);
    expect([...new Set(untagged.map(({ type }) => type.split(":").at(-1)))].sort()).toEqual([
      ...["Alias", "EipAssociation", "Record", "RolePolicy", "RolePolicyAttachment", "Route"],
      ...["RouteTableAssociation", "VolumeAttachment"],
    ]);
    for (const { name, inputs } of resources.filter(({ inputs }) => inputs.tags)) {
      expect(inputs.tags, name).toMatchObject(TAGS);
      // What every service takes in a tag.
      expect(
        Object.entries(inputs.tags as object)
          .flat()
          .join(""),
        name,
      ).toMatch(/^[\w .:/=+@-]*$/);
    }
  });
});

describe("the types of a machine", () => {
  it("have a GPU, memory and a price each, and begin with the default", () => {
    expect(INSTANCE_TYPES.get("g6.xlarge")).toEqual({
      gpu: "L4",
      gpus: 1,
      gpuMemoryGiB: 22,
      vcpus: 4,
      memoryGiB: 16,
      usdPerHour: 0.8048,
    });
    const families = new Set([...INSTANCE_TYPES.keys()].map((name) => name.split(".")[0]));
    expect([...families]).toEqual(["g4dn", "g5", "g6", "g6e", "p4d", "p4de", "p5"]);
    for (const [name, type] of INSTANCE_TYPES) {
      expect(Math.min(type.gpus, type.gpuMemoryGiB, type.vcpus, type.memoryGiB), name).toBeGreaterThan(0);
      expect(type.usdPerHour, name).toBeGreaterThan(0.1);
    }
  });

  it("are listed for a person by family", () => {
    expect(instanceTypeList()).toContain(
      "g6e.{xlarge,2xlarge,4xlarge,8xlarge,12xlarge,16xlarge,24xlarge,48xlarge}",
    );
    expect(instanceTypeList()).toContain("p5.{4xlarge,48xlarge}");
  });

  it.each([
    ["p3.2xlarge", "its V100 (Volta) is not in CUDA 13 any more: torch's cu130 wheels have no code for it"],
    ["g4ad.xlarge", "its GPU is AMD's, and the image is made for NVIDIA's"],
    ["g5g.xlarge", "its processor is of ARM, and the images are built for x86"],
    ["g6.3xlarge", "there is no such size of it here"],
    ["m7i.large", "it has no GPU that ComfyUI can use"],
    ["", "it has no GPU that ComfyUI can use"],
  ])("are not %j", (name, reason) => {
    expect(instanceTypeProblem(name)).toBe(reason);
  });
});
