import { afterAll } from "vitest";

/**
 * Hands Stryker what it counted. Its own setup does so in `afterAll(({ meta }) => ...)`, but since vitest 4.1 the suite is
 * the hook's second argument; and without the coverage each mutant would cost a run of all tests.
 */
// biome-ignore lint/correctness/noEmptyPattern: vitest reads from the pattern that the hook wants no fixture
afterAll(({}, { meta }) => {
  const counted = (globalThis as { __stryker__?: { mutantCoverage?: object; hitCount?: number } })
    .__stryker__;
  Object.assign(meta, { mutantCoverage: counted?.mutantCoverage, hitCount: counted?.hitCount });
});
