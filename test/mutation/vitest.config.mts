import { defineConfig } from "vitest/config";

/**
 * The policies' tests as the mutation run needs them: in one thread, without a reload for each file, so that all of them
 * take two seconds. Those that start processes are left out: a process of its own is beyond what the run can count. So are
 * those that run the whole program, for seconds a mutant.
 */
export default defineConfig({
  test: {
    // The part's tests, from run.ts.
    include: process.env.MUTATION_TESTS?.split(",") ?? [],
    exclude: [
      "test/policy/{cli,pack,plan,shipped-exceptions-docker,workflows}.test.ts",
      "test/policy/{accepted-settings,shipped-exceptions-aws,speed}.test.ts",
    ],
    setupFiles: ["test/mutation/setup.ts"],
    isolate: false,
    testTimeout: 30_000,
  },
});
