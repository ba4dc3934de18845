/** How the mutants of one part ended. */
export interface Tally {
  readonly part: string;
  /** A test failed, or ran for ever. */
  readonly killed: number;
  readonly survived: number;
  /** No test runs the line. */
  readonly uncovered: number;
  /** Texts that docs/policies.md shows (see rule-texts.mjs). */
  readonly ignored: number;
  /** Day of the run, and git's names of the trees `policies` and `test/policy` that it ran. */
  readonly when: string;
}

/** As far as Stryker's report is read (the mutation-testing report schema). */
export interface Report {
  readonly files: Readonly<Record<string, { readonly mutants: readonly { readonly status: string }[] }>>;
}

export function tally(part: string, when: string, report: Report): Tally {
  const statuses = Object.values(report.files).flatMap(({ mutants }) => mutants.map(({ status }) => status));
  const count = (...wanted: string[]) => statuses.filter((status) => wanted.includes(status)).length;
  return {
    part,
    killed: count("Killed", "Timeout"),
    survived: count("Survived"),
    uncovered: count("NoCoverage"),
    ignored: count("Ignored"),
    when,
  };
}

/** Share of the mutants that a test noticed, in percent; those without a test count against it. */
export function score(tallies: readonly Tally[]): number {
  const sum = (of: (one: Tally) => number) => tallies.reduce((total, one) => total + of(one), 0);
  const killed = sum((one) => one.killed);
  return (100 * killed) / Math.max(1, killed + sum((one) => one.survived + one.uncovered));
}

const HEAD = `# Mutation testing of the policies

<!-- Made by \`npm run mutate\`; a run of some parts replaces their rows only. -->

Each mutant is the code of \`policies/\` with one small change; a test must fail for it. What survives is a line that the
tests would let somebody break. \`npm run mutate\` fails under 90 %. Each row says on what day it was run, and on which
trees: \`git rev-parse --short HEAD:policies HEAD:test/policy\` names those of today.

| part | killed | survived | no test | ignored | score | run |
|---|---|---|---|---|---|---|
`;

/** The page with the tallies in it; rows of parts that are not among them are kept from the page before. */
export function renderPage(tallies: readonly Tally[], order: readonly string[], before = ""): string {
  const kept = parsePage(before).filter(({ part }) => !tallies.some((one) => one.part === part));
  const all = [...kept, ...tallies].filter(({ part }) => order.includes(part));
  all.sort((a, b) => order.indexOf(a.part) - order.indexOf(b.part));
  const missing = order.filter((part) => !all.some((one) => one.part === part));
  const note = missing.length === 0 ? "" : `\nNot run yet: ${missing.join(", ")}.\n`;
  return `${HEAD}${[...all.map(row), total(all)].join("\n")}\n${note}`;
}

function row(one: Tally): string {
  const { part, killed, survived, uncovered, ignored, when } = one;
  return `| ${part} | ${killed} | ${survived} | ${uncovered} | ${ignored} | ${score([one]).toFixed(1)} % | ${when} |`;
}

function total(all: readonly Tally[]): string {
  const sum = (key: "killed" | "survived" | "uncovered" | "ignored") =>
    all.reduce((before, one) => before + one[key], 0);
  return `| **all** | ${sum("killed")} | ${sum("survived")} | ${sum("uncovered")} | ${sum("ignored")} | **${score(all).toFixed(1)} %** | |`;
}

/** Reads the rows of a page that `renderPage` made. */
export function parsePage(page: string): Tally[] {
  const rows = page.matchAll(/^\| ([\w/]+) \| (\d+) \| (\d+) \| (\d+) \| (\d+) \| [\d.]+ % \| (.+) \|$/gm);
  return [...rows].map(([, part = "", killed, survived, uncovered, ignored, when = ""]) => ({
    part,
    killed: Number(killed),
    survived: Number(survived),
    uncovered: Number(uncovered),
    ignored: Number(ignored),
    when,
  }));
}
