import type { Registration } from "../embedded/monitor";
import { isRecord, type Properties } from "../embedded/values";
import { costTable } from "./prices";

/** Pulumi's marks of a secret in JSON (sdk/go/common/resource/sig). */
const SECRET = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270" };

/**
 * What a program asks for as JSON that `npm run policy` reads. A secret is only marked as one: it may come from the
 * stack's settings, and a plan is shown to many.
 */
export function planJson(resources: readonly Registration[]): string {
  const entries = resources.map(({ urn, type, name, parent, inputs, secretKeys }) => ({
    ...{ urn, type, name, parent },
    inputs: Object.fromEntries(
      Object.entries(inputs).map(([key, value]) => [key, secretKeys.includes(key) ? SECRET : value]),
    ),
    additionalSecretOutputs: secretKeys,
  }));
  return JSON.stringify({ resources: entries }, null, 2);
}

/** The same for a person: one line a resource, what the security groups open, and what it costs in AWS. */
export function planTable(resources: readonly Registration[]): string {
  const rows = [
    ["TYPE", "NAME", "PUBLISHES"],
    ...resources.map(({ type, name, inputs }) => [type, name, published(inputs.ports)]),
  ];
  const parts = [
    [...table(rows), "", `${resources.length} resources`],
    openings(resources),
    costTable(resources),
  ];
  return parts
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join("\n"))
    .join("\n\n");
}

function table(rows: readonly (readonly string[])[]): string[] {
  const columns = Math.max(...rows.map((row) => row.length)) - 1;
  const widths = Array.from({ length: columns }, (_, at) =>
    Math.max(...rows.map((row) => (row[at] ?? "").length)),
  );
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}

function published(ports: unknown): string {
  const list = Array.isArray(ports) ? ports.filter(isRecord) : [];
  return list
    .map(({ ip = "0.0.0.0", external, internal, protocol = "tcp" }) => {
      const host = String(ip).includes(":") ? `[${ip}]` : ip;
      return `${host}:${external ?? "(any)"} -> ${internal}/${protocol}`;
    })
    .join(", ");
}

const RULES: Readonly<Record<string, string>> = {
  "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": "in",
  "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": "out",
};

/** What the rules of the security groups let through, those alike but for their peer on one line. */
function openings(resources: readonly Registration[]): string[] {
  const peers = new Map<string, string[]>();
  for (const { type, inputs } of resources) {
    const direction = RULES[type];
    if (direction !== undefined) {
      const key = JSON.stringify([direction, ...portAndPurpose(inputs)]);
      peers.set(key, [
        ...(peers.get(key) ?? []),
        String(inputs.cidrIpv4 ?? inputs.cidrIpv6 ?? "(another group)"),
      ]);
    }
  }
  const rows = [...peers].map(([key, cidrs]) => {
    const [direction = "", port = "", purpose = ""] = JSON.parse(key) as string[];
    return [direction, port, cidrs.join(", "), purpose];
  });
  const byDirection = (one: string[], other: string[]) => String(one[0]).localeCompare(String(other[0]));
  return rows.length === 0 ? [] : table([["OPEN", "PORT", "FOR", "WHY"], ...rows.sort(byDirection)]);
}

function portAndPurpose({ ipProtocol, fromPort, toPort, description = "" }: Properties): [string, string] {
  const ports = fromPort === toPort ? `${fromPort}` : `${fromPort}-${toPort}`;
  return [`${ports}/${ipProtocol}`, String(description)];
}
