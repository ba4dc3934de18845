import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import type { ProcessView } from "../detection/processes";

/**
 * The processes of one container, seen from the machine's process namespace. It is the control group that tells them
 * apart: a process cannot leave its own, and it is readable whoever the process runs as. Those that are in the group
 * and still in the machine's process namespace are the engine's runtime, on its way into the container.
 */
export function readProcesses(containerId: string, proc = "/proc"): ProcessView[] {
  return readdirSync(proc)
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => readProcess(`${proc}/${name}`, Number(name), containerId) ?? []);
}

/** undefined for one of another container or on its way into this one, for one that has ended, and for one that ends while it is looked at. */
function readProcess(folder: string, pid: number, containerId: string): ProcessView | undefined {
  try {
    if (!readFileSync(`${folder}/cgroup`, "utf8").includes(containerId)) {
      return undefined;
    }
    const program = readProgram(folder);
    const argv = readFileSync(`${folder}/cmdline`, "utf8").split("\0").slice(0, -1);
    const stat = readFileSync(`${folder}/stat`, "utf8");
    // The name in brackets can hold anything, brackets and spaces too.
    const [state = "", parent, ...rest] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    if (state === "Z" || state === "X") {
      return undefined;
    }
    const status = readFileSync(`${folder}/status`, "utf8");
    const innerPid = /^NSpid:\t\d+\t(?:\d+\t)*(\d+)$/m.exec(status)?.[1];
    if (innerPid === undefined) {
      return undefined;
    }
    return {
      pid,
      innerPid: Number(innerPid),
      parent: Number(parent),
      uid: Number(/^Uid:\s+(\d+)/m.exec(status)?.[1]),
      // Field 22 of the line; `rest` begins with field 5.
      started: Number(rest[17]),
      program,
      argv,
    };
  } catch (error) {
    if (["ENOENT", "ESRCH"].includes((error as NodeJS.ErrnoException).code ?? "")) {
      return undefined;
    }
    throw error;
  }
}

function readProgram(folder: string): string | undefined {
  try {
    return readlinkSync(`${folder}/exe`);
  } catch (error) {
    if (["EACCES", "EPERM"].includes((error as NodeJS.ErrnoException).code ?? "")) {
      return undefined;
    }
    throw error;
  }
}
