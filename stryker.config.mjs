/** `npm run mutate`: whether the tests would notice a rule that does something else. Report: reports/mutation.html. */
export default {
  testRunner: "vitest",
  vitest: { configFile: "test/vitest.mutation.config.mts" },
  mutate: ["policies/**/*.ts", "!policies/index.ts", "!policies/cli/main.ts"],
  coverageAnalysis: "perTest",
  concurrency: 2,
  thresholds: { high: 95, low: 92, break: 90 },
  reporters: ["clear-text", "progress", "html"],
  htmlReporter: { fileName: "reports/mutation.html" },
  tempDirName: ".stryker-tmp",
  ignorePatterns: [".comfy", "reports"],
};
