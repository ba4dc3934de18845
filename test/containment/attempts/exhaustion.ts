import type { Attempt } from "../attempt";

/** More than ComfyUI's container may have, so that a limit that is missing shows; bounded for the case that it is. */
const MOST_PROCESSES = 1500;
/** A gibibyte is what /tmp holds, and what the lab leaves the container for this drill. */
const MORE_THAN_GIBIBYTE = 1200;
/** Seconds for a machine that is busy with other things. */
const PATIENCE = { limit_s: 90 };

/** Denial of service from inside. The gateway is measured meanwhile. */
export const EXHAUSTION: readonly Attempt[] = [
  {
    id: "fork-bomb",
    tries: "starts processes without end",
    act: { do: "processes", most: MOST_PROCESSES, hold_s: 3, ...PATIENCE },
    stopper: "pids limit",
    control: "user",
  },
  {
    id: "memory-hog",
    tries: "takes memory without end",
    act: { do: "memory", mib: MORE_THAN_GIBIBYTE, ...PATIENCE },
    stopper: "memory limit",
    control: "user",
  },
  {
    id: "busy-loop",
    tries: "computes without end on every core",
    act: { do: "burn", seconds: 4 },
    stopper: "CPU limit",
    control: "user",
  },
  {
    id: "fill-tmp",
    tries: "fills /tmp",
    act: { do: "fill", folder: "/tmp", mib: MORE_THAN_GIBIBYTE, ...PATIENCE },
    stopper: "tmpfs size",
    control: "user",
  },
  {
    id: "fill-temp",
    tries: "fills the folder for previews",
    act: { do: "fill", folder: "/data/temp", mib: MORE_THAN_GIBIBYTE, ...PATIENCE },
    stopper: "tmpfs size",
    control: "user",
  },
  {
    id: "fill-shm",
    tries: "fills the shared memory",
    act: { do: "fill", folder: "/dev/shm", mib: 100, ...PATIENCE },
    stopper: "tmpfs size",
    control: "user",
  },
];
