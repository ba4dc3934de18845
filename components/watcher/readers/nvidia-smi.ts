import { execFile } from "node:child_process";
import type { GpuReading } from "../detection/gpu";

const FIELDS = ["index", "name", "utilization.gpu", "memory.used", "memory.total"];
export const NVIDIA_SMI = [`--query-gpu=${FIELDS.join(",")}`, "--format=csv,noheader,nounits"];
/** A driver that hangs must not hang the watcher. */
const TIMEOUT_MS = 5000;

/** Asks the driver for the GPUs' figures. @throws with what nvidia-smi said */
export function readGpus(): Promise<GpuReading[]> {
  return new Promise((resolve, reject) => {
    execFile("nvidia-smi", NVIDIA_SMI, { timeout: TIMEOUT_MS }, (error, stdout, stderr) => {
      const said = `${stdout}${stderr}`.trim().split("\n")[0];
      try {
        if (error !== null) {
          throw new Error(said ? `nvidia-smi: ${said}` : error.message);
        }
        resolve(parseGpus(stdout));
      } catch (problem) {
        reject(problem);
      }
    });
  });
}

/**
 * Reads what nvidia-smi prints for `NVIDIA_SMI`: a line for each GPU. Values in brackets, such as `[N/A]`, are unknown.
 *
 * @throws where that is not what was printed, or no GPU has a known utilization
 */
export function parseGpus(printed: string): GpuReading[] {
  const lines = printed.split("\n").filter((line) => line.trim() !== "");
  const readings = lines.map((line) => {
    const cells = line.split(",").map((cell) => cell.trim());
    const index = Number(cells[0]);
    if (cells.length !== FIELDS.length || cells[0] === "" || !Number.isInteger(index)) {
      throw new Error(`nvidia-smi: ${line.trim().slice(0, 200)}`);
    }
    const [utilization, memoryUsed, memoryTotal] = cells.slice(2).map(figure);
    return { index, name: cells[1] ?? "", utilization, memoryUsed, memoryTotal };
  });
  if (!readings.some(({ utilization }) => utilization !== undefined)) {
    throw new Error("nvidia-smi: no GPU tells its utilization");
  }
  return readings;
}

function figure(cell: string): number | undefined {
  return /^\d+(\.\d+)?$/.test(cell) ? Number(cell) : undefined;
}
