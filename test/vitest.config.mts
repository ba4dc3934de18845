import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    // One Docker Engine and two cores: files that start containers run one after the other.
    fileParallelism: !process.argv.some((argument) =>
      /^test\/(gateway|certificate|stack|containment)\//.test(argument),
    ),
    // By default one core is left idle, which doubles the time of `npm run check` where there are two.
    maxWorkers: "100%",
    testTimeout: 30_000,
    hookTimeout: 300_000,
  },
});
