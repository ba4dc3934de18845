/** Runs a few tasks at a time, lets a few more wait, and turns the rest away. */
export class BoundedQueue {
  private running = 0;
  private readonly waiting: (() => void)[] = [];

  constructor(
    private readonly concurrency: number,
    private readonly maxWaiting: number,
  ) {}

  /** The task's promise, or undefined at once where too many wait already. */
  run<Result>(task: () => Promise<Result>): Promise<Result> | undefined {
    if (this.running < this.concurrency) return this.start(task);
    if (this.waiting.length >= this.maxWaiting) return undefined;
    return new Promise((resolve) => this.waiting.push(() => resolve(this.start(task))));
  }

  private async start<Result>(task: () => Promise<Result>): Promise<Result> {
    this.running += 1;
    try {
      return await task();
    } finally {
      this.running -= 1;
      this.waiting.shift()?.();
    }
  }
}
