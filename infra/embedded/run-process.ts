import { spawn } from "node:child_process";
import { Interrupted } from "./errors";

/** How long a child may take to end after SIGTERM before it is killed, in milliseconds. */
const GRACE_MS = 5_000;

export interface RunOptions {
  /** Stops the child (and its children) when aborted. */
  signal?: AbortSignal;
  env?: NodeJS.ProcessEnv;
  cwd?: string;
  stdin?: string;
  /** Called with each piece of output. */
  onOutput?: (text: string) => void;
}

export interface RunResult {
  /** null when the child was ended by a signal. */
  code: number | null;
  stdout: string;
  stderr: string;
  /** Both streams in the order of arrival. */
  output: string;
}

/**
 * Runs a program to its end.
 * @throws Interrupted when aborted; Error when the program cannot be started
 */
export function runProcess(command: string, args: string[], options: RunOptions = {}): Promise<RunResult> {
  if (options.signal?.aborted) return Promise.reject(new Interrupted());
  return new Promise((resolve, reject) => {
    // A process group of its own: Ctrl-C reaches it through us only, and a stop reaches its children too.
    const child = spawn(command, args, { cwd: options.cwd, env: options.env, detached: true });
    const result: RunResult = { code: null, stdout: "", stderr: "", output: "" };
    const collect = (stream: "stdout" | "stderr") => {
      child[stream].setEncoding("utf8").on("data", (text: string) => {
        result[stream] += text;
        result.output += text;
        options.onOutput?.(text);
      });
    };
    collect("stdout");
    collect("stderr");
    // A child that does not read its input is not an error.
    child.stdin.on("error", () => {});
    child.stdin.end(options.stdin ?? "");

    const kill = (signal: NodeJS.Signals) => {
      try {
        if (child.pid !== undefined) process.kill(-child.pid, signal);
      } catch {}
    };
    let killer: NodeJS.Timeout | undefined;
    const stop = () => {
      kill("SIGTERM");
      killer = setTimeout(() => kill("SIGKILL"), GRACE_MS);
    };
    options.signal?.addEventListener("abort", stop, { once: true });
    const finish = () => {
      clearTimeout(killer);
      options.signal?.removeEventListener("abort", stop);
    };
    child.on("error", (error) => {
      finish();
      reject(error);
    });
    child.on("close", (code) => {
      finish();
      if (options.signal?.aborted) return reject(new Interrupted());
      resolve({ ...result, code });
    });
  });
}
