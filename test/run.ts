import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { ensureDockerEngine } from "../infra/embedded/docker-engine";

/** What a step found: tests of a suite, or one for a check that is right or wrong as a whole. */
interface Tally {
  passed: number;
  failed: number;
  skipped: number;
}

interface Step {
  readonly name: string;
  /** Whether it needs nothing but what is installed: no Docker, no network. */
  readonly isQuick: boolean;
  readonly run: () => Tally;
}

const STEPS: readonly Step[] = [
  {
    name: "format and lint",
    isQuick: true,
    run: () => check("biome", ["ci", "--error-on-warnings", "."]),
  },
  { name: "types", isQuick: true, run: () => check("tsc", ["--project", "."]) },
  { name: "unit", isQuick: true, run: () => suite("unit") },
  { name: "policy", isQuick: true, run: () => suite("policy") },
  { name: "aws", isQuick: false, run: () => suite("aws") },
  { name: "gateway", isQuick: false, run: () => suite("gateway") },
  { name: "certificate", isQuick: false, run: () => suite("certificate") },
  { name: "stack", isQuick: false, run: () => suite("stack") },
  { name: "containment", isQuick: false, run: () => suite("containment") },
];

async function main(): Promise<number> {
  const { values } = parseArgs({ options: { quick: { type: "boolean", default: false } } });
  const steps = STEPS.filter((step) => step.isQuick || !values.quick);
  if (!values.quick) {
    await ensureDockerEngine({ onProgress: (line) => console.log(line) });
  }

  const total: Tally = { passed: 0, failed: 0, skipped: 0 };
  for (const step of steps) {
    const started = Date.now();
    console.log(`\n== ${step.name}`);
    const tally = step.run();
    const seconds = ((Date.now() - started) / 1000).toFixed(1);
    console.log(`== ${step.name}: ${sentence(tally)} (${seconds} s)`);
    total.passed += tally.passed;
    total.failed += tally.failed;
    total.skipped += tally.skipped;
  }
  console.log(`\n${sentence(total)}`);
  return total.failed === 0 ? 0 : 1;
}

/** The closing line that a CI reads. */
function sentence({ passed, failed, skipped }: Tally): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
}

function check(tool: string, args: string[]): Tally {
  const ok = spawnSync(join("node_modules", ".bin", tool), args, { stdio: "inherit" }).status === 0;
  return { passed: ok ? 1 : 0, failed: ok ? 0 : 1, skipped: 0 };
}

/** Runs the tests in `test/<name>`. A runner that ends badly without a failed test counts as one failure. */
function suite(name: string): Tally {
  const folder = mkdtempSync(join(tmpdir(), "comfy-fortress-test-"));
  const report = join(folder, "report.json");
  try {
    const runner = spawnSync(
      join("node_modules", ".bin", "vitest"),
      [
        "run",
        "--config",
        "test/vitest.config.mts",
        "--reporter=default",
        "--reporter=json",
        `--outputFile.json=${report}`,
        `test/${name}/`,
      ],
      { stdio: "inherit" },
    );
    const tests = existsSync(report) ? JSON.parse(readFileSync(report, "utf8")) : {};
    const failed = tests.numFailedTests ?? 0;
    return {
      passed: tests.numPassedTests ?? 0,
      failed: runner.status !== 0 && failed === 0 ? 1 : failed,
      skipped: (tests.numPendingTests ?? 0) + (tests.numTodoTests ?? 0),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: Error) => {
    console.error(error.message);
    process.exitCode = 1;
  },
);
