import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/policy/**/*.test.ts"],
    // They start processes of their own, which no mutant reaches.
    exclude: ["test/policy/{cli,pack,plan,workflows}.test.ts"],
  },
});
