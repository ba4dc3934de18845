import type { Outcome } from "../core/evaluate";
import { unknownMessage, violationMessage } from "../core/message";
import type { Severity } from "../core/rule";

/** One line of a report, in whatever form it is printed. */
export interface Line {
  readonly rule: string;
  readonly kind: "violation" | "exception" | "excused" | "unknown";
  readonly enforcement: Outcome["enforcement"];
  readonly severity: Severity;
  readonly resource: string;
  readonly urn?: string;
  readonly message: string;
  /** Who answers for an excused violation, and until when. */
  readonly excuse?: string;
}

const SEVERITIES: readonly Severity[] = ["critical", "high", "medium", "low"];

/** Everything the outcomes have to say, the worst first. */
export function lines(outcomes: readonly Outcome[]): Line[] {
  const all = outcomes.flatMap(
    ({ id, rule, enforcement, violations, excused, unknown, badExceptions }): Line[] => {
      const common = { rule: id, enforcement, severity: rule.severity };
      return [
        ...violations.map((finding) => ({
          ...common,
          kind: "violation" as const,
          resource: finding.resource.name,
          urn: finding.resource.urn,
          message: violationMessage(rule, finding),
        })),
        ...badExceptions.map((message) => ({ ...common, kind: "exception" as const, resource: "", message })),
        ...excused.map(({ finding, exception }) => ({
          ...common,
          kind: "excused" as const,
          resource: finding.resource.name,
          urn: finding.resource.urn,
          message: violationMessage(rule, finding),
          excuse: `${exception.reason} (${exception.owner}, until ${exception.expires})`,
        })),
        ...unknown.map(({ resource, path }) => ({
          ...common,
          kind: "unknown" as const,
          resource: resource.name,
          urn: resource.urn,
          message: unknownMessage(resource, path),
        })),
      ];
    },
  );
  return all
    .map((line, at) => ({ line, at }))
    .sort((a, b) => weight(a.line) - weight(b.line) || a.at - b.at)
    .map(({ line }) => line);
}

/** Violations before what is excused or unknown, mandatory before advisory, critical before low. */
function weight({ kind, enforcement, severity }: Line): number {
  const kindWeight = kind === "violation" || kind === "exception" ? 0 : kind === "unknown" ? 1 : 2;
  return kindWeight * 100 + (enforcement === "mandatory" ? 0 : 10) + SEVERITIES.indexOf(severity);
}

/** Whether a pull request must not pass. */
export function isBlocking({ kind, enforcement }: Line): boolean {
  return enforcement === "mandatory" && (kind === "violation" || kind === "exception");
}

/** The last sentence of every report. */
export function verdict(all: readonly Line[]): string {
  const count = (test: (line: Line) => boolean) => all.filter(test).length;
  const blocking = count(isBlocking);
  const advisory = count(
    (line) => !isBlocking(line) && (line.kind === "violation" || line.kind === "exception"),
  );
  return `${blocking} mandatory, ${advisory} advisory, ${count(({ kind }) => kind === "excused")} excused, ${count(({ kind }) => kind === "unknown")} not known.`;
}
