import { describe, expect, it } from "vitest";
import { inspectionBy } from "../../components/gateway/authorizer/inspection";
import { parseSubmission } from "../../components/gateway/authorizer/inspection/submission";
import { renderNginxFiles } from "../../components/gateway/nginx/render";
import { NO_MEMORY, ONE_WORKER, patched } from "../bench/configs";
import { cells, markdownTable, median, plainTable, type Round, ratio } from "../bench/table";
import { promptBody, SEED } from "../bench/workflow";
import { parseResult } from "../bench/wrk";

const WRK_OUTPUT = `Running 2s test @ https://localhost:8443
  1 threads and 32 connections
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency     1.96ms    1.10ms  25.86ms   91.00%
Requests/sec:  11000.00

RESULT 22000 2000000 1960 25860 31000 3 1
`;

const round = (requestsPerSecond: number): Round => ({
  requestsPerSecond,
  p50: 1.5,
  p99: 10,
  requests: 2 * requestsPerSecond,
  refused: 0,
  failed: 0,
  cpuMicroseconds: 38,
});

describe("what wrk measured", () => {
  it("is read from its script's line", () => {
    expect(parseResult(WRK_OUTPUT)).toEqual({
      requestsPerSecond: 11000,
      p50: 1.96,
      p99: 25.86,
      requests: 22000,
      refused: 3,
      failed: 1,
    });
  });

  it.each([
    ["no line", "unable to connect to localhost:8443 Connection refused"],
    ["no answer", "RESULT 0 2000000 0 0 0 0 0"],
    ["a number too few", "RESULT 22000 2000000 1960 25860 31000 3"],
  ])("is an error with what wrk said: %s", (_, output) => {
    expect(() => parseResult(output)).toThrow(output);
  });
});

describe("the table", () => {
  it.each([
    [[3], 3],
    [[5, 1, 3], 3],
    [[4, 1, 3, 2], 2.5],
  ])("takes the middle of %j", (values, middle) => expect(median(values)).toBe(middle));

  it("compares within rounds, so that a slow round slows both", () => {
    const other = { title: "bare", rounds: [round(100), round(10), round(100)] };
    expect(ratio({ rounds: [round(80), round(8), round(80)] }, other)).toBeCloseTo(0.8);
    expect(() => ratio({ rounds: [round(1)] }, { title: "bare", rounds: [] })).toThrow("bare");
  });

  const bare = { title: "bare", rounds: [round(41234)], comparedWith: [] };
  const table = cells([
    bare,
    { title: "ours", rounds: [round(32163)], comparedWith: [bare], target: { ratio: 0.78 } },
    { title: "slow", rounds: [round(1999)], comparedWith: [bare], target: { ratio: 0.4 } },
    { title: "prompts", rounds: [round(2000)], comparedWith: [], target: { requestsPerSecond: 2000 } },
    { title: "few", rounds: [round(1989)], comparedWith: [], target: { requestsPerSecond: 2000 } },
  ]);

  it("says of each row how it did against its target", () => {
    expect(
      table.slice(1).map(([title, rate, , , , compared, target]) => [title, rate, compared, target]),
    ).toEqual([
      ["bare", "41,200", "", ""],
      ["ours", "32,200", "0.78 of bare", "≥ 0.78: met"],
      ["slow", "2,000", "0.05 of bare", "≥ 0.4: missed"],
      ["prompts", "2,000", "", "≥ 2,000/s: met"],
      ["few", "1,990", "", "≥ 2,000/s: missed"],
    ]);
  });

  it("is printed for a terminal and as Markdown", () => {
    const two = table.slice(0, 2);
    expect(plainTable(two)).toBe(
      "      requests/s  p50 ms  p99 ms  CPU µs  ratio  target\nbare      41,200    1.50   10.00      38",
    );
    expect(markdownTable(two)).toBe(
      "|  | requests/s | p50 ms | p99 ms | CPU µs | ratio | target |\n" +
        "| --- | ---: | ---: | ---: | ---: | --- | --- |\n" +
        "| bare | 41,200 | 1.50 | 10.00 | 38 |  |  |",
    );
  });
});

describe("the workflow that is posted", () => {
  const body = promptBody(60_000);

  it("has the size, and one place for a number of its own", () => {
    expect(body.length).toBeGreaterThanOrEqual(60_000);
    expect(body.length).toBeLessThan(63_000);
    expect(body.split(SEED)).toHaveLength(2);
  });

  it("is one that a worker may post", () => {
    const submission = parseSubmission(Buffer.from(body.replace(SEED, "123000000000001")));
    if ("status" in submission) throw new Error(submission.message);
    const worker = { client: "c", tenant: "t", role: "worker", method: "apiKey" } as const;
    expect(inspectionBy({})(submission, worker)).toBeUndefined();
    expect(Object.keys(submission.prompt).length).toBeGreaterThan(200);
  });
});

describe("the gateway's configuration in the benchmark", () => {
  const { "nginx.conf": rendered = "" } = renderNginxFiles({ hostNames: ["localhost"], publicPort: 8443 });

  it("has one worker, and no memory of verdicts where that is measured", () => {
    const text = patched(rendered, [ONE_WORKER, NO_MEMORY]);
    expect(text).toContain("worker_processes 1;");
    expect(text).toContain("proxy_cache off;");
    expect(text.split("\n")).toHaveLength(rendered.split("\n").length);
  });

  it("is not measured where it has changed beyond recognition", () => {
    expect(() => patched("worker_processes auto;", [ONE_WORKER])).toThrow("worker_processes 2;");
  });
});
