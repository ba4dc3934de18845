import { appendFileSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { GatewayMetrics } from "../../components/gateway/authorizer/metrics/registry";
import { parseTallyLine, TallyReader } from "../../components/gateway/authorizer/metrics/tally";
import { renderNginxFiles } from "../../components/gateway/nginx/render";
import { TALLY_FIELDS } from "../../components/gateway/tally";

const PASSED = "GET queue 200 allow apiKey direct 0.004";
const metrics = () => new GatewayMetrics({ openSockets: () => 3 });
const series = async (counted: GatewayMetrics) =>
  (await counted.registry.metrics()).split("\n").filter((line) => /^comfy_gateway/.test(line));

describe("a line of the tally", () => {
  it("has the fields that nginx writes, in that order", () => {
    const conf = renderNginxFiles({ hostNames: ["localhost"], publicPort: 8443 })["nginx.conf"] ?? "";
    const format = /log_format tally '([^']*)'/.exec(conf)?.[1] ?? "";
    expect(format.split(" ")).toHaveLength(TALLY_FIELDS.length);
    expect(format).not.toMatch(/\$(?:request\b|request_uri|uri|args|http_|remote_|arg_|cookie_)/);
    expect(Object.keys(parseTallyLine(PASSED) ?? {})).toEqual([...TALLY_FIELDS]);
  });

  it.each([
    "",
    "GET queue 200 allow apiKey direct",
    "GET queue 200 allow apiKey direct ",
    " queue 200 a b c 1",
  ])("%j is none", (line) => {
    expect(parseTallyLine(line)).toBeUndefined();
  });
});

describe("the counts", () => {
  it("of a request that passed", async () => {
    const counted = metrics();
    counted.count(parseTallyLine(PASSED));
    const lines = await series(counted);
    expect(lines).toContain('comfy_gateway_requests_total{route="queue",method="GET",status="200"} 1');
    expect(lines).toContain('comfy_gateway_verdicts_total{verdict="allow",auth="apiKey"} 1');
    expect(lines).toContain('comfy_gateway_upstream_seconds_bucket{le="0.005",upstream="comfyui"} 1');
    expect(lines).toContain('comfy_gateway_upstream_seconds_sum{upstream="comfyui"} 0.004');
    expect(lines).toContain("comfy_gateway_websockets_open 3");
  });

  it("of many that are alike", async () => {
    const counted = metrics();
    counted.count(parseTallyLine(PASSED), 3);
    counted.count(undefined, 2);
    const lines = await series(counted);
    expect(lines).toContain('comfy_gateway_requests_total{route="queue",method="GET",status="200"} 3');
    expect(lines).toContain('comfy_gateway_verdicts_total{verdict="allow",auth="apiKey"} 3');
    expect(lines).toContain('comfy_gateway_upstream_seconds_count{upstream="comfyui"} 3');
    expect(lines).toContain("comfy_gateway_tally_refused_total 2");
  });

  it("of an inspected request at the authorizer and, where it passed, at ComfyUI", async () => {
    const counted = metrics();
    counted.count(parseTallyLine("POST prompt 200 allow apiKey inspected 0.25 : 1.5"));
    counted.count(parseTallyLine("POST prompt 502 allow apiKey inspected 0.25 : -"));
    counted.count(parseTallyLine("POST prompt 403 node_denied apiKey authorizer 0.5"));
    const lines = (await series(counted)).filter((line) => /upstream_seconds_(?:sum|count)/.test(line));
    expect(lines).toEqual([
      'comfy_gateway_upstream_seconds_sum{upstream="authorizer"} 1',
      'comfy_gateway_upstream_seconds_count{upstream="authorizer"} 3',
      'comfy_gateway_upstream_seconds_sum{upstream="comfyui"} 1.5',
      'comfy_gateway_upstream_seconds_count{upstream="comfyui"} 1',
    ]);
  });

  it("the first of several upstreams' times, none of a socket, none where there was no upstream", async () => {
    const counted = metrics();
    counted.count(parseTallyLine("GET ws 101 allow apiKey authorizer 3600.5"));
    counted.count(parseTallyLine("GET queue 401 no_credential - direct -"));
    counted.count(parseTallyLine("GET queue 200 allow jwt direct 0.5, 9.0"));
    const lines = (await series(counted)).filter((line) => line.includes("upstream_seconds_sum"));
    expect(lines).toEqual(['comfy_gateway_upstream_seconds_sum{upstream="comfyui"} 0.5']);
  });

  it("lines that cannot be read, by themselves", async () => {
    const counted = metrics();
    counted.count(undefined);
    counted.count(parseTallyLine("GET queue 2000 allow apiKey direct -"));
    expect(await series(counted)).toContain("comfy_gateway_tally_refused_total 2");
  });

  it("have a bounded number of series and no text of a client, whatever the lines say", async () => {
    const counted = metrics();
    const word = fc.stringMatching(/^[!-~]{1,12}$/);
    fc.assert(
      fc.property(
        word,
        word,
        fc.integer({ min: 100, max: 599 }),
        word,
        word,
        (method, route, status, verdict, auth) => {
          counted.count(parseTallyLine(`${method}! ${route}! ${status} ${verdict}! ${auth}! direct -`));
        },
      ),
      { numRuns: 5000 },
    );
    for (let index = 0; index < 1000; index++) {
      counted.count(parseTallyLine(`GET queue 403 made_up_${index} apiKey direct -`));
    }
    const lines = await series(counted);
    expect(lines.filter((line) => line.includes("!"))).toEqual([]);
    expect(
      lines.filter((line) => line.startsWith("comfy_gateway_verdicts_total")).length,
    ).toBeLessThanOrEqual(102);
    // One for each status besides.
    expect(lines.length).toBeLessThan(650);
  });

  it("of nginx's connections", async () => {
    const counted = metrics();
    counted.takeConnections(
      "Active connections: 4 \nserver accepts handled requests\n 9 9 12 \nReading: 0 Writing: 1 Waiting: 3 \n",
    );
    expect((await series(counted)).filter((line) => line.startsWith("comfy_gateway_connections"))).toEqual([
      'comfy_gateway_connections{state="active"} 4',
      'comfy_gateway_connections{state="reading"} 0',
      'comfy_gateway_connections{state="writing"} 1',
      'comfy_gateway_connections{state="waiting"} 3',
    ]);
  });
});

