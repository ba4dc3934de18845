import { INSTANCE_TYPES, PRICES_OF } from "../../components/gpu-vm/instance-types";
import { METRICS } from "../../components/monitoring/layout";
import type { Registration } from "../embedded/monitor";
import { isRecord } from "../embedded/values";

/** Prices in US dollars for us-east-1, as AWS's price pages had them in `PRICES_OF`; other regions ask for more. */
const USD = {
  /** General purpose SSD (gp3), for a GiB and month, with the 3000 IOPS and 125 MiB/s that come with it. */
  gp3GiBMonth: 0.08,
  /** A public IPv4 address for an hour, in use or not. */
  publicIpv4Hour: 0.005,
  kmsKeyMonth: 1,
  /** A metric of one's own; detailed monitoring of an instance counts as seven. */
  metricMonth: 0.3,
  alarmMonth: 0.1,
} as const;
const DETAILED_MONITORING_METRICS = 7;
const HOURS_A_MONTH = 730;

/** What the bill has besides, by how much is used. */
const NOT_INCLUDED = [
  "data transfer to the internet (0.09 a GB after the first 100 GB)",
  "log lines (0.50 a GB)",
  "snapshots (0.05 a GB and month)",
  "the hosted zone (0.50)",
  "tax",
];

/** One line of an estimate, in US dollars a month. */
export interface CostLine {
  readonly what: string;
  readonly usd: number;
  /** Whether it costs that only while the machine runs. */
  readonly whileRunning: boolean;
}

/** What the resources cost a month, as far as that is known before they are used. */
export function monthlyCost(resources: readonly Registration[]): CostLine[] {
  const ofType = (type: string) => resources.filter((one) => one.type === type);
  const count = (type: string) => ofType(type).length;
  const machines = ofType("aws:ec2/instance:Instance").flatMap(({ inputs }) => {
    const type = String(inputs.instanceType);
    const usd = (INSTANCE_TYPES.get(type)?.usdPerHour ?? Number.NaN) * HOURS_A_MONTH;
    const root = isRecord(inputs.rootBlockDevice) ? Number(inputs.rootBlockDevice.volumeSize) : 0;
    const market = isRecord(inputs.instanceMarketOptions) ? "on demand; spot is mostly less" : "on demand";
    return [
      { what: `${type}, ${HOURS_A_MONTH} hours ${market}`, usd, whileRunning: true },
      {
        what: "detailed monitoring",
        usd: DETAILED_MONITORING_METRICS * USD.metricMonth,
        whileRunning: true,
      },
      disk("system disk", root),
    ];
  });
  const disks = ofType("aws:ebs/volume:Volume").map(({ inputs }) => disk("data volume", Number(inputs.size)));
  const counted = [
    ["public IPv4 address", "aws:ec2/eip:Eip", USD.publicIpv4Hour * HOURS_A_MONTH],
    ["KMS key", "aws:kms/key:Key", USD.kmsKeyMonth],
    ["alarm", "aws:cloudwatch/metricAlarm:MetricAlarm", USD.alarmMonth],
  ] as const;
  const metrics = Object.keys(METRICS).length;
  const isMeasured = count("aws:cloudwatch/dashboard:Dashboard") > 0;
  return [
    ...machines,
    ...disks,
    ...counted.map(([what, type, usd]) => line(what, count(type), usd)),
    ...(isMeasured ? [{ ...line("metric", metrics, USD.metricMonth), whileRunning: true }] : []),
  ].filter(({ usd }) => usd !== 0);
}

function disk(what: string, sizeGiB: number): CostLine {
  return { what: `${what}, ${sizeGiB} GiB`, usd: sizeGiB * USD.gp3GiBMonth, whileRunning: false };
}

function line(what: string, count: number, usd: number): CostLine {
  const words = `${what}${what.endsWith("s") ? "es" : "s"}`;
  return { what: count === 1 ? what : `${count} ${words}`, usd: count * usd, whileRunning: false };
}

/** The estimate for a person to read; empty where nothing costs anything. */
export function costTable(resources: readonly Registration[]): string[] {
  const lines = monthlyCost(resources);
  if (lines.length === 0) {
    return [];
  }
  const sum = (of: readonly CostLine[]) => of.reduce((total, { usd }) => total + usd, 0);
  const rows = [
    ...lines.map(({ what, usd }) => [what, usd] as const),
    ["together", sum(lines)] as const,
    ["stopped all the month", sum(lines.filter(({ whileRunning }) => !whileRunning))] as const,
  ];
  const width = Math.max(...rows.map(([what]) => what.length));
  return [
    `COST A MONTH, in US dollars, about (us-east-1, prices of ${PRICES_OF})`,
    ...rows.map(([what, usd]) => `${what.padEnd(width)}  ${usd.toFixed(2).padStart(9)}`),
    `Not included: ${NOT_INCLUDED.join(", ")}.`,
  ];
}
