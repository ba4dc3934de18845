import { describe, expect, it } from "vitest";
import { bundle } from "../../components/shared/bundle";

/** Entry points of what runs in containers, and the most bytes that each needs: Pulumi's SDK alone has 15 MB. */
const PROGRAMS = [
  ["components/watcher/main.ts", 100_000],
  ["components/power/main.ts", 100_000],
  ["components/gateway/authorizer/main.ts", 1_500_000],
  ["components/certificate/supervisor/main.ts", 500_000],
  ["components/models/fetcher/main.ts", 500_000],
  ["components/comfyui/stand-in/main.ts", 500_000],
] as const;

describe("what runs in a container", () => {
  it.each(PROGRAMS)("%s brings nothing along that only makes containers", (entry, bytes) => {
    expect(bundle(entry).length).toBeLessThan(bytes);
  });
});
