import type { Measurement } from "./wrk";

/** One contender, and what was measured of it in every round. */
export interface Row {
  readonly title: string;
  readonly rounds: readonly Round[];
  /** The rows that its speed is compared with, and what they had in the same rounds; the target is about the first. */
  readonly comparedWith: readonly Pick<Row, "title" | "rounds">[];
  readonly target?: Target;
}

/** What is to be reached: a multiple of the first row that it is compared with, or a rate. */
export type Target = { readonly ratio: number } | { readonly requestsPerSecond: number };

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
 * How many times as fast as another row: the median of the ratios within each round, because a machine that is busy with
 * something else slows a whole round down.
 */
export function ratio(row: Pick<Row, "rounds">, other: Pick<Row, "title" | "rounds">): number {
  return median(
    row.rounds.map((round, index) => {
      const same = other.rounds[index];
      if (!same) throw new Error(`"${other.title}" has fewer rounds`);
      return round.requestsPerSecond / same.requestsPerSecond;
    }),
  );
}

const HEAD = ["", "requests/s", "p50 ms", "p99 ms", "CPU µs", "ratio", "target"] as const;

/** The rows as cells: medians over the rounds. */
export function cells(rows: readonly Row[]): string[][] {
  return [
    [...HEAD],
    ...rows.map((row) => [
      row.title,
      rounded(middle(row, (round) => round.requestsPerSecond)),
      middle(row, (round) => round.p50).toFixed(2),
      middle(row, (round) => round.p99).toFixed(2),
      rounded(middle(row, (round) => round.cpuMicroseconds)),
      row.comparedWith.map((other) => `${ratio(row, other).toFixed(2)} of ${other.title}`).join("; "),
      verdict(row),
    ]),
  ];
}

function middle(row: Row, pick: (round: Round) => number): number {
  return median(row.rounds.map(pick));
}

function verdict(row: Row): string {
  const { target, comparedWith } = row;
  if (!target) return "";
  if ("requestsPerSecond" in target) {
    const isMet = middle(row, (round) => round.requestsPerSecond) >= target.requestsPerSecond;
    return `≥ ${rounded(target.requestsPerSecond)}/s: ${isMet ? "met" : "missed"}`;
  }
  const [first] = comparedWith;
  if (!first) throw new Error(`"${row.title}" has a target and nothing to compare it with`);
  return `≥ ${target.ratio}: ${ratio(row, first) >= target.ratio ? "met" : "missed"}`;
}

/** For a terminal: text flush left, numbers flush right. */
export function plainTable(table: readonly (readonly string[])[]): string {
  const [head = []] = table;
  const widths = head.map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0)));
  const padded = (cell: string, column: number) =>
    isText(column) ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0);
  return table.map((row) => row.map(padded).join("  ").trimEnd()).join("\n");
}

/** For README. */
export function markdownTable(table: readonly (readonly string[])[]): string {
  const line = (row: readonly string[]) => `| ${row.join(" | ")} |`;
  const [head = [], ...rows] = table;
  const rule = head.map((_, column) => (isText(column) ? "---" : "---:"));
  return [head, rule, ...rows].map(line).join("\n");
}

function isText(column: number): boolean {
  return column === 0 || column > 4;
}

/** Three digits that count, with separators. */
function rounded(value: number): string {
  return Number(value.toPrecision(3)).toLocaleString("en");
}
