import type { Registration } from "../embedded/monitor";
import { isRecord } from "../embedded/values";

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

/** The same for a person: one line a resource. */
export function planTable(resources: readonly Registration[]): string {
  const rows = [
    ["TYPE", "NAME", "PUBLISHES"],
    ...resources.map(({ type, name, inputs }) => [type, name, published(inputs.ports)]),
  ];
  const widths = [0, 1].map((column) => Math.max(...rows.map((row) => (row[column] ?? "").length)));
  const lines = rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  "));
  return [...lines.map((line) => line.trimEnd()), "", `${resources.length} resources`].join("\n");
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
