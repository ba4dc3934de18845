import { execFileSync } from "node:child_process";

/** Runs the docker command line and gives what it printed. Throws with its message where it fails. */
export function docker(...args: string[]): string {
  return execFileSync("docker", args, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] }).trim();
}

/** This machine's address on the engine's own bridge, which a container without a network of its own reaches. */
export function bridgeAddress(): string {
  // Not from the network's IPAM: an engine that found the bridge there on its start names no gateway.
  const option = '{{index .Options "com.docker.network.bridge.name"}}';
  const bridge = docker("network", "inspect", "bridge", "--format", option);
  // Not from Node, which names no interface that is down; this one is while no container is on it.
  const shown = execFileSync("ip", ["-4", "-oneline", "address", "show", bridge], { encoding: "utf8" });
  const address = / inet ([\d.]+)/.exec(shown)?.[1];
  if (address === undefined) {
    throw new Error(`this machine has no IPv4 address on "${bridge}", the bridge of its Docker Engine`);
  }
  return address;
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
