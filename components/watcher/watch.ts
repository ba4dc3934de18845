import { renameSync, writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { RUN_FOLDER } from "../pod/run-folder";
import { Board } from "./detection/board";
import { CounterDetector, type Counters } from "./detection/counters";
import type { Finding, Kind } from "./detection/finding";
import { GpuDetector, type GpuReading } from "./detection/gpu";
import { initOf, ProcessDetector, type ProcessView } from "./detection/processes";
import { SilenceDetector } from "./detection/silence";
import { describeHold, hold, isHeld, STOPPING } from "./hold";
import { FOLDER, type WatcherConfig } from "./layout";
import { renderMetrics } from "./metrics";
import { readCounters } from "./readers/counters";
import { FileReader } from "./readers/files";
import { readGpus } from "./readers/nvidia-smi";
import { readProcesses } from "./readers/processes";
import { readQueue } from "./readers/queue";

const PROCESSES_MS = 1000;
/** Between two looks whether a ComfyUI that is held was started again. */
const HELD_MS = 250;
/** Counters, GPUs and metrics. */
const FIGURES_MS = 5000;
const FILES_MS = 60_000;
const METRICS_FILE = `${FOLDER.state}/metrics.prom`;

/** Looks at one ComfyUI container again and again, tells what is wrong with it, and stops it where that was asked for. */
export class Watch {
  readonly #board = new Board();
  readonly #processes: ProcessDetector;
  readonly #counters = new CounterDetector();
  readonly #gpu = new GpuDetector();
  readonly #silence = new SilenceDetector();
  readonly #files = new FileReader();
  #lastCounters: Counters | undefined;
  #lastGpus: GpuReading[] | undefined;
  #filesOf: number | undefined;

  constructor(private readonly config: WatcherConfig) {
    this.#processes = new ProcessDetector(config.engineCommands);
  }

  async run(): Promise<never> {
    log("info", "started", {
      action: this.config.action,
      container: this.config.comfyuiContainerId.slice(0, 12),
    });
    if (isHeld()) {
      log("warning", "comfyui-held", { because: describeHold() });
    }
    let figuresAt = 0;
    let filesAt = 0;
    for (;;) {
      const now = Date.now();
      const processes = this.#lookAtProcesses(now);
      const init = initOf(processes ?? []);
      // A container that was started anew is looked through at once.
      if (init !== undefined && (now - filesAt >= FILES_MS || init.pid !== this.#filesOf)) {
        filesAt = now;
        this.#filesOf = init.pid;
        this.#lookAtFiles(now, init);
      }
      if (now - figuresAt >= FIGURES_MS) {
        figuresAt = now;
        await this.#lookAtFigures(now);
      }
      await this.#pause();
    }
  }

  #lookAtProcesses(now: number): ProcessView[] | undefined {
    const processes = this.#ask(now, "processes", () => readProcesses(this.config.comfyuiContainerId));
    if (processes !== undefined) {
      this.#tell("process", this.#processes.observe(processes), now);
    }
    return processes;
  }

  #lookAtFiles(now: number, { pid }: ProcessView): void {
    const found = this.#ask(now, "files", () => {
      try {
        return this.#files.findings(`/proc/${pid}/root`);
      } catch (error) {
        if (["ENOENT", "ESRCH"].includes((error as NodeJS.ErrnoException).code ?? "")) {
          // The container ended meanwhile: the next look is at its successor.
          this.#filesOf = undefined;
          return undefined;
        }
        throw error;
      }
    });
    if (found !== undefined) {
      this.#tell("code", found.code, now);
      this.#tell("pickle", found.pickle, now);
      this.#tell("preload", found.preload, now);
    }
  }

  async #lookAtFigures(now: number): Promise<void> {
    this.#lastCounters = this.#ask(now, "counters", () => readCounters(`${RUN_FOLDER}/counters.json`, now));
    if (this.#lastCounters !== undefined) {
      this.#tell("refused-connections", this.#counters.observe(now, this.#lastCounters), now);
    }
    if (this.config.gpu) {
      const gpus = await readGpus().catch((error: Error) => error);
      this.#lastGpus = this.#ask(now, "GPUs", () => {
        if (gpus instanceof Error) throw gpus;
        return gpus;
      });
      const queued = this.#ask(now, "queue", () => readQueue(now));
      this.#tell("gpu", this.#gpu.observe(now, this.#lastGpus, queued), now);
    }
    this.#tell("blind", this.#silence.findings(now), now);
    this.#writeMetrics(now);
  }

  /** What a source tells; undefined, and noted down, where it tells nothing. */
  #ask<T>(now: number, source: string, read: () => T): T | undefined {
    try {
      const told = read();
      this.#silence.note(now, source, undefined);
      return told;
    } catch (error) {
      this.#silence.note(now, source, (error as Error).message);
      return undefined;
    }
  }

  #tell(kind: Kind, findings: readonly Finding[], now: number): void {
    const { raised, cleared } = this.#board.update(kind, findings);
    for (const { subject, reason, facts } of raised) {
      log("alert", kind, { subject, reason, ...facts });
    }
    for (const { subject } of cleared) {
      log("info", `${kind}-cleared`, { subject });
    }
    const [first] = raised;
    if (first !== undefined && this.config.action === "stop" && STOPPING.includes(kind) && !isHeld()) {
      hold(first, now, this.config.clear);
      log("alert", "comfyui-stopped", { because: kind, subject: first.subject, fix: this.config.clear });
    }
  }

  /** Until the next look; what is held is killed much sooner than it can do anything. */
  async #pause(): Promise<void> {
    for (const end = Date.now() + PROCESSES_MS; Date.now() < end; ) {
      if (isHeld()) {
        this.#kill();
        await sleep(HELD_MS);
      } else {
        await sleep(end - Date.now());
      }
    }
  }

  /**
   * As often as it takes: the engine starts it again, ever later. With its init all of a container's processes end. One
   * whose init does not stand yet is left alone until it does: the engine takes that for a start that cannot succeed,
   * and would not try again once the hold is cleared.
   */
  #kill(): void {
    const processes = readProcesses(this.config.comfyuiContainerId);
    for (const { pid } of initOf(processes) === undefined ? [] : processes) {
      try {
        process.kill(pid, "SIGKILL");
      } catch {
        // Gone already, or another user's; those end with the container's init.
      }
    }
  }

  #writeMetrics(now: number): void {
    const text = renderMetrics({
      board: this.#board,
      held: isHeld(),
      counters: this.#lastCounters,
      gpus: this.#lastGpus,
      now,
    });
    writeFileSync(`${METRICS_FILE}.new`, text, { mode: 0o644 });
    renameSync(`${METRICS_FILE}.new`, METRICS_FILE);
  }
}

/** One JSON line on standard output. */
function log(level: "info" | "warning" | "alert", event: string, fields: Record<string, unknown>): void {
  console.log(JSON.stringify({ time: new Date().toISOString(), level, event, ...fields }));
}
