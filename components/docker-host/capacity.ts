import type { Capacity } from "../shared/engine";

/** Prints what `parseCapacity` reads. */
export const CAPACITY_COMMAND = "docker info --format '{{.NCPU}} {{.MemTotal}}'";

/**
 * @param printed processors and bytes of memory, as the engine counts them
 * @throws where that is not what was printed
 */
export function parseCapacity(printed: string): Capacity {
  const [cpus = 0, bytes = 0] = printed.trim().split(" ").map(Number);
  if (!(cpus >= 1 && bytes > 0)) {
    throw new Error(
      `the engine's processors and memory: "${printed}" is not a count and bytes; does \`${CAPACITY_COMMAND}\` work?`,
    );
  }
  return { cpus, memoryMiB: Math.floor(bytes / (1024 * 1024)) };
}
