/** A part of the policies that is mutated by itself. */
export interface Part {
  readonly name: string;
  /** Globs of the files that are mutated. */
  readonly mutate: readonly string[];
  /** Globs of the tests that must notice. */
  readonly tests: readonly string[];
}

/** Tests of everything but single rules. */
const FRAME_TESTS = "test/policy/*.test.ts";
const EVASIONS = "test/policy/evasions-*.test.ts";

/**
 * The parts. Rules go by the first word of their names, each family with its own tests and the evasions only: a mutant of
 * a constant costs a run of all tests of its part, so small parts save hours; what the other tests would notice besides
 * is given away, which can only lower the score.
 *
 * Lists and shells are left out (index, catalogue, checklist, cli/main): docs/policies.md, the catalogue's test and tests
 * in processes of their own hold them.
 *
 * @param rules ids of the rules
 */
export function parts(rules: readonly string[]): Part[] {
  const families = [...new Set(rules.map((id) => id.replace(/-.*/, "")))].sort();
  return [
    {
      name: "core",
      mutate: ["policies/core/*.ts"],
      tests: [FRAME_TESTS],
    },
    {
      name: "cli",
      mutate: ["policies/cli/*.ts", "!policies/cli/main.ts", "policies/document.ts"],
      tests: [FRAME_TESTS],
    },
    { name: "facts", mutate: ["policies/facts/*.ts"], tests: [FRAME_TESTS, "test/policy/rules/*.test.ts"] },
    ...families.map((family) => ({
      name: `rules/${family}`,
      mutate: [`policies/rules/${family}-*.ts`],
      tests: [EVASIONS, `test/policy/rules/${family}-*.test.ts`],
    })),
  ];
}
