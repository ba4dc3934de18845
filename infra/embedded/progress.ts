import { styleText } from "node:util";

/** What happened to a resource. */
export type Change = "created" | "updated" | "replaced" | "deleted" | "unchanged";

/** Where there is no terminal: when a step that takes longer is announced, and how often it is mentioned again. */
const ANNOUNCE_MS = 1_000;
const REMINDER_MS = 15_000;

/** A step under way. */
export interface Step {
  /** What the step is busy with just now, such as the build's latest line. */
  detail(text: string): void;
  /** Ends the step; the text says how, such as "created". */
  end(outcome: string): void;
}

/** Shows work in progress: a live line on a terminal, plain lines with elapsed times elsewhere. */
export class Progress {
  private readonly began = Date.now();
  private readonly running = new Map<Step, { name: string; since: number; detail: string; next: number }>();
  private readonly timer: NodeJS.Timeout;
  private readonly live: boolean;

  constructor(private readonly out: NodeJS.WriteStream = process.stdout) {
    this.live = out.isTTY === true && process.env.TERM !== "dumb";
    this.timer = setInterval(() => this.tick(), this.live ? 200 : 500);
    this.timer.unref();
  }

  /** Starts a step and shows it. */
  step(name: string): Step {
    const since = Date.now();
    const step: Step = {
      detail: (text) => {
        const state = this.running.get(step);
        if (state) state.detail = text.trim();
      },
      end: (outcome) => {
        this.running.delete(step);
        this.line(`${name}: ${outcome} (${elapsed(since)})`);
      },
    };
    this.running.set(step, { name, since, detail: "", next: since + ANNOUNCE_MS });
    this.draw();
    return step;
  }

  /** Prints a line between the steps. */
  line(text: string): void {
    this.clear();
    this.out.write(this.live ? `${text}\n` : `[${elapsed(this.began).padStart(6)}] ${text}\n`);
    this.draw();
  }

  /** Ends the display; later text can be written freely. */
  close(): void {
    clearInterval(this.timer);
    this.clear();
    this.running.clear();
  }

  private tick(): void {
    if (this.live) {
      this.draw();
      return;
    }
    const now = Date.now();
    for (const state of this.running.values()) {
      if (now < state.next) continue;
      state.next = now + REMINDER_MS;
      this.line(`${state.name} ... ${state.detail.slice(0, 120)}`.trimEnd());
    }
  }

  private draw(): void {
    const [first, ...others] = this.running.values();
    if (!this.live || first === undefined) return;
    const more = others.length > 0 ? ` (and ${others.length} more)` : "";
    const text = `${first.name} ${elapsed(first.since)}${more} ${first.detail}`;
    this.clear();
    this.out.write(styleText("dim", text.replace(/\s+/g, " ").slice(0, (this.out.columns ?? 80) - 1)));
  }

  private clear(): void {
    if (this.live) this.out.write("\r\u001b[K");
  }
}

/** Time since a moment, as "4.2 s" or "3 min 12 s". */
export function elapsed(since: number, now = Date.now()): string {
  const seconds = Math.max(0, now - since) / 1000;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  return `${Math.floor(seconds / 60)} min ${Math.floor(seconds % 60)} s`;
}

/** The closing line of a run. */
export function summary(counts: Record<Change, number>): string {
  const changes = (["created", "updated", "replaced", "deleted"] as const).filter(
    (change) => counts[change] > 0,
  );
  if (changes.length === 0) return `Nothing changed (${counts.unchanged} resources as they should be).`;
  return `Done: ${changes.map((change) => `${counts[change]} ${change}`).join(", ")}, ${counts.unchanged} unchanged.`;
}
