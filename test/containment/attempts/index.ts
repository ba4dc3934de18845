import type { Attempt } from "../attempt";
import { EXECUTION, TOOLS } from "./execution";
import { EXHAUSTION } from "./exhaustion";
import { FROM_OUTSIDE } from "./gateway";
import { ESCAPE, KERNEL } from "./kernel";
import { DOWNLOADS, FIREWALL, LISTENING, POOLS, REQUEST_FORGERY } from "./network";
import { NOTICED } from "./noticed";
import { GHOST_PERSISTENCE, OTHER_PERSISTENCE } from "./persistence";
import { SECRETS } from "./secrets";

/** Every attempt, by what it is for. */
export const GROUPS = {
  "Getting in": FROM_OUTSIDE,
  Downloading: DOWNLOADS,
  "Calling tools": TOOLS,
  "Running a payload": EXECUTION,
  "Staying: GHOST's seven places": GHOST_PERSISTENCE,
  "Staying: other places": OTHER_PERSISTENCE,
  Mining: POOLS,
  "Forging requests": REQUEST_FORGERY,
  "Being called": LISTENING,
  "Passing the firewall": FIREWALL,
  "Leaving the container": ESCAPE,
  "Reaching into the kernel": KERNEL,
  "Stealing secrets": SECRETS,
  "Being noticed": NOTICED,
  "Exhausting the machine": EXHAUSTION,
} as const satisfies Record<string, readonly Attempt[]>;

export type Group = keyof typeof GROUPS;

export const ATTEMPTS: readonly Attempt[] = Object.values(GROUPS).flat();
