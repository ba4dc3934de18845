/**
 * Keeps one certificate valid: asks Certbot at least twice a day, retries with growing delays, hands every new
 * certificate to the gateway, and says early and clearly when it fails.
 *
 * SIGHUP: check now. SIGUSR1: renew now although it is not due (a key has leaked). SIGTERM: end.
 */
import { createHash } from "node:crypto";
import { renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { CONFIG_VARIABLE, FOLDER } from "../layout";
import type { SupervisorConfig } from "../render";
import { type AlarmLevel, alarmLevel, CRITICAL_DAYS, daysLeft, WARNING_DAYS } from "./alarm";
import { Certbot } from "./certbot";
import { failureReason, hookFailures } from "./certbot-output";
import { exportedPair, exportPair } from "./export";
import { log } from "./log";
import { renderMetrics } from "./metrics";
import { pairProblem, readPair, type Validity, validityOf } from "./pair";
import { afterCheck, isDue, loadState, type State, saveState } from "./state";

const STATE_FILE = join(FOLDER.letsencrypt, "supervisor.json");
const METRICS_FILE = join(FOLDER.export, "metrics.prom");
/** Metrics are never older than this, and neither is the look at the clock. */
const WAKE_MS = 5 * 60_000;

class Supervisor {
  #state: State;
  #force = false;
  #checkNow = false;
  #wake = () => {};
  #stopping = false;
  readonly #certbot: Certbot;

  constructor(private readonly config: SupervisorConfig) {
    const digest = createHash("sha256").update(JSON.stringify(config)).digest("hex");
    this.#state = loadState(STATE_FILE, digest);
    this.#certbot = new Certbot(config, FOLDER.scratch);
  }

  async run(): Promise<void> {
    log("info", "started", { domains: this.config.domains, certificate: this.config.certName });
    // What a run that died between issuing and handing over left undone.
    this.#handOver();
    while (!this.#stopping) {
      if (this.#checkNow || this.#force || isDue(this.#state, Date.now())) {
        const force = this.#force;
        this.#force = false;
        this.#checkNow = false;
        await this.#check(force);
      }
      this.#writeMetrics();
      await this.#sleep();
    }
  }

  requestCheck(force: boolean): void {
    this.#force ||= force;
    this.#checkNow = true;
    this.#wake();
  }

  stop(): void {
    this.#stopping = true;
    this.#certbot.stop();
    this.#wake();
  }

  async #check(force: boolean): Promise<void> {
    const before = this.#state;
    // A run that takes the container down with it has failed: the next start waits, too.
    this.#save(afterCheck(before, false, Date.now(), Math.random()));
    const { succeeded, output } = await this.#certbot.run(force);
    if (this.#stopping) {
      this.#save(before);
      return;
    }
    for (const failure of hookFailures(output)) {
      log("error", "hook-failed", { ...failure, output: failureReason(output) });
    }
    const handedOver = this.#handOver();
    this.#save(afterCheck(before, succeeded && handedOver, Date.now(), Math.random()));
    const next = { nextCheck: new Date(this.#state.nextCheckAt).toISOString() };
    if (succeeded && handedOver) {
      log("info", "check-passed", next);
    } else {
      log("error", "check-failed", {
        reason: succeeded
          ? "Certbot is content, but the gateway could not be handed its certificate"
          : failureReason(output),
        consecutiveFailures: this.#state.consecutiveFailures,
        ...next,
        fix: "mend what the reason names; to try again at once: docker kill --signal HUP <this container>",
      });
    }
    this.#raiseAlarm();
  }

  #save(state: State): void {
    this.#state = state;
    try {
      saveState(STATE_FILE, state);
    } catch (error) {
      log("error", "state-not-saved", { reason: (error as Error).message });
    }
  }

  /**
   * Offers Certbot's newest certificate to the gateway unless it is offered already; whether that is so afterwards.
   * Not a Certbot deploy hook: one that fails, or dies with its container, is never run again for that certificate.
   */
  #handOver(): boolean {
    const now = Date.now();
    try {
      const pair = readPair(this.#lineage());
      if (pair === undefined) {
        return false;
      }
      const problem = pairProblem(pair, this.config.domains, now);
      if (problem !== undefined) {
        log("error", "certificate-not-handed-over", { reason: problem });
        return false;
      }
      const generation = exportPair(FOLDER.export, pair, now);
      if (generation !== undefined) {
        log("info", "certificate-handed-over", {
          generation,
          notAfter: new Date(validityOf(pair).notAfter).toISOString(),
        });
      }
      return true;
    } catch (error) {
      log("error", "hand-over-failed", {
        reason: (error as Error).message,
        fix: `${FOLDER.export} must be a volume with space left that uid 10004 may write to`,
      });
      return false;
    }
  }

  #raiseAlarm(): void {
    const validity = this.#offered();
    if (validity === undefined) {
      return;
    }
    const level = alarmLevel(validity, Date.now());
    const fields = {
      daysLeft: Number(daysLeft(validity, Date.now()).toFixed(1)),
      notAfter: new Date(validity.notAfter).toISOString(),
      lastSuccess:
        this.#state.lastSuccessAt === 0 ? "never" : new Date(this.#state.lastSuccessAt).toISOString(),
    };
    ALARM[level]?.(fields);
  }

  #offered(): Validity | undefined {
    try {
      const pair = exportedPair(FOLDER.export);
      return pair === undefined ? undefined : validityOf(pair);
    } catch {
      return undefined;
    }
  }

  #writeMetrics(): void {
    try {
      writeFileSync(`${METRICS_FILE}.new`, renderMetrics(this.#state, this.#offered(), Date.now()), {
        mode: 0o640,
      });
      renameSync(`${METRICS_FILE}.new`, METRICS_FILE);
    } catch (error) {
      log("error", "metrics-not-written", { reason: (error as Error).message });
    }
  }

  #lineage(): string {
    return join(FOLDER.letsencrypt, "live", this.config.certName);
  }

  #sleep(): Promise<void> {
    if (this.#checkNow || this.#stopping) {
      return Promise.resolve();
    }
    const delay = Math.min(WAKE_MS, Math.max(this.#state.nextCheckAt - Date.now(), 0));
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, delay);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

const ALARM: Readonly<Record<AlarmLevel, ((fields: Record<string, unknown>) => void) | undefined>> = {
  none: undefined,
  warning: (fields) => log("warn", "certificate-expiring", { thresholdDays: WARNING_DAYS, ...fields }),
  critical: (fields) => log("error", "certificate-expiring", { thresholdDays: CRITICAL_DAYS, ...fields }),
  expired: (fields) => log("error", "certificate-expired", fields),
};

function readConfig(text: string | undefined): SupervisorConfig {
  if (text === undefined) {
    throw new Error(`${CONFIG_VARIABLE} is not set; it holds what supervisorConfig() renders, as JSON`);
  }
  return JSON.parse(text);
}

// The gateway's group may read what it is offered; nobody else anything.
process.umask(0o027);
try {
  const supervisor = new Supervisor(readConfig(process.env[CONFIG_VARIABLE]));
  process.on("SIGHUP", () => supervisor.requestCheck(false));
  process.on("SIGUSR1", () => supervisor.requestCheck(true));
  process.on("SIGTERM", () => supervisor.stop());
  process.on("SIGINT", () => supervisor.stop());
  void supervisor.run();
} catch (error) {
  log("error", "not-started", { reason: (error as Error).message });
  process.exitCode = 2;
}
