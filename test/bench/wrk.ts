/** What wrk measured in one run. Times are milliseconds. */
export interface Measurement {
  readonly requestsPerSecond: number;
  readonly p50: number;
  readonly p99: number;
  /** Answers that came, of every status. */
  readonly requests: number;
  /** Answers with a status of 400 and above. */
  readonly refused: number;
  /** Connections that failed, and requests that got no answer in time. */
  readonly failed: number;
}

/**
 * Reads what `tools/load.lua` prints at the end of a run.
 *
 * @throws where it is not there: wrk or the script failed
 */
export function parseResult(output: string): Measurement {
  const numbers = /^RESULT((?: \d+){7})$/m.exec(output)?.[1]?.trim().split(" ").map(Number);
  const [requests, microseconds, p50, p99, , refused, failed] = numbers ?? [];
  if (!requests || !microseconds || p50 === undefined || p99 === undefined) {
    throw new Error(`wrk measured nothing; it said:\n${output.trim()}`);
  }
  return {
    requestsPerSecond: requests / (microseconds / 1e6),
    p50: p50 / 1000,
    p99: p99 / 1000,
    requests,
    refused: refused ?? 0,
    failed: failed ?? 0,
  };
}
