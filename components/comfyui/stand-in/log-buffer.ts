/** The last log lines, for GET /internal/logs. */
const CAPACITY = 300;

export interface LogLine {
  readonly [key: string]: string;
  /** ISO 8601 */
  readonly t: string;
  readonly m: string;
}

export class LogBuffer {
  private readonly kept: LogLine[] = [];

  add(line: string): void {
    this.kept.push({ t: new Date().toISOString(), m: `${line}\n` });
    if (this.kept.length > CAPACITY) this.kept.shift();
  }

  lines(): readonly LogLine[] {
    return this.kept;
  }
}
