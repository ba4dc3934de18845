import { execFile } from "node:child_process";

/** Runs the docker client. @throws with its standard error when it fails */
export function docker(...args: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile("docker", args, { maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) => {
      if (error === null) {
        resolve(stdout.trim());
      } else {
        reject(new Error(`docker ${args.slice(0, 4).join(" ")} …: ${stderr.trim() || error.message}`));
      }
    });
  });
}

/** Standard output and error of a container, both together. */
export function dockerLogs(container: string): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile("docker", ["logs", container], { maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) => {
      if (error === null) {
        resolve(stdout + stderr);
      } else {
        reject(new Error(`docker logs ${container}: ${stderr.trim()}`));
      }
    });
  });
}
