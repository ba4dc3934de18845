import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { CATALOGUE } from "../../policies/catalogue";
import { parts } from "./parts";
import { type Report, renderPage, score, type Tally, tally } from "./tally";

/** Under this share of noticed mutants, in percent, the run fails. */
const LEAST_SCORE = 90;
const PAGE = "docs/mutation.md";
const SOURCES = ["policies", "test/policy"];
const REPORT = ".stryker-tmp/mutation.json";

/**
 * `npm run mutate [-- PART ...]`: changes the policies in one place at a time and looks whether a test notices. Prints the
 * changes that none does, and writes the figures into docs/mutation.md.
 */
function main(names: string[]): number {
  const all = parts(Object.keys(CATALOGUE));
  const order = all.map(({ name }) => name);
  const strangers = names.filter((name) => !order.includes(name));
  if (strangers.length > 0) {
    console.error(`There is no part ${strangers.join(", ")}. There are: ${order.join(", ")}.`);
    return 2;
  }
  const when = `${new Date().toISOString().slice(0, 10)}, ${state()}`;
  const tallies: Tally[] = [];
  for (const part of all.filter(({ name }) => names.length === 0 || names.includes(name))) {
    console.log(`\n== ${part.name}`);
    rmSync(REPORT, { force: true });
    // Not as --testFiles: with it Stryker 9.5 switches a mutant of a constant on only after the module is loaded.
    spawnSync(
      join("node_modules", ".bin", "stryker"),
      ["run", "test/mutation/stryker.config.mjs", "--mutate", part.mutate.join(",")],
      { stdio: "inherit", env: { ...process.env, MUTATION_TESTS: part.tests.join(",") } },
    );
    if (!existsSync(REPORT)) {
      console.error(`Stryker ended without a report (see above); ${PAGE} has the parts before.`);
      return 1;
    }
    const one = tally(part.name, when, JSON.parse(readFileSync(REPORT, "utf8")) as Report);
    tallies.push(one);
    console.log(`== ${part.name}: ${score([one]).toFixed(1)} %, ${one.survived + one.uncovered} not noticed`);
    writeFileSync(PAGE, renderPage(tallies, order, existsSync(PAGE) ? readFileSync(PAGE, "utf8") : ""));
  }
  const reached = score(tallies);
  console.log(`\nMutation score ${reached.toFixed(1)} %; wanted at least ${LEAST_SCORE} %. See ${PAGE}.`);
  return reached < LEAST_SCORE ? 1 : 0;
}

/** Which rules and tests were run: git's names of their trees, with a `+` for changes that are in no commit. */
function state(): string {
  const git = (...args: string[]) => spawnSync("git", args, { encoding: "utf8" }).stdout.trim();
  const changed = git("status", "--porcelain", "--", ...SOURCES) !== "";
  const trees = SOURCES.map((folder) => git("rev-parse", "--short", `HEAD:${folder}`));
  return `${trees.join(" ")}${changed ? "+" : ""}`;
}

process.exitCode = main(process.argv.slice(2));
