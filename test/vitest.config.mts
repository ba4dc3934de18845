import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    // One Docker Engine and two cores: files that start containers run one after the other.
    fileParallelism: !process.argv.some((argument) => /^test\/(gateway|certificate|stack)\//.test(argument)),
    testTimeout: 30_000,
    hookTimeout: 300_000,
  },
});
