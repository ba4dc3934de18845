// What every part of the mutation run has in common; run.ts says what is mutated and by which tests.
export default {
  plugins: ["@stryker-mutator/vitest-runner", import.meta.resolve("./rule-texts.mjs")],
  testRunner: "vitest",
  vitest: { configFile: "test/mutation/vitest.config.mts", related: false },
  coverageAnalysis: "perTest",
  ignorers: ["rule-texts"],
  concurrency: 2,
  tempDirName: ".stryker-tmp",
  // Why a mutant of a constant costs a run of all tests of its part is known, and the parts are small for it.
  warnings: { slow: false },
  reporters: ["clear-text", "json"],
  clearTextReporter: { allowColor: false, reportTests: false, reportScoreTable: false },
  jsonReporter: { fileName: ".stryker-tmp/mutation.json" },
};
