import type { Measurement } from "./wrk";

/** One contender, and what was measured of it in every round. */
export interface Row {
  readonly title: string;
  readonly rounds: readonly Round[];
  /** Of each round of this row, what the same round of the row it is compared with had. */
  readonly comparedWith?: { readonly title: string; readonly rounds: readonly Round[] };
}

export interface Round extends Measurement {
  /** CPU time of the contender's own processes for one request, in microseconds. */
  readonly cpuMicroseconds: number;
}

/** The middle value; of an even number the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const [low, high] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]];
  if (low === undefined || high === undefined) throw new Error("the median of nothing");
  return (low + high) / 2;
}

/**
 * How many times as fast as the row it is compared with: the median of the ratios within each round, because a machine
 * that is busy with something else slows a whole round down.
 */
export function ratio({ rounds, comparedWith }: Row): number | undefined {
  if (!comparedWith) return undefined;
  return median(
    rounds.map((round, index) => {
      const other = comparedWith.rounds[index];
      if (!other) throw new Error(`"${comparedWith.title}" has fewer rounds`);
      return round.requestsPerSecond / other.requestsPerSecond;
    }),
  );
}

const HEAD = ["", "requests/s", "p50 ms", "p99 ms", "CPU µs/request", "ratio"] as const;

/** The rows as cells: medians over the rounds. */
export function cells(rows: readonly Row[]): string[][] {
  return [
    [...HEAD],
    ...rows.map((row) => {
      const of = (pick: (round: Round) => number) => median(row.rounds.map(pick));
      const times = ratio(row);
      return [
        row.title,
        rounded(of((round) => round.requestsPerSecond)),
        of((round) => round.p50).toFixed(2),
        of((round) => round.p99).toFixed(2),
        rounded(of((round) => round.cpuMicroseconds)),
        times === undefined ? "" : `${times.toFixed(2)} of ${row.comparedWith?.title}`,
      ];
    }),
  ];
}

/** For a terminal: the first and the last column flush left, numbers flush right. */
export function plainTable(table: readonly (readonly string[])[]): string {
  const widths = (table[0] ?? []).map((_, column) =>
    Math.max(...table.map((row) => row[column]?.length ?? 0)),
  );
  return table
    .map((row) =>
      row
        .map((cell, column) =>
          column === 0 || column === row.length - 1
            ? cell.padEnd(widths[column] ?? 0)
            : cell.padStart(widths[column] ?? 0),
        )
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

/** For README. */
export function markdownTable(table: readonly (readonly string[])[]): string {
  const line = (row: readonly string[]) => `| ${row.join(" | ")} |`;
  const [head = [], ...rows] = table;
  const rule = head.map((_, column) => (column === 0 || column === head.length - 1 ? "---" : "---:"));
  return [head, rule, ...rows].map(line).join("\n");
}

/** Three digits that count, with separators. */
function rounded(value: number): string {
  return Number(value.toPrecision(3)).toLocaleString("en");
}
