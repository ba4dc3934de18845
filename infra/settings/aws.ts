import { z } from "zod";
import { canonicalCidr, cidrProblem, isCidr } from "../../components/gateway/nginx/cidr";
import { DEFAULT_INSTANCE_TYPE, instanceTypeProblem } from "../../components/gpu-vm/instance-types";
import { RETENTION_DAYS } from "../../components/monitoring/layout";
import { isScheduleTime, isTimeZone } from "../../components/power/schedule";
import { addressRange, isWiderThan, isWorld } from "../../policies/facts/ranges";
import { problem, type SettingsProblem } from "./problems";
import type { CompleteSettings } from "./schema";

/** Rules of one family of addresses that AWS lets a security group have in one direction, unless asked for more. */
const RULES_PER_GROUP = 60;
/** The widest that SSH is open to unless somebody says that it may be wider. */
const NARROW = { 4: 24, 6: 64 } as const;
/** Settings that only mean something with the target aws. */
const AWS_KEYS = ["adminCidrs", "vm", "power", "monitoring"];
/** The port of the endpoint: what the security group opens besides SSH. */
export const AWS_PORT = 443;

export const vm = z.strictObject({
  instanceType: z.string().default(DEFAULT_INSTANCE_TYPE),
  amiId: z
    .string()
    .regex(/^ami-([0-9a-f]{8}|[0-9a-f]{17})$/)
    .optional(),
  rootVolumeGiB: z.int().min(100).max(16_384).default(150),
  dataVolumeGiB: z.int().min(20).max(16_384).default(200),
  dataSnapshotId: z
    .string()
    .regex(/^snap-([0-9a-f]{8}|[0-9a-f]{17})$/)
    .optional(),
  keepData: z.boolean().default(true),
  spot: z.boolean().default(false),
  subnetId: z
    .string()
    .regex(/^subnet-([0-9a-f]{8}|[0-9a-f]{17})$/)
    .optional(),
  availabilityZone: z
    .string()
    .regex(/^[a-z]{2}(-[a-z]+)+-[0-9]+[a-z]$/)
    .optional(),
  hostedZoneId: z
    .string()
    .regex(/^Z[A-Z0-9]{1,31}$/)
    .optional(),
  allowWideAdminCidrs: z.boolean().default(false),
});

export const power = z.strictObject({
  idleMinutes: z.int().min(5).max(1440).optional(),
  schedule: z
    .strictObject({
      start: z.string().refine(isScheduleTime).optional(),
      stop: z.string().refine(isScheduleTime).optional(),
      timeZone: z.string().refine(isTimeZone).default("UTC"),
    })
    .refine(({ start, stop }) => start !== undefined || stop !== undefined)
    .optional(),
});

export const monitoring = z.strictObject({
  email: z.string().regex(/^[^\s@,;<>]+@[^\s@,;<>]+\.[^\s@,;<>]+$/),
  logRetentionDays: z
    .int()
    .refine((days) => RETENTION_DAYS.includes(days))
    .default(365),
  monthlyBudgetUsd: z.int().min(1).max(1_000_000).optional(),
});

/** What these settings are with the target aws: what nobody set is at its default there. */
export function awsSettings(settings: Pick<CompleteSettings, "vm" | "power" | "monitoring">) {
  return { ...settings, vm: settings.vm ?? vm.parse({}), power: settings.power ?? power.parse({}) };
}

/**
 * What does not go together with the target.
 * @param raw the settings as they were given, without defaults
 */
export function targetProblems(settings: CompleteSettings, raw: Record<string, unknown>): SettingsProblem[] {
  if (settings.target === "local") {
    const given = AWS_KEYS.filter((key) => raw[key] !== undefined && !isEmptyList(raw[key]));
    return given.map((key) => because([key], raw[key], "there is no machine to make with target local"));
  }
  return [
    ...domainAndPort(settings),
    ...adminCidrProblems(settings),
    ...allowlistProblems(settings),
    ...machineProblems(settings),
    ...(settings.monitoring === undefined ? [problem(["monitoring", "email"], undefined)] : []),
  ];
}

