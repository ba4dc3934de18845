export type Level = "info" | "warn" | "error";

/** Writes one JSON line to standard output: time, level, event, and what belongs to it. */
export function log(level: Level, event: string, fields: Readonly<Record<string, unknown>> = {}): void {
  process.stdout.write(
    `${JSON.stringify({ time: new Date().toISOString(), level, component: "certificate", event, ...fields })}\n`,
  );
}