describe("the reader of the tally", () => {
  const folder = mkdtempSync(join(tmpdir(), "tally-"));
  const path = join(folder, "requests.log");
  afterAll(() => rmSync(folder, { recursive: true }));
  beforeEach(() => writeFileSync(path, "old\n"));

  const reading = (fullBytes?: number) => {
    const reader = new TallyReader(path, fullBytes);
    return async () => {
      const lines: string[] = [];
      await reader.drain((line, times) => lines.push(...Array<string>(times).fill(line)));
      return lines;
    };
  };

  it("hands out what is new, once", async () => {
    const read = reading();
    expect(await read()).toEqual([]);
    appendFileSync(path, "a\nb\n");
    expect(await read()).toEqual(["a", "b"]);
    expect(await read()).toEqual([]);
    expect(statSync(path).size).toBe(8);
  });

  it("reads across its pieces", async () => {
    const read = reading();
    await read();
    const lines = Array.from({ length: 5000 }, (_, index) => `line ${index}`);
    appendFileSync(path, `${lines.join("\n")}\n`);
    expect(await read()).toEqual(lines);
  });

  it("counts what is alike together", async () => {
    const reader = new TallyReader(path);
    await reader.drain(() => {});
    appendFileSync(path, "a\nb\na\na\n");
    const counted: [string, number][] = [];
    await reader.drain((line, times) => counted.push([line, times]));
    expect(counted).toEqual([
      ["a", 3],
      ["b", 1],
    ]);
  });

  it("empties the log when it is long, and goes on", async () => {
    const read = reading(100);
    await read();
    appendFileSync(path, "x\n".repeat(60));
    expect(await read()).toHaveLength(60);
    expect(statSync(path).size).toBe(0);
    appendFileSync(path, "c\n");
    expect(await read()).toEqual(["c"]);
  });

  it("begins anew with a new log", async () => {
    const read = reading();
    await read();
    appendFileSync(path, "much more\n");
    await read();
    writeFileSync(path, "a\n");
    expect(await read()).toEqual(["a"]);
  });

  it("says where there is none", async () => {
    rmSync(path);
    await expect(reading()()).rejects.toMatchObject({ code: "ENOENT" });
  });
});
