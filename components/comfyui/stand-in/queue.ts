/** The prompts that wait, the one that runs, and the history of those that are done. */
import { Float, type Parsed, type ParsedObject, type Writable } from "./json";

const MAX_HISTORY_ENTRIES = 10_000;
/** Removed from extra_data before a prompt goes into the history. */
const SENSITIVE_EXTRA_DATA = ["auth_token_comfy_org", "api_key_comfy_org"];

export interface QueueItem {
  /** Lower runs first. */
  readonly number: bigint | Float;
  readonly promptId: string;
  readonly prompt: ParsedObject;
  readonly extraData: ParsedObject;
  readonly outputs: readonly string[];
}

export interface HistoryEntry {
  readonly outputs: Writable;
  readonly meta: Writable;
  readonly status: {
    readonly status_str: "success" | "error";
    readonly completed: boolean;
    readonly messages: Writable;
  };
}

function order(item: QueueItem): number | bigint {
  return item.number instanceof Float ? item.number.value : item.number;
}

function isBefore(a: QueueItem, b: QueueItem): boolean {
  return order(a) < order(b) || (!(order(b) < order(a)) && a.promptId < b.promptId);
}

/** The five-part list by which ComfyUI shows an item. */
function asList(item: QueueItem): Writable {
  return [item.number, item.promptId, item.prompt, item.extraData, item.outputs];
}

export class PromptQueue {
  private pending: QueueItem[] = [];
  private running: QueueItem | undefined;
  private readonly history = new Map<string, Writable>();
  private wake: () => void = () => {};

  /** @param onChange called whenever the number of prompts that are left may have changed */
  constructor(private readonly onChange: () => void) {}

  put(item: QueueItem): void {
    const at = this.pending.findIndex((other) => isBefore(item, other));
    this.pending.splice(at < 0 ? this.pending.length : at, 0, item);
    this.onChange();
    this.wake();
  }

  /** Makes `next` look again although nothing was put. */
  nudge(): void {
    this.wake();
  }

  /** The next prompt to run, or undefined after a `nudge`. */
  async next(): Promise<QueueItem | undefined> {
    if (this.pending.length === 0) {
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    }
    const item = this.pending.shift();
    if (item) {
      this.running = item;
      this.onChange();
    }
    return item;
  }

  /** Moves the running prompt into the history. */
  done(item: QueueItem, entry: HistoryEntry): void {
    this.running = undefined;
    if (this.history.size > MAX_HISTORY_ENTRIES)
      this.history.delete(this.history.keys().next().value as string);
    const extraData = new Map(item.extraData);
    for (const key of SENSITIVE_EXTRA_DATA) extraData.delete(key);
    // ComfyUI's dict keeps the place of a prompt id that is used again; so does a Map.
    this.history.set(item.promptId, {
      prompt: asList({ ...item, extraData }),
      outputs: entry.outputs,
      status: entry.status,
      meta: entry.meta,
    });
    this.onChange();
  }

  remaining(): number {
    return this.pending.length + (this.running ? 1 : 0);
  }

  isRunning(promptId: Parsed): boolean {
    return this.running !== undefined && this.running.promptId === promptId;
  }

  /** As GET /queue shows it. */
  snapshot(): Writable {
    return {
      queue_running: this.running ? [asList(this.running)] : [],
      queue_pending: this.pending.map(asList),
    };
  }

  wipe(): void {
    this.pending = [];
    this.onChange();
  }

  /** Drops the first waiting prompt of this id; one that runs is left alone. */
  delete(promptId: Parsed): void {
    const at = this.pending.findIndex((item) => item.promptId === promptId);
    if (at < 0) return;
    this.pending.splice(at, 1);
    this.onChange();
  }

  historyOf(promptId: string): Writable {
    const entry = this.history.get(promptId);
    return entry === undefined ? {} : new Map([[promptId, entry]]);
  }

  /** @param offset index of the first entry, oldest being 0; negative means the last `maxItems` */
  historyPage(maxItems: number | undefined, offset: number): Writable {
    const first = offset < 0 && maxItems !== undefined ? this.history.size - maxItems : offset;
    const page = new Map<string, Writable>();
    let index = 0;
    for (const [id, entry] of this.history) {
      if (index >= first) {
        page.set(id, entry);
        if (maxItems !== undefined && page.size >= maxItems) break;
      }
      index++;
    }
    return page;
  }

  wipeHistory(): void {
    this.history.clear();
  }

  deleteHistory(promptId: Parsed): void {
    if (typeof promptId === "string") this.history.delete(promptId);
  }
}