function domainAndPort({ domain, port, acme }: CompleteSettings): SettingsProblem[] {
  return [
    ...(domain === "localhost"
      ? [because(["domain"], domain, "the machine in AWS is reached by a name of its own")]
      : []),
    ...(port !== undefined && port !== AWS_PORT
      ? [because(["port"], port, `the security group opens ${AWS_PORT} and nothing else`)]
      : []),
    ...(acme?.dnsHooks !== undefined
      ? [
          because(
            ["acme", "dnsHooks"],
            acme.dnsHooks,
            "the folder is on this machine, and Certbot runs in AWS",
          ),
        ]
      : []),
  ];
}

function adminCidrProblems({ adminCidrs, ipv6, ...settings }: CompleteSettings): SettingsProblem[] {
  const { allowWideAdminCidrs } = awsSettings(settings).vm;
  if (adminCidrs.length === 0) {
    return [problem(["adminCidrs"], undefined)];
  }
  const found = adminCidrs.flatMap((cidr, at) => {
    const reason = cidrProblem(cidr) ?? adminCidrProblem(cidr, { ipv6, allowWideAdminCidrs });
    return reason === undefined ? [] : [because(["adminCidrs", at], cidr, reason)];
  });
  // Cut into pieces, the world is still the world.
  const ranges = adminCidrs.flatMap((cidr) => addressRange(cidr) ?? []);
  const together = found.length === 0 && isWorld(ranges);
  return together
    ? [because(["adminCidrs"], adminCidrs, "together they are the world, from where SSH is never reached")]
    : found;
}

function adminCidrProblem(cidr: string, may: { ipv6: boolean; allowWideAdminCidrs: boolean }) {
  const range = addressRange(cidr);
  if (range === undefined) {
    return "it is no IPv4 or IPv6 address or range";
  }
  if (isWorld([range])) {
    return "it is the world, or a good part of it, from where SSH is never reached";
  }
  if (isWiderThan(range, NARROW) && !may.allowWideAdminCidrs) {
    return `it is wider than /${NARROW[range.family]}, and vm.allowWideAdminCidrs is not true`;
  }
  return range.family === 6 && !may.ipv6 ? "the machine has no IPv6 address without ipv6: true" : undefined;
}

function allowlistProblems({ allowedCidrs, adminCidrs }: CompleteSettings): SettingsProblem[] {
  if (allowedCidrs.length === 0) {
    return [because(["allowedCidrs"], allowedCidrs, "who may reach 443 of a machine in AWS must be said")];
  }
  const rules = [allowedCidrs, adminCidrs].map((cidrs) => new Set(cidrs.filter(isCidr).map(canonicalCidr)));
  return ([4, 6] as const).flatMap((family) => {
    const isOf = (cidr: string) => cidr.includes(":") === (family === 6);
    const count = rules.reduce((sum, one) => sum + [...one].filter(isOf).length, 0);
    const reason = `with adminCidrs that is ${count} rules for IPv${family}; a security group holds ${RULES_PER_GROUP}`;
    return count > RULES_PER_GROUP ? [because(["allowedCidrs"], allowedCidrs, reason)] : [];
  });
}

function machineProblems(settings: CompleteSettings): SettingsProblem[] {
  const { instanceType, subnetId, availabilityZone } = awsSettings(settings).vm;
  const reason = instanceTypeProblem(instanceType);
  return [
    ...(reason === undefined ? [] : [because(["vm", "instanceType"], instanceType, reason)]),
    ...(subnetId !== undefined && availabilityZone !== undefined
      ? [because(["vm", "availabilityZone"], availabilityZone, "vm.subnetId says where the machine is")]
      : []),
  ];
}

function because(path: readonly PropertyKey[], value: unknown, reason: string): SettingsProblem {
  const found = problem(path, value);
  return { ...found, value: `${found.value}: ${reason}` };
}

/** The default of Pulumi.yaml. */
function isEmptyList(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}
