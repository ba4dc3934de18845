import type { Attempt } from "../attempt";

/** More than any container of ours may have, so that a limit that is missing shows; bounded for the case that it is. */
const MOST_PROCESSES = 6000;
const MOST_MIB = 2600;

/** Denial of service from inside. The gateway is measured meanwhile. */
export const EXHAUSTION: readonly Attempt[] = [
  {
    id: "fork-bomb",
    tries: "starts processes without end",
    act: { do: "processes", most: MOST_PROCESSES, hold_s: 3 },
    stopper: "pids limit",
    control: "user",
  },
  {
    id: "memory-hog",
    tries: "takes memory without end",
    act: { do: "memory", mib: MOST_MIB, hold_s: 1 },
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
    act: { do: "fill", folder: "/tmp", mib: 1200 },
    stopper: "tmpfs size",
    control: "user",
  },
  {
    id: "fill-temp",
    tries: "fills the folder for previews",
    act: { do: "fill", folder: "/data/temp", mib: 1200 },
    stopper: "tmpfs size",
    control: "user",
  },
  {
    id: "fill-shm",
    tries: "fills the shared memory",
    act: { do: "fill", folder: "/dev/shm", mib: 100 },
    stopper: "tmpfs size",
    control: "user",
  },
];
