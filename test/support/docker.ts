import { execFileSync } from "node:child_process";

/** Runs the docker command line and gives what it printed. Throws with its message where it fails. */
export function docker(...args: string[]): string {
  return execFileSync("docker", args, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] }).trim();
}

const KINDS = {
  container: ["container", "ls", "--all", "--quiet", "--no-trunc"],
  network: ["network", "ls", "--quiet", "--no-trunc"],
  volume: ["volume", "ls", "--quiet"],
  image: ["image", "ls", "--all", "--quiet", "--no-trunc"],
} as const;

/** Ids (names of volumes) of a stack's objects of one kind. */
export function objectsOf(stack: string, kind: keyof typeof KINDS): string[] {
  const listed = docker(...KINDS[kind], "--filter", `label=comfy-fortress.stack=${stack}`);
  return listed === "" ? [] : [...new Set(listed.split("\n"))];
}

/** Everything that carries a stack's label, by kind. */
export function leftOf(stack: string): Record<keyof typeof KINDS, string[]> {
  const kinds = Object.keys(KINDS) as (keyof typeof KINDS)[];
  return Object.fromEntries(kinds.map((kind) => [kind, objectsOf(stack, kind)])) as Record<
    keyof typeof KINDS,
    string[]
  >;
}
