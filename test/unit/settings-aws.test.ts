/** The settings of the target aws: each bad one by its exact words, and that no accepted one opens more than it says. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { securityGroupRules } from "../../components/gpu-vm/security-group";
import { readSettings, type Settings, SettingsError } from "../../infra/settings";
import { addressRange, isWorld } from "../../policies/facts/ranges";

const ZONE = "Z0123456789ABCDEFGHIJ";
const AWS = {
  target: "aws",
  domain: "comfy.example.com",
  allowedCidrs: ["198.51.100.0/24"],
  adminCidrs: ["203.0.113.7"],
  monitoring: { email: "ops@example.com" },
};

function read(config: Record<string, unknown>): Settings {
  const text = Object.fromEntries(
    Object.entries(config)
      .filter(([, value]) => value !== undefined)
      .map(([key, value]) => [key, typeof value === "string" ? value : JSON.stringify(value)]),
  );
  return readSettings({ stack: "prod", config: text, env: {}, fileExists: () => true });
}

function problems(config: Record<string, unknown>) {
  try {
    read(config);
  } catch (error) {
    if (error instanceof SettingsError) return error.problems;
    throw error;
  }
  return [];
}

describe("the settings of the target aws", () => {
  it("are complete with a name, who may come in, and who is told", () => {
    const { vm, power, monitoring, port, comfyui, jwt } = read(AWS);
    expect(vm).toEqual({
      instanceType: "g6.xlarge",
      rootVolumeGiB: 150,
      dataVolumeGiB: 200,
      keepData: true,
      spot: false,
      allowWideAdminCidrs: false,
    });
    expect(power).toEqual({});
    expect(monitoring).toEqual({ email: "ops@example.com", logRetentionDays: 365 });
    expect([port, comfyui.accelerator]).toEqual([443, "cuda"]);
    expect(jwt.audience).toBe("https://comfy.example.com");
    const local = read({});
    expect([local.port, local.comfyui.accelerator, local.vm, local.power, local.monitoring]).toEqual([
      ...[8443, "cpu"],
      ...[undefined, undefined, undefined],
    ]);
  });

  it("prove the domain in the zone of its records, unless another is given", () => {
    const acme = { email: "me@example.com" };
    const letsencrypt = { ...AWS, certificate: "letsencrypt", vm: { hostedZoneId: ZONE } };
    const zone = (zoneId: string) => ({ host: "route53", zoneId });
    expect(read({ ...letsencrypt, acme }).acme?.dns).toEqual(zone(ZONE));
    expect(read({ ...letsencrypt, acme: { ...acme, zoneId: "Z9" } }).acme?.dns).toEqual(zone("Z9"));
  });

  it("take times with days, in a zone", () => {
    const schedule = { start: "MON-FRI 08:00", stop: "20:00", timeZone: "Europe/Berlin" };
    expect(read({ ...AWS, power: { idleMinutes: 5, schedule } }).power).toEqual({ idleMinutes: 5, schedule });
    expect(read({ ...AWS, power: { schedule: { stop: "20:00" } } }).power?.schedule?.timeZone).toBe("UTC");
  });

  it("name images to pull by digest", () => {
    const images = { comfyui: `123456789012.dkr.ecr.us-east-1.amazonaws.com/c@sha256:${"a".repeat(64)}` };
    expect(read({ ...AWS, build: { images } }).build.images).toEqual(images);
  });

  it.each<[what: string, change: Record<string, unknown>, key: string, value: string]>([
    ["no adminCidrs", { adminCidrs: undefined }, "adminCidrs", "(missing)"],
    [
      "the world as adminCidrs",
      { adminCidrs: ["0.0.0.0/0"] },
      "adminCidrs.0",
      '"0.0.0.0/0": it is the world, or a good part of it, from where SSH is never reached',
    ],
    [
      "the world as adminCidrs, even when wide ones are allowed",
      { adminCidrs: ["0.0.0.0/0"], vm: { allowWideAdminCidrs: true } },
      "adminCidrs.0",
      '"0.0.0.0/0": it is the world, or a good part of it, from where SSH is never reached',
    ],
    [
      "half the world",
      { adminCidrs: ["128.0.0.0/1"], vm: { allowWideAdminCidrs: true } },
      "adminCidrs.0",
      '"128.0.0.0/1": it is the world, or a good part of it, from where SSH is never reached',
    ],
    [
      "the world of IPv6",
      { ipv6: true, adminCidrs: ["::/0"], vm: { allowWideAdminCidrs: true } },
      "adminCidrs.0",
      '"::/0": it is the world, or a good part of it, from where SSH is never reached',
    ],
    [
      "the world in pieces",
      { adminCidrs: ["16.0.0.0/8", "17.0.0.0/8"], vm: { allowWideAdminCidrs: true } },
      "adminCidrs",
      '["16.0.0.0/8","17.0.0.0/8"]: together they are the world, from where SSH is never reached',
    ],
    [
      "adminCidrs wider than /24",
      { adminCidrs: ["203.0.113.7", "198.51.100.0/23"] },
      "adminCidrs.1",
      '"198.51.100.0/23": it is wider than /24, and vm.allowWideAdminCidrs is not true',
    ],
    [
      "adminCidrs wider than /64",
      { ipv6: true, adminCidrs: ["2001:db8::/63"] },
      "adminCidrs.0",
      '"2001:db8::/63": it is wider than /64, and vm.allowWideAdminCidrs is not true',
    ],
    [
      "an administrator over IPv6 without it",
      { adminCidrs: ["2001:db8::/64"] },
      "adminCidrs.0",
      '"2001:db8::/64": the machine has no IPv6 address without ipv6: true',
    ],
    [
      "an administrator by name",
      { adminCidrs: ["office"] },
      "adminCidrs.0",
      '"office": it is no IPv4 or IPv6 address or range',
    ],
    [
      "nobody who may come in",
      { allowedCidrs: undefined },
      "allowedCidrs",
      "[]: who may reach 443 of a machine in AWS must be said",
    ],
    [
      "more rules than a security group holds",
      { allowedCidrs: Array.from({ length: 60 }, (_, at) => `198.51.100.${at}`) },
      "allowedCidrs",
      '["198.51.100.0","198.51.100.1","198.51.100.2","198.51.100.3","198.51.100.4","198.51.100.5","198.51.100.6","198.51.100...' +
        ": with adminCidrs that is 61 rules for IPv4; a security group holds 60",
    ],
    [
      "localhost",
      { domain: undefined },
      "domain",
      '"localhost": the machine in AWS is reached by a name of its own',
    ],
    ["another port", { port: 8443 }, "port", "8443: the security group opens 443 and nothing else"],
    [
      "a domain without a zone for letsencrypt",
      { certificate: "letsencrypt", acme: { email: "me@example.com" } },
      "acme.zoneId",
      "(missing)",
    ],
    [
      "hooks on this machine for Certbot on another",
      { certificate: "letsencrypt", acme: { email: "me@example.com", dnsHooks: "./dns" } },
      "acme.dnsHooks",
      '"./dns": the folder is on this machine, and Certbot runs in AWS',
    ],
    [
      "a GPU that CUDA has dropped",
      { vm: { instanceType: "p3.2xlarge" } },
      "vm.instanceType",
      '"p3.2xlarge": its V100 (Volta) is not in CUDA 13 any more: torch\'s cu130 wheels have no code for it',
    ],
    [
      "a machine without a GPU",
      { vm: { instanceType: "m7i.large" } },
      "vm.instanceType",
      '"m7i.large": it has no GPU that ComfyUI can use',
    ],
    [
      "a subnet and a zone",
      { vm: { subnetId: "subnet-0123456789abcdef0", availabilityZone: "us-east-1a" } },
      "vm.availabilityZone",
      '"us-east-1a": vm.subnetId says where the machine is',
    ],
    ["nobody who is told", { monitoring: undefined }, "monitoring.email", "(missing)"],
    ["an AMI by name", { vm: { amiId: "latest" } }, "vm.amiId", '"latest"'],
    ["a small system disk", { vm: { rootVolumeGiB: 99 } }, "vm.rootVolumeGiB", "99"],
    ["a small data volume", { vm: { dataVolumeGiB: 19 } }, "vm.dataVolumeGiB", "19"],
    [
      "a volume for a snapshot",
      { vm: { dataSnapshotId: "vol-01234567" } },
      "vm.dataSnapshotId",
      '"vol-01234567"',
    ],
    ["a zone's name for its id", { vm: { hostedZoneId: "example.com" } }, "vm.hostedZoneId", '"example.com"'],
    ["a region for a zone", { vm: { availabilityZone: "us-east-1" } }, "vm.availabilityZone", '"us-east-1"'],
    ["a misspelt key", { vm: { instancetype: "g6.xlarge" } }, "vm.instancetype", '"g6.xlarge"'],
    ["an idle time of no time", { power: { idleMinutes: 4 } }, "power.idleMinutes", "4"],
    ["a schedule of nothing", { power: { schedule: {} } }, "power.schedule", "{}"],
    ["a time that is none", { power: { schedule: { stop: "24:00" } } }, "power.schedule.stop", '"24:00"'],
    [
      "a time that YAML took for a number",
      { power: { schedule: { start: 480 } } },
      "power.schedule.start",
      "480",
    ],
    [
      "an offset for a time zone",
      { power: { schedule: { stop: "20:00", timeZone: "+01:00" } } },
      "power.schedule.timeZone",
      '"+01:00"',
    ],
    [
      "logs for a month",
      { monitoring: { email: "o@example.com", logRetentionDays: 30 } },
      "monitoring.logRetentionDays",
      "30",
    ],
    [
      "two addresses in one",
      { monitoring: { email: "a@b.example,c@d.example" } },
      "monitoring.email",
      '"a@b.example,c@d.example"',
    ],
    [
      "an image by tag",
      { build: { images: { comfyui: "comfyui:latest" } } },
      "build.images.comfyui",
      '"comfyui:latest"',
    ],
  ])("refuse %s", (_, change, key, value) => {
    const found = problems({ ...AWS, ...change });
    expect(found.map((one) => [one.key, one.value])).toEqual([[key, value]]);
    for (const { allowed, fix } of found) {
      expect(allowed).not.toBe("");
      expect(allowed).not.toBe("see Pulumi.README.yaml");
      expect(fix).not.toBe("");
    }
  });

  it("say what is allowed and how to mend it", () => {
    expect(problems({ ...AWS, adminCidrs: undefined })[0]).toMatchObject({
      allowed:
        "with target aws: a list of 1 to 60 IPv4 or IPv6 addresses and ranges, none wider than /24 or /64, such as 203.0.113.7",
      fix: "list the addresses that you and your pipeline connect from; Pulumi itself reaches the machine by SSH",
    });
    const zone = problems({ ...AWS, certificate: "letsencrypt", acme: { email: "me@example.com" } })[0];
    expect(zone?.fix).toBe(
      "set vm.hostedZoneId to the zone that holds the domain, or certificate to private-ca",
    );
    const type = problems({ ...AWS, vm: { instanceType: "p3.2xlarge" } })[0];
    expect(type?.allowed).toContain("g4dn.{xlarge,2xlarge,4xlarge,8xlarge,12xlarge,16xlarge}, g5.{");
  });

  it("show all that is wrong at once", () => {
    const found = problems({ target: "aws", vm: { instanceType: "p3.2xlarge" } });
    expect(found.map(({ key }) => key).sort()).toEqual([
      ...["adminCidrs", "allowedCidrs", "domain", "monitoring.email", "vm.instanceType"],
    ]);
  });

  it("are nothing that the target local has", () => {
    const found = problems({
      adminCidrs: ["203.0.113.7"],
      vm: {},
      power: {},
      monitoring: { email: "o@example.com" },
    });
    expect(found.map(({ key, value }) => [key, value])).toEqual([
      ["adminCidrs", '["203.0.113.7"]: there is no machine to make with target local'],
      ["vm", "{}: there is no machine to make with target local"],
      ["power", "{}: there is no machine to make with target local"],
      ["monitoring", '{"email":"o@example.com"}: there is no machine to make with target local'],
    ]);
  });
});

describe("no accepted setting", () => {
  const octet = fc.integer({ min: 0, max: 255 });
  const ipv4 = fc
    .tuple(octet, octet, octet, octet, fc.integer({ min: 0, max: 32 }))
    .map(([a, b, c, d, length]) => {
      const address =
        (((a << 24) | (b << 16) | (c << 8) | d) >>> 0) & (length === 0 ? 0 : -1 << (32 - length));
      const octets = [24, 16, 8, 0].map((shift) => (address >>> shift) & 255);
      return `${octets.join(".")}/${length}`;
    });
  const ipv6 = fc
    .tuple(fc.integer({ min: 0, max: 0xffff }), fc.constantFrom(0, 16, 32, 48, 64, 65, 128))
    .map(([group, length]) =>
      length === 0 ? "::/0" : length < 48 ? `2001::/${length}` : `2001:db8:${group.toString(16)}::/${length}`,
    );
  const wild = fc.constantFrom("0.0.0.0/0", "::/0", "0.0.0.0/1", "128.0.0.0/1", "1.2.3.4/0", "::ffff:0:0/96");
  const narrow = fc.oneof(
    fc.tuple(octet, octet).map(([a, b]) => `198.51.${a}.${b}`),
    octet.map((a) => `203.0.${a}.0/24`),
  );
  const cidr = fc.oneof({ weight: 6, arbitrary: narrow }, { weight: 2, arbitrary: ipv4 }, ipv6, wild);
  const config = fc.record({
    allowedCidrs: fc.array(cidr, { maxLength: 6 }),
    adminCidrs: fc.array(cidr, { maxLength: 4 }),
    ipv6: fc.boolean(),
    vm: fc.record({
      allowWideAdminCidrs: fc.boolean(),
      spot: fc.boolean(),
      instanceType: fc.constantFrom("g6.xlarge", "g4dn.xlarge", "p3.2xlarge"),
    }),
    methods: fc.uniqueArray(fc.constantFrom("apiKey", "basic", "jwt", "mtls"), { minLength: 1 }),
    requireClientCertificate: fc.boolean(),
    clients: fc.uniqueArray(
      fc.record({
        name: fc.constantFrom("a", "b", "c-1"),
        role: fc.constantFrom("worker", "user", "admin"),
      }),
      { minLength: 1, selector: ({ name }) => name },
    ),
  });

  it("opens more than it says, and nothing at all to SSH that is not an administrator's", () => {
    let accepted = 0;
    fc.assert(
      fc.property(config, (change) => {
        const given = { ...AWS, ...change };
        if (problems(given).length > 0) {
          return;
        }
        accepted += 1;
        const settings = read(given);
        const rules = securityGroupRules({ ...settings, vpcCidr: "10.77.0.0/24" });
        const open = (port: number) =>
          rules
            .filter((rule) => rule.direction === "ingress" && rule.port === port)
            .map(({ cidr }) => addressRange(String(cidr)));
        const said = (list: readonly string[]) => new Set(list.map((one) => show(addressRange(one))));
        expect(new Set(open(443).map(show))).toEqual(said(settings.allowedCidrs));
        expect(new Set(open(22).map(show))).toEqual(said(settings.adminCidrs));
        const incoming = rules.filter(({ direction }) => direction === "ingress");
        expect(incoming.every(({ port, protocol }) => [22, 443].includes(port) && protocol === "tcp")).toBe(
          true,
        );

        const admins = settings.adminCidrs.flatMap((one) => addressRange(one) ?? []);
        expect(isWorld(admins)).toBe(false);
        if (!settings.vm?.allowWideAdminCidrs) {
          for (const { family, first, last } of admins) {
            expect(last - first).toBeLessThan(1n << (family === 4 ? 8n : 64n));
          }
        }
        if (!settings.ipv6) {
          expect(rules.filter(({ family }) => family === 6)).toEqual([]);
        }
        const outgoing = rules.filter(({ direction }) => direction === "egress");
        const everywhere = outgoing.filter(({ cidr: peer }) => /\/0$/.test(String(peer)));
        expect(new Set(everywhere.map(({ port }) => port))).toEqual(new Set([80, 443]));
        // Two rules that are the same to EC2 would fail halfway.
        const keys = rules.map(
          ({ direction, protocol, port, cidr: peer }) => `${direction}${protocol}${port}${peer}`,
        );
        expect(new Set(keys).size).toBe(keys.length);
        expect(new Set(rules.map(({ suffix }) => suffix)).size).toBe(rules.length);
      }),
      { numRuns: 2000 },
    );
    expect(accepted).toBeGreaterThan(100);
  });

  function show(range: ReturnType<typeof addressRange>): string {
    return range === undefined ? "nothing" : `${range.first}-${range.last}/${range.family}`;
  }
});
